"""What each network of a run learns from, and what is held out from it."""

from functools import lru_cache

import numpy as np
import torch

from tenfold.arrays import Images, Labels
from tenfold.errors import DataError
from tenfold.learn.augment import augmented
from tenfold.learn.drawings import with_drawings
from tenfold.learn.recipes import TrainingOptions

__all__ = ["LabelledImages", "Splits"]

LabelledImages = tuple[torch.Tensor, torch.Tensor]
"""Images `uint8 (n, 28, 28)` and labels `int64 (n,)`."""


class Splits:
    """What each network of a run, counted from 0, learns from, and what is held out from it.

    All networks of an ensemble learn from the same. With folds the first network learns from all images, and each of
    the others from all but a share of its own, so that every image is held out from one of them.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`.
        options: How to train.
        classes: How many classes there are.
        device: Where the images are kept.

    Raises:
        DataError: Too few images are left to train on.
        OptionError: Digits are to be drawn for other classes than the ten.
    """

    def __init__(
        self, images: Images, labels: Labels, options: TrainingOptions, classes: int, device: torch.device
    ) -> None:
        self._images = torch.from_numpy(np.ascontiguousarray(images)).to(device)
        self._labels = torch.from_numpy(labels).to(device)
        self._options, self._classes = options, classes
        self._order = torch.randperm(len(images)).to(device)
        if options.folds:
            self._shares = [self._order[:0], *self._order.tensor_split(options.folds)]
        else:
            self._shares = [self._order[: round(len(images) * options.validation_split)]]
        held_out = max(map(len, self._shares))
        if len(images) - held_out < 1:
            raise DataError(
                f"expected at least one image to train on, got {len(images)} of which {held_out} are held out"
            )
        self.learned = lru_cache(1)(self._learned)  # of one network after another, drawings take their time

    def held_out(self, network: int) -> LabelledImages:
        """Give what a network is scored and calibrated on; may be empty."""
        return self._pick(self._share_of(network))

    def range_images(self, count: int) -> Images:
        """Give so many of the images that the first network learns from, at random, each as it is and as it was met.

        Returns:
            `uint8 (n, 28, 28)`, twice as many as asked for, fewer where there are not so many.
        """
        images, _ = self.learned(0)
        some = images.index_select(0, torch.randperm(len(images))[:count].to(images.device))
        ranged: Images = torch.cat([some, augmented(some, self._options)]).cpu().numpy()
        return ranged

    def _learned(self, network: int) -> LabelledImages:
        left = torch.ones(len(self._images), dtype=torch.bool, device=self._images.device)
        left[self._share_of(network)] = False
        learned = self._pick(self._order[left[self._order]])
        if self._options.drawn or self._options.outliers:
            learned = with_drawings(*learned, self._options, self._classes)
        return learned

    def _share_of(self, network: int) -> torch.Tensor:
        return self._shares[network if self._options.folds else 0]

    def _pick(self, indices: torch.Tensor) -> LabelledImages:
        return self._images.index_select(0, indices), self._labels.index_select(0, indices)

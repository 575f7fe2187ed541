"""What each network of a run learns from, and what is held out from it."""

from collections.abc import Sequence
from functools import lru_cache
from string import digits

import numpy as np
import torch

from tenfold.arrays import Images, Labels
from tenfold.errors import DataError, OptionError
from tenfold.learn.augment import augmented
from tenfold.learn.recipes import SMALL, TrainingOptions

__all__ = ["LabelledImages", "Splits", "with_drawings"]

LabelledImages = tuple[torch.Tensor, torch.Tensor]
"""Images `uint8 (n, 28, 28)` and labels `int64 (n,)`."""


class Splits:
    """What each network of a run, counted from 0, learns from, and what is held out from it.

    All networks of an ensemble learn from the same images. With folds the first network learns from all images, and
    each other network from all but one share, a different share each, so that every image is held out from one of them.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`.
        options: How to train.
        classes: Names of the classes.
        device: Where the images are kept.
        beside: Images and labels that are learned from besides, never held out; None for none.
        repeats: How often each image that is not of `beside` is learned from in an epoch.

    Raises:
        DataError: Too few images are left to train on.
        OptionError: Digits are to be drawn, and the classes are not the ten digits.
    """

    def __init__(
        self,
        images: Images,
        labels: Labels,
        options: TrainingOptions,
        classes: Sequence[str],
        device: torch.device,
        beside: LabelledImages | None = None,
        repeats: int = 1,
    ) -> None:
        self._images = torch.from_numpy(np.ascontiguousarray(images)).to(device)
        self._labels = torch.from_numpy(labels).to(device)
        self._options, self._classes = options, tuple(classes)
        self._beside, self._repeats = beside, repeats
        self._order = torch.randperm(len(images))
        if len(images) < SMALL:
            self._order = _spread(self._order, torch.from_numpy(labels))
        self._order = self._order.to(device)
        if options.folds:
            self._shares = [self._order[:0], *self._order.tensor_split(options.folds)]
        else:
            self._shares = [self._order[: round(len(images) * options.validation_split)]]
        held_out = max(map(len, self._shares))
        if len(images) - held_out < 1:
            raise DataError(
                f"expected at least one image to train on, got {len(images)} of which {held_out} are held out"
            )
        self.learned = lru_cache(1)(self._learned)  # asked for again by the same network; drawing takes seconds

    def held_out(self, network: int) -> LabelledImages:
        """Give what a network is scored and calibrated on; may be empty."""
        return self._pick(self._share_of(network))

    def range_images(self, count: int) -> Images:
        """Give random images that the first network learns from, each as it is and augmented.

        Args:
            count: How many images to choose.

        Returns:
            `uint8 (n, 28, 28)`: 2 × `count` images, fewer where fewer were learned from.
        """
        images, _ = self.learned(0)
        some = images.index_select(0, torch.randperm(len(images))[:count].to(images.device))
        ranged: Images = torch.cat([some, augmented(some, self._options)]).cpu().numpy()
        return ranged

    def _learned(self, network: int) -> LabelledImages:
        left = torch.ones(len(self._images), dtype=torch.bool, device=self._images.device)
        left[self._share_of(network)] = False
        learned = self._pick(self._order[left[self._order]].repeat(self._repeats))
        if self._beside:
            learned = _joined(learned, self._beside)
        if self._options.drawn or self._options.outliers:
            learned = with_drawings(*learned, self._options, self._classes)
        return learned

    def _share_of(self, network: int) -> torch.Tensor:
        return self._shares[network if self._options.folds else 0]

    def _pick(self, indices: torch.Tensor) -> LabelledImages:
        return self._images.index_select(0, indices), self._labels.index_select(0, indices)


def _joined(first: LabelledImages, second: LabelledImages) -> LabelledImages:
    device = first[0].device
    return torch.cat([first[0], second[0].to(device)]), torch.cat([first[1], second[1].to(device)])


def _spread(order: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Spread the images of each class evenly over an order, so that every share of it has its part of each class."""
    ordered = labels[order]
    places = torch.zeros(len(order), dtype=torch.float64)
    for label in torch.unique(ordered):
        own = (ordered == label).nonzero().squeeze(1)
        places[own] = (torch.arange(len(own), dtype=torch.float64) + 0.5) / len(own)
    return order[places.argsort(stable=True)]


def with_drawings(
    images: torch.Tensor, labels: torch.Tensor, options: TrainingOptions, classes: Sequence[str]
) -> LabelledImages:
    """Add drawn images to training images, as many as the options `drawn` and `outliers` ask for.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0 to 9.
        options: How to train; the seed decides the drawings.
        classes: Names of the classes: the digits 0 to 9, in any order.

    Returns:
        Images and labels, the drawn ones at the end; an outlier, which shows no digit, has the label `len(classes)`.

    Raises:
        OptionError: The classes are not the ten digits.
    """
    if set(classes) != set(digits):
        raise OptionError(f"only the digits 0 to 9 can be drawn, and the classes are {', '.join(classes)}")
    from tenfold.draw.outliers import not_digits
    from tenfold.draw.pen import draw_digits
    from tenfold.draw.printed import print_digits

    digit_of = np.array([int(name) for name in classes])
    given, known = images.cpu().numpy(), digit_of[labels.cpu().numpy()]
    random = np.random.default_rng([options.seed, len(given)])
    count = round(len(given) * options.drawn)
    by_hand, by_print = draw_digits(count - count // 3, random), print_digits(count // 3, random)
    outliers = given[:0]
    if options.outliers:
        outliers = not_digits(round(len(given) * options.outliers), given, known, random)
    label_of = np.argsort(digit_of)
    drawn = [label_of[by_hand[1]], label_of[by_print[1]], np.full(len(outliers), len(classes))]
    return (
        torch.from_numpy(np.concatenate([given, by_hand[0], by_print[0], outliers])).to(images.device),
        torch.cat([labels, torch.from_numpy(np.concatenate(drawn)).to(labels.device)]),
    )

"""Drawings among the training images: digits that MNIST lacks, and things that are no digit."""

import numpy as np
import torch

from tenfold.errors import OptionError
from tenfold.learn.recipes import TrainingOptions

__all__ = ["with_drawings"]

DIGITS = 10


def with_drawings(
    images: torch.Tensor, labels: torch.Tensor, options: TrainingOptions, classes: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Add to training images those that this project draws, as many as the options `drawn` and `outliers` ask for.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0 to 9.
        options: How to train; the seed decides the drawings.
        classes: How many classes the data has: ten.

    Returns:
        Images and labels, the added ones at the end; things that are no digit have the label 10.

    Raises:
        OptionError: There are not ten classes.
    """
    if classes != DIGITS:
        raise OptionError(f"digits can be drawn for the ten classes 0 to 9 only, the data has {classes}")
    from tenfold.draw.outliers import not_digits
    from tenfold.draw.pen import draw_digits
    from tenfold.draw.printed import print_digits

    given, known = images.cpu().numpy(), labels.cpu().numpy()
    random = np.random.default_rng([options.seed, len(given)])
    drawn, outliers = round(len(given) * options.drawn), round(len(given) * options.outliers)
    by_hand, by_print = draw_digits(drawn - drawn // 3, random), print_digits(drawn // 3, random)
    strange = not_digits(outliers, given, known, random) if outliers else given[:0]
    parts = [(given, known), by_hand, by_print, (strange, np.full(len(strange), classes))]
    return (
        torch.from_numpy(np.concatenate([part for part, _ in parts])).to(images.device),
        torch.from_numpy(np.concatenate([part for _, part in parts])).to(labels.device),
    )

"""Known digits: what a model must be able to read, to tell how it wants to be asked."""

from functools import cache

import numpy as np

from tenfold.arrays import Images, Labels, as_images
from tenfold.draw.pen import draw_digits
from tenfold.model.folder import load_model

__all__ = ["known_digits"]

COUNT = 500
"""Digits drawn, of which about 320 are kept."""

CLEAR = 0.9999
"""How sure the shipped reader must be of a drawn digit for it to count. A network of one hidden layer that learned from
5,000 of MNIST's images reads 86% of these, and 77% of those of which the reader is 0.9 sure."""


@cache
def known_digits() -> tuple[Images, Labels]:
    """Give digits in many hands that a good model of MNIST's digits reads, always the same.

    Returns:
        `uint8 (n, 28, 28)` and `int64 (n,)`, 0 to 9.
    """
    images, labels = draw_digits(COUNT, np.random.default_rng(0))
    probabilities = load_model()(as_images(images))
    clear = (probabilities.argmax(axis=1) == labels) & (probabilities.max(axis=1) > CLEAR)
    return images[clear], labels[clear]

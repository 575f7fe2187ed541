"""What a model knew, to be learned again beside new pictures: who learns from these alone forgets the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.data.catalogue import DATASETS
from tenfold.data.datasets import load_examples
from tenfold.data.examples import DIGITS
from tenfold.draw.pen import draw_digits
from tenfold.errors import DataError

__all__ = ["DRAWN", "Rehearsal", "rehearse"]

DRAWN = "drawn digits"
"""What is rehearsed where none of the images that a model of digits learned from are on this machine."""


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """Labelled images of the kind that a model knew, in random order.

    Attributes:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, places in the model's classes.
        name: The data set that they are of, or `DRAWN`.
    """

    images: Images
    labels: Labels
    name: str

    def cut(self, count: int) -> "tuple[Rehearsal, Rehearsal]":
        """Give the first `count` images and the rest."""
        first, rest = slice(count), slice(count, None)
        return (
            Rehearsal(self.images[first], self.labels[first], self.name),
            Rehearsal(self.images[rest], self.labels[rest], self.name),
        )


def rehearse(classes: Sequence[str], learned_from: str, count: int, rng: Generator) -> Rehearsal | None:
    """Give images of the kind that a model knew: nothing is downloaded.

    Args:
        classes: The model's classes.
        learned_from: The name of the data that it learned from; training images of a known set that is on this machine
            are taken.
        count: How many images.
        rng: Decides which.

    Returns:
        The images: of the known set; else, for the ten digits, drawn ones; else None, since nothing of what the model
        knew is at hand.
    """
    if learned_from in DATASETS:
        try:
            known = load_examples(learned_from, "train", offline=True)
        except DataError:
            known = None
        if known and set(known.classes) <= set(classes):
            chosen = rng.permutation(len(known.images))[:count]
            place = np.array([list(classes).index(name) for name in known.classes])
            return Rehearsal(known.images[chosen], place[known.labels[chosen]], learned_from)
    if set(classes) != set(DIGITS):
        return None
    images, digits = draw_digits(count, rng)
    order = rng.permutation(count)
    place = np.array([list(classes).index(name) for name in DIGITS])
    return Rehearsal(images[order], place[digits[order]], DRAWN)

"""The arrays that every part of Tenfold agrees on, and the seam between pictures and networks.

`Images`, single digits, and `Line`, numbers, are the waist of the package: all before them is pictures, all after
them is learning. Scaling to 0…1 is a layer of each network, so pixels are what a network is given, always.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias, cast

import numpy as np

from tenfold.errors import DataError

__all__ = [
    "SIDE",
    "Classifier",
    "Features",
    "Image",
    "Images",
    "Labels",
    "OutOfDistribution",
    "Probabilities",
    "as_images",
    "as_labels",
]

SIDE = 28
"""Height and width of an image, in pixels."""

Image: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (28, 28)`: one digit, 0 paper, 255 full ink."""

Images: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
"""`uint8 (n, 28, 28)`: digits, 0 paper, 255 full ink."""

Labels: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
"""`int64 (n,)`: the class of each image, from 0."""

Probabilities: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (n, k)`: for each image the probability of each class; rows sum to 1."""

Features: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (n, f)`: for each image what the last layer of a network is given."""

OutOfDistribution: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]
"""`float32 (n,)`: for each image the probability, 0…1, that it shows none of the classes."""

LINE_HEIGHT = 48
"""Height of a line, in pixels; its digits are 15 to 46 high."""

SEPARATORS = ".,/-:+' "
"""Signs that numbers are written with beside their digits: a space stands where groups of digits stand apart."""

Line: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (48, width)`: what may be a number, grey and with its surroundings, 0 paper, 255 the darkest ink."""

Columns: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (⌈width / 2⌉, a + 1)`: for each second column of a line the log-probability that each of the alphabet's `a`
signs begins there, and last that none does: the blank of connectionist temporal classification."""


class Classifier(Protocol):
    """Anything that says how probable each class is for each image."""

    def __call__(self, images: Images, /) -> Probabilities:
        """Give the probabilities of `images`."""
        ...


class Recognizer(Protocol):
    """The seam: two calls, digits and lines.

    Reading knows nothing else of a model, so a test's stub can stand in for one.

    Attributes:
        classes: Names of the classes, in the order of the probabilities.
        alphabet: The signs of a line's columns, in their order; empty where only single digits are read.
    """

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def alphabet(self) -> str: ...

    def digits(self, images: Images, /) -> tuple[Probabilities, OutOfDistribution]:
        """Say for each image how probable each class is, given that it shows one, and how probably it shows none."""
        ...

    def lines(self, lines: Sequence[Line], /) -> list[Columns]:
        """Say for each line where which signs of the alphabet are."""
        ...


def without_separators(signs: Iterable[str]) -> str:
    """Give those of some signs, of an alphabet or a text, that are no separators."""
    return "".join(sign for sign in signs if sign not in SEPARATORS)


def as_images(array: Any) -> Images:  # noqa: ANN401
    """Check that an array is `Images`; a channel axis of 1 is taken away.

    Args:
        array: Anything that NumPy can make an array of: `uint8 (n, 28, 28)`, or with an axis for its only channel
            `(n, 28, 28, 1)` as in TensorFlow or `(n, 1, 28, 28)` as in PyTorch.

    Returns:
        `uint8 (n, 28, 28)`, the same array where it is one already, else a view of it.

    Raises:
        DataError: The dtype is not uint8, or the shape is another.
    """
    images = np.asarray(array)
    if images.shape[1:] in ((SIDE, SIDE, 1), (1, SIDE, SIDE)):
        images = images.reshape(-1, SIDE, SIDE)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise DataError(f"expected images of shape (n, {SIDE}, {SIDE}), got {images.shape}")
    if images.dtype != np.uint8:
        raise DataError(
            f"expected images of dtype uint8, 0 paper to 255 ink, got {images.dtype}; "
            "scaling to 0…1 is the network's own first layer, so give the pixels as they were stored"
        )
    return cast(Images, images)


def as_labels(array: Any, *, count: int, classes: int) -> Labels:  # noqa: ANN401
    """Check that an array is `Labels` for a number of images.

    Args:
        array: Anything that NumPy can make an array of; any integer dtype.
        count: How many images the labels belong to.
        classes: How many classes there are; labels run from 0 to `classes - 1`.

    Returns:
        `int64 (count,)`.

    Raises:
        DataError: The labels are not integers, not as many as the images, or out of range.
    """
    labels = np.asarray(array)
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"expected labels as integers of shape (n,), got {labels.dtype} {labels.shape}")
    if len(labels) != count:
        raise DataError(f"expected one label per image, got {count} images and {len(labels)} labels")
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        first = int(wrong[0])
        raise DataError(f"expected labels from 0 to {classes - 1}, got {labels[first]} for image {first}")
    return cast(Labels, labels.astype(np.int64))


def data_digest(images: Images, labels: Labels) -> str:
    """Give the SHA-256 of images and labels as hexadecimal: the same data, however it was stored, the same digest."""
    content = hashlib.sha256(np.ascontiguousarray(images).data)
    content.update(np.ascontiguousarray(labels, dtype="<i8").data)
    return content.hexdigest()

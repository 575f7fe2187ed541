"""Images with their labels and the names of the classes: what every format holds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tenfold.arrays import Images, Labels, as_images, as_labels, data_digest
from tenfold.errors import DataError

__all__ = ["DIGITS", "Examples", "as_examples", "class_names"]

DIGITS = tuple("0123456789")
"""The names of the ten classes, where a format does not name its own."""


@dataclass(frozen=True)
class Examples:
    """Labelled images.

    Attributes:
        images: `uint8 (n, 28, 28)`, 0 paper, 255 ink.
        labels: `int64 (n,)`, indices into `classes`.
        classes: The names of the classes.
        name: The data set or the path that they come from.
        files: The path of each picture, where each is a file; empty where the images are rows of one file.
    """

    images: Images
    labels: Labels
    classes: tuple[str, ...]
    name: str
    files: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash over the pixels and labels, the same in whatever format they were stored."""
        return data_digest(self.images, self.labels)


def as_examples(
    images: Any,  # noqa: ANN401
    labels: Any,  # noqa: ANN401
    *,
    origin: object,
    classes: tuple[str, ...] = DIGITS,
) -> Examples:
    """Check that images and labels fit together.

    Args:
        images: `uint8 (n, 28, 28)`, with or without a channel axis of 1; at least one.
        labels: Integers `(n,)`, 0 to `len(classes) - 1`.
        origin: Where they come from; named in errors, and the name of the examples.
        classes: The names of the classes.

    Returns:
        The examples, in the types that the rest of Tenfold takes.

    Raises:
        DataError: One of them has a wrong type or shape, they do not match, or there is no image.
    """
    try:
        checked = as_images(images)
        indices = as_labels(labels, count=len(checked), classes=len(classes))
    except DataError as error:
        raise DataError(f"{origin}: {error}") from error
    if not len(checked):
        raise DataError(f"{origin}: expected at least one image, got none")
    return Examples(checked, indices, classes, str(origin))


def class_names(names: Iterable[str]) -> tuple[str, ...]:
    """Put the names of classes in order: the ten digits where all are digits, else numbers by value, then words.

    A set of pictures that happens to lack some digits so keeps the label of each.
    """
    unique = set(names)
    if unique <= set(DIGITS):
        return DIGITS
    return tuple(sorted(unique, key=lambda name: (0, int(name), name) if _is_number(name) else (1, 0, name)))


def _is_number(name: str) -> bool:
    return re.fullmatch(r"[0-9]{1,18}", name) is not None

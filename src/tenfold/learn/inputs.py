"""What people give an estimator: pixels as images, labels as the numbers of their classes."""

from typing import Any

import numpy as np

from tenfold.arrays import SIDE, Images, as_images
from tenfold.data.pixels import as_pixels, is_scaled
from tenfold.errors import DataError

__all__ = ["AnyArray", "class_labels", "encode", "is_scaled", "to_images"]

AnyArray = np.ndarray[Any, np.dtype[Any]]


def to_images(pixels: Any, *, scaled: bool = False) -> Images:  # noqa: ANN401
    """Give pixels as images.

    Args:
        pixels: `(n, 784)`, `(n, 28, 28)`, `(n, 28, 28, 1)` or `(n, 1, 28, 28)`: whole numbers from 0 to 255 of any
            numeric dtype, or floats from 0 to 1 that `is_scaled` knows as such.
        scaled: Whether floats of nothing but 0 and 1 are known to be scaled, since the data beside them is.

    Returns:
        `uint8 (n, 28, 28)`, 0 paper, 255 ink.

    Raises:
        DataError: The shape is another, or the values are in no scale that can be told.
    """
    array = np.asarray(pixels)
    if array.ndim == 2 and array.shape[1] == SIDE * SIDE:
        array = array.reshape(-1, SIDE, SIDE)
    sides = array.shape[1:]
    if sides not in ((SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE)):
        raise DataError(
            f"expected images of shape (n, {SIDE * SIDE}) or (n, {SIDE}, {SIDE}), got {array.shape}; "
            "reshape your data, a single image with array.reshape(1, -1)"
        )
    if not len(array):
        raise DataError("expected at least one image, got 0 sample(s)")
    return as_images(as_pixels(array, scaled=scaled))


def encode(y: Any, count: int) -> tuple[AnyArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:  # noqa: ANN401
    """Give labels as classes and their numbers.

    Args:
        y: What `class_labels` takes.
        count: How many images they belong to.

    Returns:
        `(k,)`, the sorted distinct labels as they were given, of one-hot labels the numbers of their columns; and
        `int64 (count,)`, the place of each label among them.

    Raises:
        DataError: There is not one label for each image, or only one class, or labels are no classes.
    """
    if y is None:
        raise DataError("expected a label per image: fit requires y to be passed, but the target y is None")
    columns = np.asarray(y)
    given = class_labels(y)
    if given.ndim != 1 or len(given) != count:
        raise DataError(f"expected one label per image, shape ({count},), got {given.shape}")
    if given.dtype.kind == "f" and not np.array_equal(given, np.rint(given)):
        raise DataError(f"unknown label type: expected classes, got continuous numbers such as {given[0]}")
    if columns.ndim == 2:
        return np.arange(columns.shape[1]), given
    classes, labels = np.unique(given, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"expected labels of at least two classes, got one class: {classes[0]!r}")
    return classes, labels.astype(np.int64)


def class_labels(y: Any) -> AnyArray:  # noqa: ANN401
    """Give labels as `(n,)`: those given so as they are, and of one-hot labels `(n, k)` the number of their column."""
    given = np.asarray(y)
    one_hot = given.ndim == 2 and given.shape[1] > 1 and given.dtype.kind in "biuf"
    if one_hot and np.isin(given, (0, 1)).all() and (given.sum(axis=1) == 1).all():
        return np.asarray(given.argmax(axis=1), np.int64)
    return given

"""What people give an estimator: pixels as images, labels as the numbers of their classes."""

from typing import Any

import numpy as np

from tenfold.arrays import SIDE, Images, as_images
from tenfold.errors import DataError

__all__ = ["AnyArray", "class_labels", "encode", "is_scaled", "to_images"]

AnyArray = np.ndarray[Any, np.dtype[Any]]

WANTED = "pixels as whole numbers from 0 to 255, or as floats from 0 to 1"


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
    if array.dtype == np.uint8:
        return as_images(array)
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"expected pixels as numbers from 0 to 255: {error}") from error
    if not np.isfinite(numbers).all():
        raise DataError("expected pixels from 0 to 255, got NaN or infinity")
    if array.dtype.kind == "f" and is_scaled(numbers, known=scaled):
        return as_images(np.rint(numbers * 255).astype(np.uint8))
    whole = numbers.clip(0, 255).astype(np.uint8)
    if not np.array_equal(whole, numbers):
        raise DataError(f"expected {WANTED}, got {array.dtype} {_described(numbers)}")
    return as_images(whole)


def is_scaled(numbers: AnyArray, *, known: bool = False) -> bool:
    """Say whether floats are pixels divided by 255: all are from 0 to 1, and one is no whole number.

    Args:
        numbers: Floats.
        known: Whether floats of nothing but 0 and 1 are known to be scaled.

    Raises:
        DataError: All are 0 or 1 and not all are 0, which may be black and white, or the faintest grey of 255.
    """
    low, high = numbers.min(), numbers.max()
    if low < 0 or high > 1 or high == 0:
        return False
    if known or ((numbers > 0) & (numbers < 1)).any():
        return True
    raise DataError(
        f"expected {WANTED}, got floats of nothing but 0 and 1, which may be either: give whole numbers from 0 to 255 "
        "as an integer dtype, or multiply by 255"
    )


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


def _described(numbers: AnyArray) -> str:
    """Say of pixels in the wrong scale from where to where they go, and what may have been done to them."""
    low, high = numbers.min(), numbers.max()
    reaches = f"from {low:g} to {high:g}"
    if low < 0 and not np.array_equal(numbers, np.rint(numbers)):
        return (
            f"{reaches}: values below 0 come from subtracting a mean, as StandardScaler does for each pixel by itself, "
            "which takes the images apart; give the pixels as stored, or divided by 255"
        )
    return reaches

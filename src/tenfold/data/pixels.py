"""Numbers as people keep pixels, as whole numbers or divided by 255, and the scale told from the numbers themselves."""

from typing import Any

import numpy as np

from tenfold.errors import DataError

__all__ = ["as_pixels", "is_scaled"]

AnyArray = np.ndarray[Any, np.dtype[Any]]

WANTED = "pixels as whole numbers from 0 to 255, or as floats from 0 to 1"


def as_pixels(array: AnyArray, *, scaled: bool = False) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Give numbers as pixels.

    Args:
        array: Of any shape: whole numbers from 0 to 255 of any numeric dtype, or floats from 0 to 1 that `is_scaled`
            knows as such.
        scaled: Whether floats of nothing but 0 and 1 are known to be scaled, since the data beside them is.

    Returns:
        `uint8` of the same shape, 0 paper, 255 ink.

    Raises:
        DataError: The values are no numbers, or in no scale that can be told.
    """
    if array.dtype == np.uint8:
        return array
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"expected pixels as numbers from 0 to 255: {error}") from error
    if not np.isfinite(numbers).all():
        raise DataError("expected pixels from 0 to 255, got NaN or infinity")
    if array.dtype.kind == "f" and numbers.size and is_scaled(numbers, known=scaled):
        return np.rint(numbers * 255).astype(np.uint8)
    whole = numbers.clip(0, 255).astype(np.uint8)
    if not np.array_equal(whole, numbers):
        raise DataError(f"expected {WANTED}, got {array.dtype} {_described(numbers)}")
    return whole


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

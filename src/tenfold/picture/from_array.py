"""A picture that somebody holds as an array of pixels, as NumPy, OpenCV, imageio and matplotlib give them."""

import numpy as np
from PIL import Image as Pillow

from tenfold.errors import PictureError
from tenfold.picture.decode import Array, Bytes, to_eight_bits

__all__ = ["from_array"]

BGR = (2, 1, 0, 3)
"""Where red, green, blue and alpha are in OpenCV's order."""


def from_array(array: Array, *, bgr: bool = False) -> Pillow.Image:
    """Give an array of pixels as a picture.

    Args:
        array: Grey `(height, width)` or `(height, width, 1)`, RGB `(height, width, 3)` or RGBA `(height, width, 4)`, as
            `uint8` 0…255, `bool`, `uint16` whose largest number becomes 255, or floats that are all in 0…1 or all in
            0…255.
        bgr: Colours are blue, green, red, and alpha where there are four.

    Raises:
        PictureError: The array has another shape or dtype, is empty, or has numbers that no such picture has.
    """
    channels = 1 if array.ndim == 2 else array.shape[-1] if array.ndim == 3 else 0
    if channels not in {1, 3, 4}:
        raise PictureError(
            "expected an array of one picture: grey (height, width) or (height, width, 1), RGB (height, width, 3) or "
            f"RGBA (height, width, 4), got {array.shape}"
        )
    if not array.size:
        raise PictureError(f"the array is empty: expected a picture, got {array.shape}")
    levels = _levels(array)
    if channels == 1:
        levels = levels.reshape(levels.shape[:2])
    elif bgr:
        levels = levels[..., BGR[:channels]]
    return Pillow.fromarray(np.ascontiguousarray(levels))


def _levels(array: Array) -> Bytes:
    """Give pixels as `uint8` 0…255."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        return to_eight_bits(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise PictureError(
            "expected an array of uint8 0…255, bool, uint16, or floats in 0…1 or 0…255, got "
            f"{array.dtype}; array.astype(np.uint8) makes one of whole numbers in 0…255"
        )
    if not np.isfinite(array).all():
        raise PictureError("expected an array of finite numbers, got NaN or infinity among them")
    least, most = float(array.min()), float(array.max())
    if least < 0 or most > 255:
        raise PictureError(f"expected floats in 0…1 or in 0…255, got {least:g}…{most:g}")
    levels: Bytes = np.rint(array * (255 if most <= 1 else 1)).astype(np.uint8)
    return levels

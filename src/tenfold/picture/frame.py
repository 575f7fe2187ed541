"""From one digit's ink, of any size, to 28×28 the way MNIST's makers placed it."""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.arrays import SIDE, Image
from tenfold.errors import PictureError

__all__ = ["BOX", "Ink", "centre", "frame", "is_framed"]

Ink: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: 0 paper, 255 full ink."""

Averages: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: averages of ink, 0…255."""

BOX = 20
"""Side of the square that a digit's ink is fitted into, in pixels; LeCun, Cortes, Burges, "The MNIST database"."""

CENTRE = SIDE // 2
"""Row and column of the pixel that the centre of mass falls into: on all of MNIST it lies within [14, 15); measured:
docs/design.md, "MNIST's centre"."""

PEAK = 254
"""Level of the darkest pixel of an MNIST image, at least: it is this or 255."""


def frame(ink: Ink) -> Image:
    """Place one digit's ink in 28×28 the way MNIST's makers did.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink, of any size.

    Returns:
        `uint8 (28, 28)`: the ink averaged down into 20×20 with its proportions kept, its peak at 255, and its centre
        of mass in the pixel right and below of the middle. What a shift takes over the edge is cut off.

    Raises:
        PictureError: There is no ink to place.

    Source:
        LeCun, Cortes, Burges, "The MNIST database"; the rounding of the centre is measured on its 70,000 images.
    """
    box = _boxed(_cropped(ink))
    return centre(np.rint(box * (255 / box.max())).astype(np.uint8))


def centre(box: Ink) -> Image:
    """Place ink in 28×28 by its centre of mass, without scaling it.

    Args:
        box: `uint8 (height, width)`, both at most 28, with ink somewhere.

    Returns:
        `uint8 (28, 28)`, the centre of mass in the pixel right and below of the middle; what goes over the edge is cut
        off.
    """
    image: Image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = _corner(box)
    seen = box[max(0, -top) : SIDE - top, max(0, -left) : SIDE - left]
    image[max(0, top) :, max(0, left) :][: seen.shape[0], : seen.shape[1]] = seen
    return image


def is_framed(image: Ink) -> bool:
    """Say whether an image is already as `frame` would leave it: 28×28, ink within 20×20, centred, black paper."""
    if image.shape != (SIDE, SIDE) or not image.any():
        return False
    _, _, width, height = cv2.boundingRect(image)
    return max(width, height) <= BOX and image.max() >= PEAK and _corner(image) == (0, 0)


def _cropped(ink: Ink) -> Ink:
    left, top, width, height = cv2.boundingRect(ink)
    if not width:
        raise PictureError("there is no ink to place")
    return ink[top : top + height, left : left + width]


def _boxed(ink: Ink) -> Averages:
    """Average ink down so that its longer side is 20, its pixels still square."""
    longest = max(ink.shape)
    if longest < BOX:  # averaging down is only true from above
        return _boxed(np.asarray(cv2.resize(ink, None, fx=BOX, fy=BOX, interpolation=cv2.INTER_CUBIC), np.uint8))
    height, width = (int(np.ceil(side * BOX / longest)) for side in ink.shape)
    down, across = (round(cells * longest / BOX) - side for cells, side in zip((height, width), ink.shape, strict=True))
    edges = down // 2, down - down // 2, across // 2, across - across // 2
    whole = cv2.copyMakeBorder(ink, *edges, cv2.BORDER_CONSTANT, value=0).astype(np.float32)
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _corner(box: Ink) -> tuple[int, int]:
    """Give where a box's top left corner goes, so that its centre of mass falls into the central pixel."""
    mass = box.astype(np.float64)
    total = mass.sum()
    rows, columns = (np.arange(side) + 0.5 for side in box.shape)
    return CENTRE - int(rows @ mass.sum(1) / total), CENTRE - int(columns @ mass.sum(0) / total)

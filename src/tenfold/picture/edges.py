"""The edges of a box, or of what a digit was cut out of: pieces of ink around a digit that are no part of it."""

import cv2
import numpy as np

from tenfold.picture.frame import Ink
from tenfold.picture.ink import Components, Mask, connected_components

__all__ = ["inside_of_box", "remove_edges"]

RECTANGULAR = 0.9
"""Least share of the smallest rectangle around it that a box's inside fills; the inside of a 0 fills pi / 4 of it."""

ROOMY = 0.6
"""Least width and height of a box's inside, in those of the box."""

LARGE = 0.4
"""Least width or height of a box, in those of the picture: a smaller one is written. Least of both of what is left of
one."""

DIGIT = 0.25
"""Least width or height of what is left when cut pieces are removed, in those of the picture: a digit."""

RIM = 0.2
"""Width of the rim that what a crop cuts off stays in, as a share of the picture's shorter side."""

OUTSIDE = 0.05
"""Largest share of such a piece that is not in the rim."""

CORNER = 0.1
"""Largest distance of its ink from a corner of its bounding box, as a share of the box's sides: two lines meet there.
In those of a 0 that was cut out close there is none."""


def remove_edges(ink: Ink, mask: Mask) -> tuple[Ink, Mask] | None:
    """Remove boxes around a digit, and what a crop left of them: lines that meet, near the picture's edges.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        mask: Where the ink is.

    Returns:
        Ink and mask without them; None where there are none.
    """
    _, labels, stats, _ = connected_components(mask)
    height, width = mask.shape
    rim = round(RIM * min(mask.shape))
    inner = np.bincount(labels[rim : height - rim, rim : width - rim].ravel(), minlength=len(stats))
    boxes, cut = (np.zeros(len(stats), bool) for _ in range(2))
    size = _sizes(stats, mask.shape)
    for number in np.flatnonzero(size >= LARGE).tolist():
        left, top, wide, tall, area = stats[number].tolist()
        piece = _piece(labels, stats, number)
        touches = left == 0 or top == 0 or left + wide == width or top + tall == height
        angled = min(wide / width, tall / height) >= LARGE and _has_corner(piece)
        boxes[number] = _inside(piece) is not None
        cut[number] = touches and angled and inner[number] < OUTSIDE * area
    edges = boxes | cut if (size[~(boxes | cut)] >= DIGIT).any() else boxes
    if not edges.any():
        return None
    dropped = np.asarray(edges[labels], np.uint8)
    left_over = np.asarray(cv2.subtract(mask, dropped), np.uint8)
    soft = cv2.subtract(cv2.dilate(dropped, np.ones((5, 5), np.uint8)), left_over)
    return np.where(soft, 0, ink).astype(np.uint8), left_over


def inside_of_box(mask: Mask, digit: Mask) -> tuple[slice, slice] | None:
    """Give the rows and columns inside of the box that a digit stands in.

    Args:
        mask: Where the ink is, the box among it.
        digit: The digit's ink alone.

    Returns:
        The rows and the columns; None where the digit stands in no box.
    """
    _, labels, stats, _ = connected_components(mask)
    x, y, wide, tall = cv2.boundingRect(digit)
    middle = x + wide / 2, y + tall / 2
    for number in np.flatnonzero(_sizes(stats, mask.shape) >= LARGE).tolist():
        if inside := _inside(_piece(labels, stats, number)):
            left, top = (int(stats[number, axis]) + inside[axis] for axis in (0, 1))
            right, bottom = left + inside[2], top + inside[3]
            if left <= middle[0] < right and top <= middle[1] < bottom:
                return slice(top, bottom), slice(left, right)
    return None


def _sizes(stats: "np.ndarray", shape: tuple[int, ...]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Give how large each piece of ink is: its width or height, in those of the picture; 0 for the paper."""
    size = np.maximum(stats[:, 2] / shape[1], stats[:, 3] / shape[0])
    size[0] = 0
    return np.asarray(size, np.float64)


def _piece(labels: Components, stats: "np.ndarray", number: int) -> Mask:
    """Cut out a piece of ink."""
    left, top, wide, tall, _ = stats[number].tolist()
    return np.asarray(labels[top : top + tall, left : left + wide] == number, np.uint8)


def _has_corner(piece: Mask) -> bool:
    """Say whether a piece of ink, cut out, has ink in a corner."""
    tall, wide = (max(1, round(CORNER * side)) for side in piece.shape)
    corners = piece[:tall, :wide], piece[:tall, -wide:], piece[-tall:, :wide], piece[-tall:, -wide:]
    return any(corner.any() for corner in corners)


def _inside(piece: Mask) -> tuple[int, int, int, int] | None:
    """Give left, top, width and height of what a piece of ink, cut out, encloses; None where it is no box of lines."""
    contours, hierarchy = cv2.findContours(piece, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes = [contour for contour, (*_, parent) in zip(contours, hierarchy[0], strict=True) if parent >= 0]
    if not holes:
        return None
    inside = max(holes, key=cv2.contourArea)
    left, top, wide, tall = cv2.boundingRect(inside)
    _, sides, _ = cv2.minAreaRect(inside)
    roomy = wide >= ROOMY * piece.shape[1] and tall >= ROOMY * piece.shape[0]
    rectangular = cv2.contourArea(inside) >= RECTANGULAR * sides[0] * sides[1]
    return (left, top, wide, tall) if roomy and rectangular else None

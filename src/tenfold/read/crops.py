"""Parts of a page as pictures, and pages with what was read drawn on them."""

from collections.abc import Iterable
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.page.quads import Quad, height_of, onto_rectangle, width_of
from tenfold.picture.decode import Grey

__all__ = ["annotated", "crop"]

MARGIN = 0.15
"""Margin around a crop, in heights of the number."""

BELIEVED, DOUBTED = (20, 120, 40), (200, 60, 20)
"""Colours, red green blue, of numbers that were accepted and of those for review."""

PAPER = (255, 255, 255)
"""Colour under what is written on a page."""

SIZES, GAP = (12, 60), 4
"""SIZES: smallest and largest size of what is written, half as high as its number. GAP: how far from it, in pixels."""

Rectangle: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


def crop(page: Grey, quad: Quad) -> Grey:
    """Cut a place out of a page, turned level, with a margin."""
    corners = np.array(quad, np.float32)
    wide, tall = max(width_of(corners), 1.0), max(height_of(corners), 1.0)
    edge = MARGIN * tall
    level = onto_rectangle(corners, wide, tall, edge)
    size = round(wide + 2 * edge), round(tall + 2 * edge)
    return np.asarray(cv2.warpPerspective(page, level, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def annotated(page: Grey, marks: Iterable[tuple[Quad, str, bool]]) -> Pillow.Image:
    """Draw on a page what was read on it.

    Args:
        page: The page.
        marks: For each number where it is, what to write there, and whether it was accepted.

    Returns:
        The page in colours: accepted numbers in green, those for review in red. What is written lies beside its number,
        where it covers neither another nor what is written there, if there is such a place.
    """
    picture = Pillow.fromarray(page).convert("RGB")
    drawing, marks = ImageDraw.Draw(picture), list(marks)
    taken = [_around(quad) for quad, _, _ in marks]
    for quad, text, accepted in marks:
        colour = BELIEVED if accepted else DOUBTED
        drawing.polygon([tuple(corner) for corner in quad], outline=colour, width=3)
        font = ImageFont.load_default(size=float(np.clip(0.5 * height_of(quad), *SIZES)))
        wide, high = drawing.textbbox((0, 0), text, font=font)[2:]
        label = min(_beside(_around(quad), wide, high), key=lambda place: _covered(place, taken, picture.size))
        drawing.rectangle(label, fill=PAPER)
        drawing.text(label[:2], text, fill=colour, font=font)
        taken.append(label)
    return picture


def _around(quad: Quad) -> Rectangle:
    """Give the upright rectangle around a place: left, top, right, bottom."""
    (left, top), (right, bottom) = np.min(quad, axis=0).tolist(), np.max(quad, axis=0).tolist()
    return left, top, right, bottom


def _beside(number: Rectangle, wide: float, high: float) -> list[Rectangle]:
    """Give the places beside a number where its label may lie, the best first."""
    left, top, right, bottom = number
    corners = (
        *((left, bottom + GAP), (left, top - GAP - high), (right + GAP, top), (left - GAP - wide, top)),
        *((right - wide, bottom + GAP), (right - wide, top - GAP - high)),
    )
    return [(x, y, x + wide, y + high) for x, y in corners]


def _covered(place: Rectangle, taken: Iterable[Rectangle], size: tuple[int, int]) -> float:
    """Give how much of what is taken already a label covers, and of it lies beyond the page, in pixels."""
    left, top, right, bottom = place
    seen = _shared(place, (0, 0, *size))
    return sum(_shared(place, other) for other in taken) + (right - left) * (bottom - top) - seen


def _shared(one: Rectangle, other: Rectangle) -> float:
    """Give the area that two rectangles share."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)

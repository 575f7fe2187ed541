"""Single signs as written: digits and the signs of numbers, drawn with a pen that follows strokes."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.layers import SUBPIXEL, Point
from tenfold.picture.frame import Ink

__all__ = ["GLYPH", "SIGNS", "Glyph", "Stroke", "draw_strokes", "sign_strokes", "with_width"]

GLYPH = 64
"""Height of a digit, in pixels, from its top to its foot: the largest that pictures of numbers are drawn with."""

SIGNS = ".,/-:+'=#*$"
"""Signs that are written beside the digits."""

DOLLAR = (
    *((0.55, 0.2), (0.45, 0.08), (0.2, 0.1), (0.1, 0.28), (0.2, 0.42)),
    *((0.42, 0.55), (0.52, 0.72), (0.42, 0.92), (0.2, 0.96), (0.04, 0.82)),
)
"""The curve of a dollar sign, in heights of a digit."""

LARGEST = 4 * GLYPH
"""Height and width of a glyph, at most, in pixels; what lies beyond is cut off."""

STROKE = 127
"""Ink, of 255, above which a pixel is part of a stroke where the width of strokes is measured."""

WIDEN, THIN = 3, 2
"""Most that strokes are made wider and thinner, in pixels: beyond it loops fill, and strokes break."""

Stroke: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]
"""`float (points, 2)`: one stroke of a pen, x to the right and y down, in heights of a digit from its top left."""


class Glyph(NamedTuple):
    """One sign as written.

    Attributes:
        ink: `uint8 (height, width)`, 0 paper, 255 ink, with at most a few pixels of paper around it.
        top: The row of its upper edge, in pixels below the top of a digit.
        start: Where the pen was set down, x and y from the glyph's left edge and the digit's top; None if unknown.
        end: Where it was lifted.
        room: Where the room begins and ends that a machine gives the sign, from its ink's left edge; None for what is
            written by hand, which lies as far from its neighbours as the hand likes.
    """

    ink: Ink
    top: int
    start: Point | None = None
    end: Point | None = None
    room: tuple[float, float] | None = None


def draw_strokes(strokes: Sequence[Stroke], pen: float) -> Glyph:
    """Draw strokes with a round pen.

    Args:
        strokes: At least one, each of at least one point.
        pen: Width of the pen, in pixels.
    """
    points = [np.asarray(stroke, np.float64) * GLYPH for stroke in strokes]
    every = np.concatenate(points)
    least, most = every.min(axis=0), every.max(axis=0)
    room = int(pen / 2) + 2
    width, height = (min(int(side), LARGEST) for side in np.ceil(most - least) + 2 * room)
    canvas = np.zeros((height, width), np.uint8)
    for stroke in points:
        path = np.rint(2**SUBPIXEL * (stroke - least + room)).astype(np.int32)
        path = np.repeat(path, 2, axis=0) if len(path) == 1 else path  # OpenCV draws nothing through a single point
        cv2.polylines(canvas, [path], False, 255, max(1, round(pen)), cv2.LINE_AA, SUBPIXEL)
    top = round(float(least[1])) - room
    (x, y), (to_x, to_y) = ((point + room - least).tolist() for point in (points[0][0], points[-1][-1]))
    return Glyph(canvas, top, (x, y + top), (to_x, to_y + top))


def sign_strokes(sign: str, rng: Generator) -> list[Stroke]:
    """Give the strokes of one of `SIGNS` as people make them, no two alike.

    Args:
        sign: The sign.
        rng: Decides lengths and places, in ranges chosen beside pictures of real numbers.
    """

    def near(*points: Point, by: float) -> Stroke:
        return np.asarray(points) + rng.normal(0, by, (len(points), 2))

    match sign:
        case ".":
            return [near((0.03, 0.95), (0.05, 0.97), by=0.012)]
        case ",":
            long = rng.uniform(0.1, 0.32)
            return [near((0.1, 0.9), (0.11, 0.95), (0.1 - 0.35 * long, 0.92 + long), by=0.015)]
        case "'":
            long = rng.uniform(0.08, 0.25)
            return [near((0.06, -0.02), (0.03, -0.02 + long), by=0.015)]
        case "/":
            lean, over = rng.uniform(0.15, 0.6), rng.uniform(-0.05, 0.25)
            return [near((lean, -over), (0.0, 1 + over), by=0.03)]
        case "-":
            long, y = rng.uniform(0.2, 0.7), rng.uniform(0.45, 0.65)
            return [near((0.0, y), (long / 2, y), (long, y), by=0.02)]
        case "=":
            long = rng.uniform(0.25, 0.7)
            return [near((0.0, y), (long, y - 0.01), by=0.03) for y in (0.45, 0.65)]
        case ":":
            return [near((0.04, y), (0.06, y + 0.02), by=0.015) for y in (0.4, 0.88)]
        case "+":
            half = rng.uniform(0.18, 0.32)
            level, upright = ((0.0, 0.55), (2 * half, 0.55)), ((half, 0.55 - half), (half, 0.55 + half))
            return [near(*level, by=0.03), near(*upright, by=0.03)]
        case "#":
            lean = rng.uniform(0.0, 0.15)
            downwards = [near((x + lean, 0.2), (x - lean, 0.98), by=0.03) for x in (0.22, 0.45)]
            return [*downwards, *(near((0.0, y), (0.65, y - 0.03), by=0.03) for y in (0.45, 0.72))]
        case "*":
            half, turn = rng.uniform(0.14, 0.3), rng.uniform(0, np.pi)
            ends = [half * np.array((np.cos(turn + angle), np.sin(turn + angle))) for angle in (0, 1.05, 2.09)]
            return [np.array([0.3, 0.5]) + np.stack([end, -end]) for end in ends]
        case "$":
            bars = [0.3] if rng.random() < 0.7 else [0.24, 0.36]
            return [near(*DOLLAR, by=0.03), *(near((x, -0.1), (x - 0.04, 1.12), by=0.03) for x in bars)]
        case _:
            raise KeyError(sign)


def with_width(ink: Ink, pen: float) -> Ink:
    """Make strokes wider or thinner, half the way to a pen's width and by a few pixels at most.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 ink.
        pen: Width of the pen, in pixels.

    Returns:
        `uint8 (height, width)`.
    """
    stroke = (ink > STROKE).astype(np.uint8)
    outline = cv2.morphologyEx(stroke, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    width = 2 * float(stroke.sum()) / max(float(outline.sum()), 1)  # a long stroke is outlined on both sides
    change = round(float(np.clip((pen - width) / 2, -THIN, WIDEN)))
    if not change:
        return ink
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1,) * 2)
    return np.asarray(cv2.dilate(ink, kernel) if change > 0 else cv2.erode(ink, kernel), np.uint8)

"""A strip of paper between two level lines, sampled from the page so that they are straight and level in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.page.paper import Paper
from tenfold.page.quads import Homography
from tenfold.page.rulings import LevelLine, Places
from tenfold.picture.frame import BOX, Ink
from tenfold.picture.ink import Mask, mask_of

__all__ = ["Strip", "apart", "sampled"]

ROOM = 0.35
"""Margin that a strip is sampled with on every side, in its heights: strokes cross the lines."""

TALLEST = 4 * BOX
"""Rows of a strip between its lines, at most: four times what the networks are given of a digit."""

LEANING, CUT_SHORT = 0.5, 2.2
"""How far the ends of two lines differ, at most, in distances of the lines: where an outline leans, and where one of
them is cut short by what is written over it."""

Map: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (rows, columns)`: for each pixel of a strip a column or row of the page."""


@dataclass(frozen=True, eq=False)
class Strip:
    """The paper between two level lines, sampled so that they are straight.

    Attributes:
        dark: `uint8 (rows, columns)`: how dark it is, with `room` on every side.
        mask: Where there is ink, even the faintest.
        room: Rows and columns outside of the lines on every side.
        height: Rows between the lines.
        width: Columns between the lines' ends.
        comb: Whether there is no line at the top.
        across: The column on the page of each pixel.
        down: The row on the page of each pixel.
        profiles: What `verticals` makes of it, kept.
    """

    dark: Ink
    mask: Mask
    room: int
    height: int
    width: int
    comb: bool
    across: Map
    down: Map
    profiles: dict[int, tuple[Places, float]] = field(init=False, default_factory=dict)

    def on_page(self, column: float, row: float) -> tuple[float, float]:
        """Give where a place of the strip, counted from its lines, lies on the page: x, y."""
        height, width = self.across.shape
        y = min(max(round(row + self.room), 0), height - 1)
        x = min(max(round(column + self.room), 0), width - 1)
        return float(self.across[y, x]), float(self.down[y, x])


def apart(upper: LevelLine, lower: LevelLine) -> float:
    """Give how far two lines are apart where both run, in pixels."""
    middle = (max(upper.left, lower.left) + min(upper.right, lower.right)) / 2
    return float(lower.at(middle)) - float(upper.at(middle))


def sampled(paper: Paper, upper: LevelLine, lower: LevelLine, back: Homography, *, comb: bool = False) -> Strip:
    """Sample the page so that two of its lines become straight and level.

    Args:
        paper: The page.
        upper: The line above.
        lower: The line below.
        back: Takes the plane of the lines to the page.
        comb: Whether there is no line above.
    """
    high = apart(upper, lower)
    left, right = _end(upper.left, lower.left, high, min), _end(upper.right, lower.right, high, max)
    between = max(high, 1.0)
    scale = min(1.0, TALLEST / between)
    height = max(2, round(between * scale))
    width = max(2, round((right[0] - left[0] + right[1] - left[1]) / 2 * scale))
    room = round(ROOM * height)
    v = (np.arange(height + 2 * room) - room)[:, None] / height
    u = (np.arange(width + 2 * room) - room)[None] / width
    first, last = left[0] + (left[1] - left[0]) * v, right[0] + (right[1] - right[0]) * v
    x = first + (last - first) * u
    held = np.clip(x, min(left), max(right))  # curves are not to be followed beyond their ends
    y_upper, y_lower = np.asarray(upper.at(held)), np.asarray(lower.at(held))
    y = y_upper + (y_lower - y_upper) * v
    on_x, on_y, depth = (a * x + b * y + c for a, b, c in back)
    across, down = (on_x / depth).astype(np.float32), (on_y / depth).astype(np.float32)
    dark = np.asarray(cv2.remap(paper.dark, across, down, cv2.INTER_LINEAR), np.uint8)
    return Strip(dark, mask_of(dark, paper.floor), room, height, width, comb, across, down)


def _end(upper: float, lower: float, high: float, outer: Callable[[float, float], float]) -> tuple[float, float]:
    """Give where two lines `high` apart end; one that is cut short by what is written over it, where the other does."""
    if abs(upper - lower) < LEANING * high:
        return upper, lower
    reach = outer(upper, lower) if abs(upper - lower) < CUT_SHORT * high else upper + lower - outer(upper, lower)
    return reach, reach

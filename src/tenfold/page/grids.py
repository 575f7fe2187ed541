"""Grids of boxes: seen from any side, their lines bowed or partly lost."""

from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.paper import Paper
from tenfold.page.quads import Corners, height_of, in_order, onto_rectangle, width_of
from tenfold.page.rulings import BEND, LevelLine, Places, level_lines
from tenfold.page.strips import Strip, sampled
from tenfold.picture.ink import Mask

__all__ = ["grid_strips"]

LONGEST = 900
"""Longer side of the plane that a grid is laid out in, in pixels."""

MARGIN = 24
"""Margin around it, in pixels."""

SQUARE = 0.88
"""Area of a component's quad beside that of its hull, or the other way round, at least: then it is a quad."""

STICKS_OUT = 0.04
"""Width of what sticks out of a grid and is no part of it, at most, as a share of the grid's shorter side: the shadow
of a crease, a stroke across its frame."""

LEAST_LINE = 0.35
"""Share of a grid's width that a level line covers at least: the rest may be lost in handwriting."""

PRESENT = 0.7
"""Share of the level lines of a grid that are seen, at least; the others lie where they must."""

MOST_ROWS, LEAST_PITCH = 40, 12
"""Most rows of a grid, and the least height of one, in pixels."""

AWAY = 0.14
"""How far a line of a grid lies from where it should, at most, in heights of a row."""


def grid_strips(paper: Paper, component: Mask, left: int, top: int, rows: int | None = None) -> list[Strip]:
    """Lay out a connected component by its four corners and cut it along its level lines.

    Args:
        paper: The page.
        component: The component's ink.
        left: The column of the page where it begins.
        top: The row of the page where it begins.
        rows: How many rows of boxes it has, where that is known.

    Returns:
        One strip for each row of boxes, at least two; nothing where it is no grid.
    """
    quad = _quad_of(component)
    if quad is None:
        return []
    opposite = np.roll(quad, 2, axis=0)
    wide, tall = (width_of(quad) + width_of(opposite)) / 2, (height_of(quad) + height_of(opposite)) / 2
    scale = min(1.0, LONGEST / max(wide, tall))
    width, height = round(wide * scale), round(tall * scale)
    level = onto_rectangle(quad, width, height, MARGIN)
    size = (width + 2 * MARGIN, height + 2 * MARGIN)
    plane = (cv2.warpPerspective(255 * component, level, size, flags=cv2.INTER_AREA) > 90).astype(np.uint8)
    lines = _evenly(level_lines(plane, least=LEAST_LINE), width, height, rows)
    if len(lines) < 3:
        return []
    back = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]]) @ np.linalg.inv(level)
    return [sampled(paper, upper, lower, back) for upper, lower in pairwise(lines)]


def _quad_of(component: Mask) -> Corners | None:
    """Give the four corners of a component, clockwise from the top left; None where it has another shape."""
    outlines = cv2.findContours(_body(component), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not outlines:
        return None
    hull = cv2.convexHull(np.concatenate(outlines))
    around = cv2.arcLength(hull, closed=True)
    for share in (0.01, 0.015, 0.02, 0.03, 0.04, 0.06):  # of the outline: how far sides may stray from straight
        corners = cv2.approxPolyDP(hull, share * around, closed=True)[:, 0].astype(np.float32)
        if len(corners) == 4:
            whole, shown = cv2.contourArea(hull), cv2.contourArea(corners)
            return in_order(corners) if SQUARE * whole <= shown <= whole / SQUARE else None
    return None


def _body(component: Mask) -> Mask:
    """Fill a component, and take away what sticks out of it."""
    outlines = cv2.findContours(component, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    filled = cv2.drawContours(component.copy(), outlines, -1, 1, cv2.FILLED)
    size = max(1, round(STICKS_OUT * min(component.shape)))
    return np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((size, size), np.uint8)), np.uint8)


def _evenly(lines: list[LevelLine], width: int, height: int, rows: int | None) -> list[LevelLine]:
    """Take the lines that lie evenly and put the missing ones between them; all as they are where none fit evenly."""
    middle = MARGIN + width / 2
    at = np.array([float(line.at(middle)) for line in lines])
    if not len(at):
        return []
    ends = [(float(MARGIN), float(MARGIN + height)), (float(at[0]), float(at[-1]))]
    for number in [rows] if rows else range(min(MOST_ROWS, int(len(at) / PRESENT)), 1, -1):
        fits = [_fit(at, start, end, number) for start, end in ends if (end - start) / number >= LEAST_PITCH]
        near, there, places = max(fits, key=lambda fit: fit[1].sum(), default=(at, np.zeros(1), at))
        if there.mean() >= PRESENT - 0.2 * bool(rows):
            chosen = [lines[near[row]] if there[row] else None for row in range(number + 1)]
            return [_whole(chosen, row, places, width) for row in range(number + 1)]
    inner = [line for line in lines if line.right - line.left > 0.6 * width]
    return [_stretched(line, width) for line in inner]


def _fit(at: Places, start: float, end: float, number: int) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Lay lines evenly; give for each the nearest of those `at` places, whether it is there, and where it should be."""
    pitch = (end - start) / number
    places = start + pitch * np.arange(number + 1)
    away = np.abs(at[None] - places[:, None])
    near = away.argmin(axis=1)
    return near, away[np.arange(number + 1), near] <= AWAY * pitch, places


def _whole(lines: list[LevelLine | None], row: int, places: "np.ndarray", width: int) -> LevelLine:
    """Give a line from edge to edge: itself, or what its nearest neighbours make of it."""
    line = lines[row]
    if line is not None:
        return _stretched(line, width)
    above = next((each for each in range(row - 1, -1, -1) if lines[each] is not None), None)
    below = next((each for each in range(row + 1, len(lines)) if lines[each] is not None), None)
    columns = np.linspace(MARGIN, MARGIN + width, 9)
    known = [each for each in (above, below) if each is not None]
    shifts = [np.polyval(lines[each].curve, columns) - places[each] for each in known]  # type: ignore[union-attr]
    weights = [1.0] if len(known) == 1 else [(known[1] - row), (row - known[0])]
    shift = np.average(shifts, axis=0, weights=weights)
    curve = np.polyfit(columns, places[row] + shift, BEND)
    return LevelLine(tuple(map(float, curve)), MARGIN, MARGIN + width, 1.0, 1.0)


def _stretched(line: LevelLine, width: int) -> LevelLine:
    """Give a line from edge to edge; beyond its ends it goes on straight."""
    columns = np.linspace(MARGIN, MARGIN + width, 17)
    held = np.clip(columns, line.left, line.right)
    slope = np.polyval(np.polyder(np.array(line.curve)), held)
    curve = np.polyfit(columns, np.polyval(line.curve, held) + slope * (columns - held), BEND)
    return LevelLine(tuple(map(float, curve)), MARGIN, MARGIN + width, line.thick, line.covered)

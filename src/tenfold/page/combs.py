"""Rows of boxes and combs that are seen from the front: the strips between their level lines, once they are turned."""

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.paper import Paper
from tenfold.page.quads import Homography
from tenfold.page.rulings import STEEPEST, LevelLine, level_lines, tilt
from tenfold.page.strips import Strip, apart, sampled
from tenfold.picture.ink import Mask

__all__ = ["NARROW", "SMALLEST", "level_strips"]

SMALLEST = 14
"""Least height of a box, in pixels."""

NARROW, LEVEL = 60, 3.0
"""Components narrower than this, in pixels, are mostly letters and digits: they are looked at only where they are level
within this many degrees."""

LEAST_LINE = 0.55
"""Share of its component's width that a level line covers, at least."""

SOLID = 0.66
"""Share of a line's length, from end to end, that is inked, at least."""

TOOTH = 4
"""Least height of a comb's tooth, in pixels."""

COMB = 1.2
"""Height of a comb's boxes, in widths of a box, where no tooth shows that they are higher."""


def level_strips(paper: Paper, component: Mask, left: int, top: int) -> Iterator[Strip]:
    """Cut a connected component along its level lines; one with a single line may be a comb.

    Args:
        paper: The page.
        component: The component's ink.
        left: The column of the page where it begins.
        top: The row of the page where it begins.

    Yields:
        A strip for each two lines that follow one another, from top to bottom.
    """
    level, turned_back = _levelled(component)
    back = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]]) @ turned_back
    lines = [line for line in level_lines(level, least=LEAST_LINE) if line.covered > SOLID]
    if len(lines) == 1:
        comb = _comb(level & _printed(paper, lines[0], back, level.shape), lines[0])
        if comb:
            yield sampled(paper, comb, lines[0], back, comb=True)
    for upper, lower in pairwise(lines):
        if apart(upper, lower) >= SMALLEST:
            yield sampled(paper, upper, lower, back)


def _levelled(component: Mask) -> tuple[Mask, Homography]:
    """Turn a component so that its long lines are level; also gives the way back."""
    angle = tilt(component, steepest=STEEPEST if component.shape[1] >= NARROW else LEVEL, outlined=True)
    height, width = component.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), [0, 0, 1]])
    corners = turn @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]])
    turn[:2, 2] -= corners[:2].min(axis=1)
    size = np.ceil(np.ptp(corners[:2], axis=1)).astype(int) + 1
    level = cv2.warpAffine(255 * component, turn[:2], (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return (level > 100).astype(np.uint8), np.linalg.inv(turn)


def _printed(paper: Paper, line: LevelLine, back: Homography, shape: tuple[int, ...]) -> Mask:
    """Mark where the page, laid out so that a line is level, is at least half as dark as that line."""
    dark = cv2.warpPerspective(paper.dark, back, shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    columns = np.arange(int(line.left), int(line.right))
    rows = np.clip(np.rint(line.at(columns.astype(float))).astype(int), 0, shape[0] - 1)
    return (dark >= float(np.median(dark[rows, np.minimum(columns, shape[1] - 1)])) / 2).astype(np.uint8)


def _comb(level: Mask, base: LevelLine) -> LevelLine | None:
    """Guess the missing line at the top of a comb from the distance of its teeth; None where it has none."""
    height, width = level.shape
    columns = np.arange(int(base.left), min(int(base.right) + 1, width))
    rows = np.clip(np.rint(base.at(columns.astype(float)) - base.thick / 2 - 2).astype(int), 0, height - 1)
    reach = rows[None] - np.arange(TOOTH + 2)[:, None]
    tooth = np.where(reach >= 0, level[np.maximum(reach, 0), columns[None]], 0).all(axis=0)
    starts = np.flatnonzero(np.diff(np.concatenate([[0], tooth.astype(np.int8)])) == 1)
    if len(starts) < 3:
        return None
    gaps = np.diff(starts)
    wide = gaps[gaps > SMALLEST / 2]
    if not len(wide):
        return None
    tall = max(COMB * float(np.median(wide)), min(float(np.median(rows)), _tallest(level, columns, rows, starts)))
    curve = (*base.curve[:-1], base.curve[-1] - tall)
    return LevelLine(curve, base.left, base.right, base.thick, 1.0)


def _tallest(level: Mask, columns: "np.ndarray", rows: "np.ndarray", starts: "np.ndarray") -> float:
    """Give the height of the outer teeth: at the ends of a comb they are often as high as the box."""
    best = 0
    for start in (starts[0], starts[-1]):
        tooth = level[: rows[start], max(0, columns[start] - 1) : columns[start] + 4].max(axis=1, initial=0)[::-1]
        best = max(best, len(tooth) if tooth.all() else int(tooth.argmin()))
    return float(best)

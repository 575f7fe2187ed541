"""Printed outlines on a page: strips of boxes, closed or open like a comb, tilted, bowed or seen from a side.

An outline is a connected component with long level lines. Two of them that follow one another bound a strip; one alone
with teeth on it is a comb. A strip is sampled from the page so that its lines are straight and level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.grids import grid_strips
from tenfold.page.paper import Paper
from tenfold.page.quads import Homography
from tenfold.page.rulings import STEEPEST, LevelLine, level_lines, level_runs, tilt
from tenfold.page.strips import Strip, apart, sampled
from tenfold.picture.ink import Mask, connected_components, runs_of

__all__ = ["Outline", "find_outlines", "level_strips"]

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

FULLEST = 0.78
"""Share of its bounding box that an outline's ink covers, at most."""

MOST = 400
"""Components that are looked at, the largest first."""

DARKER = 3
"""Least darkness of the ink that is looked at alone, in darknesses of the faintest."""

WIDE = 0.5
"""Least width of an outline, in its heights."""

ONE_ROW = 2.5
"""Least width of an outline that may be a single row, in its heights."""

RUN, RULED = 48, 0.35
"""RUN: shortest level run of a long line, in pixels. RULED: ink in such runs, in pixels for each column, from which on
a component is an outline."""

CELL, CELLS = 0.55, 0.6
"""CELL: height of a cell of a small outline, at least, in heights of the outline. CELLS: what its cells take up of its
width, at least. The holes of letters are lower, or take up less."""

STRAIGHT = 1.0
"""Tilt up to which a page is taken as it lies, in degrees: runs of lines are long enough then."""

FLATTEST = 0.3
"""Shorter side of a grid's bounding box, at least, in longer sides."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The strips of one printed outline, from top to bottom, and the part of the page that it covers.

    Attributes:
        strips: One for each two lines that follow one another.
        box: Its bounding box on the page: left, top, width and height.
    """

    strips: tuple[Strip, ...]
    box: tuple[int, int, int, int]


def find_outlines(paper: Paper, grid_rows: int | None = None, *, darker: bool = False) -> list[Outline]:
    """Find what may be rows and grids of boxes.

    Args:
        paper: The page.
        grid_rows: How many rows the grid on it has, where that is known.
        darker: Look in the darker ink alone, where outlines may stand free of their surroundings; nothing is found
            where all ink is that dark.

    Returns:
        The outlines, the largest first. Whether there are boxes in them is for others to say.
    """
    mask = paper.ink_above(max(DARKER * paper.floor, 48)) if darker else paper.mask
    if darker and np.array_equal(mask, paper.mask):
        return []
    found = []
    for component, (left, top, width, height) in _components(mask):
        flat = min(width, height) < FLATTEST * max(width, height)
        grid = () if flat else tuple(grid_strips(paper, component, left, top, grid_rows))
        alone = () if grid and width < ONE_ROW * height else tuple(level_strips(paper, component, left, top))
        both = (grid, alone)  # what is written in a single row may look like the lines of a grid
        found += [Outline(strips, (left, top, width, height)) for strips in both if strips]
    return found


def _runs(mask: Mask) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Mark ink that goes on level for `RUN` pixels, however the page is tilted: lines do, letters do not."""
    angle = tilt(mask)
    if abs(angle) < STRAIGHT:
        return (level_runs(mask, RUN)[0] & mask).astype(bool)
    height, width = mask.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    size, back = (width, height), cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    level = cv2.warpAffine(mask, turn, size, flags=cv2.INTER_NEAREST)
    runs = cv2.warpAffine(level_runs(np.asarray(level, np.uint8), RUN)[0], turn, size, flags=back)
    return (np.asarray(runs, np.uint8) & mask).astype(bool)


def _has_cells(component: Mask) -> bool:
    """Say whether high holes take up most of a component's width."""
    height, width = component.shape
    outlines, nested = cv2.findContours(component, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    holes = [cv2.boundingRect(each) for each, (*_, parent) in zip(outlines, nested[0], strict=True) if parent >= 0]
    return sum(wide for _, _, wide, tall in holes if tall >= CELL * height) >= CELLS * width


def _components(mask: Mask) -> list[tuple[Mask, tuple[int, int, int, int]]]:
    """Give the connected components that may be outlines, and their bounding boxes, the largest first."""
    mended = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))  # printing leaves gaps in lines
    _, labels, stats, _ = connected_components(np.asarray(mended, np.uint8))
    wide, tall, area = stats[:, 2], stats[:, 3], stats[:, 4]
    likely = (np.maximum(wide, tall) >= 2 * SMALLEST) & (np.minimum(wide, tall) >= SMALLEST / 2)
    likely &= (area <= FULLEST * wide * tall) & (wide >= WIDE * tall)
    likely[0] = False
    if not likely.any():
        return []
    runs, found = np.bincount(labels[_runs(mask)], minlength=len(stats)), []
    for number in sorted(np.flatnonzero(likely), key=lambda each: -int(wide[each]) * int(tall[each])):
        left, top, width, height, _ = (int(value) for value in stats[number])
        component = (labels[top : top + height, left : left + width] == number).astype(np.uint8)
        if runs[number] >= RULED * width or _has_cells(component):
            found.append((component, (left, top, width, height)))
        if len(found) == MOST:
            break
    return found


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
    tooth = np.asarray(np.where(reach >= 0, level[np.maximum(reach, 0), columns[None]], 0).all(axis=0))
    starts = runs_of(tooth)[:, 0]
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

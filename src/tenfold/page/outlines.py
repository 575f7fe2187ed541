"""Printed outlines on a page: strips of boxes, closed or open like a comb, tilted, bowed or seen from a side.

An outline is a connected component with long level lines. Two of them that follow one another bound a strip; one alone
with teeth on it is a comb. A strip is sampled from the page so that its lines are straight and level.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.page.combs import SMALLEST, level_strips
from tenfold.page.grids import grid_strips
from tenfold.page.paper import Paper
from tenfold.page.rulings import level_runs, tilt
from tenfold.page.strips import Strip
from tenfold.picture.ink import Mask, connected_components

__all__ = ["Outline", "find_outlines"]

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
        darker: Look in the darker ink alone, where outlines may stand free of their surroundings.

    Returns:
        The outlines, the largest first. Whether there are boxes in them is for others to say.
    """
    mask = paper.ink_above(max(DARKER * paper.floor, 48)) if darker else paper.mask
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
    runs, found = np.bincount(labels[_runs(mask)], minlength=len(stats)), []
    for number in sorted(np.flatnonzero(likely), key=lambda each: -int(wide[each]) * int(tall[each])):
        left, top, width, height, _ = (int(value) for value in stats[number])
        component = (labels[top : top + height, left : left + width] == number).astype(np.uint8)
        if runs[number] >= RULED * width or _has_cells(component):
            found.append((component, (left, top, width, height)))
        if len(found) == MOST:
            break
    return found

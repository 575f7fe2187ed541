"""Printed outlines on a page: strips of boxes, closed or open like a comb, tilted, bowed or seen from a side.

An outline is a connected component with long level lines. Two of them that follow one another bound a strip; one alone
with teeth on it is a comb. A strip is sampled from the page so that its lines are straight and level.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.page.combs import NARROW, SMALLEST, level_strips
from tenfold.page.grids import grid_strips
from tenfold.page.paper import Paper
from tenfold.page.rulings import SMALLEST_DIGIT
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
    mask = paper.mask
    if darker:
        floor = max(DARKER * paper.floor, 48)
        mask = np.asarray(cv2.threshold(paper.dark, floor, 1, cv2.THRESH_BINARY)[1], np.uint8)
    found = []
    for component, (left, top, width, height) in _components(mask):
        flat = min(width, height) < FLATTEST * max(width, height)
        grid = () if flat else tuple(grid_strips(paper, component, left, top, grid_rows))
        alone = () if grid and width < ONE_ROW * height else tuple(level_strips(paper, component, left, top))
        both = (grid, alone)  # what is written in a single row may look like the lines of a grid
        found += [Outline(strips, (left, top, width, height)) for strips in both if strips]
    return found


def _components(mask: Mask) -> list[tuple[Mask, tuple[int, int, int, int]]]:
    """Give the connected components that may be outlines, and their bounding boxes, the largest first."""
    mended = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))  # printing leaves gaps in lines
    _, labels, stats, _ = connected_components(np.asarray(mended, np.uint8))
    wide, tall, area = stats[:, 2], stats[:, 3], stats[:, 4]
    likely = (np.maximum(wide, tall) >= 2 * SMALLEST) & (np.minimum(wide, tall) >= SMALLEST / 2)
    likely &= (area <= FULLEST * wide * tall) & (wide >= WIDE * tall)
    likely[0] = False
    found, run = [], np.ones((1, SMALLEST_DIGIT), np.uint8)
    for number in sorted(np.flatnonzero(likely), key=lambda each: -int(wide[each]) * int(tall[each]))[:MOST]:
        left, top, width, height, _ = (int(value) for value in stats[number])
        component = (labels[top : top + height, left : left + width] == number).astype(np.uint8)
        if width >= NARROW or cv2.erode(component, run, borderValue=0).any():  # letters have no straight runs
            found.append((component, (left, top, width, height)))
    return found

"""Rows of boxes on a page: every outline looked at, rows of one grid agreeing with one another, none found twice."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np

from tenfold.page.outlines import Outline, find_outlines
from tenfold.page.paper import Paper
from tenfold.page.quads import Corners, Quad, lies_in
from tenfold.page.strips import Strip
from tenfold.page.verticals import NARROWEST, WIDEST, find_verticals

__all__ = ["BoxRow", "find_boxes"]

FINEST, SHORTEST_COMB = 11.0, 80
"""Narrowest box, and narrowest comb, in pixels of its strip: the foot of a digit looks like a small comb."""

AGREED = 0.4
"""Share of a grid's rows that have the same number of boxes, at least: then the others have as many."""

LARGE = 0.08
"""Where an outline is larger than this share of the page, the darker ink alone is searched for outlines too, because
print around it may touch it."""

CUT_OUT = 240
"""Rows of a picture, at most, that was cut out close, in pixels: in it no print touches an outline."""

AS_GOOD = 0.8
"""Worth of an outline that is kept when a grid is asked for, at least, as a share of the best one's worth."""

EQUAL = 1.3
"""Widths of neighbouring boxes for digits differ by this factor at most."""

LEAST_GRID = 3
"""Strips, one below the other, that are a grid, at least."""


@dataclass(frozen=True, eq=False)
class BoxRow:
    """A row of boxes.

    Attributes:
        strip: The paper that they are on.
        bounds: Columns of the vertical lines, in rising order, counted from the strip's left end.
        lean: How far these go to the right from top to bottom, in columns for each row.
    """

    strip: Strip
    bounds: tuple[float, ...]
    lean: float

    @property
    def boxes(self) -> int:
        """How many boxes there are."""
        return len(self.bounds) - 1

    @cached_property
    def of_digits(self) -> bool:
        """Whether each box has the shape of one for a single digit; others hold whole numbers, or words."""
        pitch = float(np.median(np.diff(self.bounds)))
        if pitch < FINEST or (self.strip.comb and self.strip.width < SHORTEST_COMB):
            return False
        return NARROWEST * self.strip.height <= pitch <= WIDEST * self.strip.height

    @cached_property
    def quad(self) -> Quad:
        """The corners of the row on the page."""
        return self._corners(self.bounds[0], self.bounds[-1])

    @property
    def quads(self) -> list[Quad]:
        """The corners of each box on the page."""
        return [self._corners(left, right) for left, right in pairwise(self.bounds)]

    def columns(self, rows: "np.ndarray") -> "np.ndarray":
        """Give the columns of the vertical lines in some rows of the strip's pixels: `float64 (lines, rows)`."""
        middles = np.array(self.bounds)[:, None] + self.strip.room
        return np.asarray(middles + self.lean * (rows - self.strip.room - self.strip.height / 2), np.float64)

    def overlaps(self, other: "BoxRow") -> bool:
        """Say whether two rows are at the same place: the middle of one lies in the other."""
        return lies_in(self._shape, other._shape) or lies_in(other._shape, self._shape)

    @cached_property
    def _shape(self) -> Corners:
        return np.array(self.quad, np.float32)

    def _corners(self, left: float, right: float) -> Quad:
        foot, half = self.strip.height, self.lean * self.strip.height / 2
        corners = (left - half, 0), (right - half, 0), (right + half, foot), (left + half, foot)
        return tuple(self.strip.on_page(column, row) for column, row in corners)


def find_boxes(paper: Paper, *, digits: int | None = None, grid: tuple[int, int] | None = None) -> list[BoxRow]:
    """Find the rows of boxes on a page.

    Args:
        paper: The page.
        digits: How many boxes a row has, where that is known.
        grid: How many rows and columns the grid on the page has, where that is known.

    Returns:
        The rows, from top to bottom.
    """
    wanted = grid[0] if grid else None
    outlines = find_outlines(paper, wanted)
    large = any(_may_be_grid(outline, paper) for outline in outlines)
    found = [_rows(outline, digits, grid) for outline in outlines]
    if paper.mask.shape[0] > CUT_OUT and (large or not any(worth for _, worth in found)):
        found += [_rows(outline, digits, grid) for outline in find_outlines(paper, wanted, darker=True)]
    if grid:
        found = [each for each in found if [row.boxes for row in each[0]] == [grid[1]] * grid[0]] or found
        found = [each for each in found if each[1] >= AS_GOOD * max(worth for _, worth in found)]
    kept: list[BoxRow] = []
    for rows, _ in sorted(found, key=lambda each: -each[1]):
        kept += [row for row in rows if not any(row.overlaps(other) for other in kept)]
    return sorted(kept, key=lambda row: float(np.mean(row.quad, axis=0)[1]))


def _rows(outline: Outline, digits: int | None, grid: tuple[int, int] | None) -> tuple[list[BoxRow], float]:
    """Find the boxes of each strip of an outline; those of a grid agree on how many there are.

    Also gives how many boxes were seen that are like one another: what an outline is worth beside others.
    Boxes are more often square than not.
    """
    wanted = grid[1] if grid and len(outline.strips) == grid[0] else digits
    rows = [(_boxed(strip, wanted) if wanted else None) or _boxed(strip) for strip in outline.strips]
    counts = Counter(row.boxes for row in rows if row and row.of_digits)
    usual, times = counts.most_common(1)[0] if counts else (0, 0)
    if len(rows) < LEAST_GRID or times < AGREED * len(rows):
        return [row for row in rows if row], usual * times * times / max(len(rows), 1)
    model = next(row for row in rows if row and row.of_digits and row.boxes == usual)
    agreed = [_agreeing(row, strip, model) for row, strip in zip(rows, outline.strips, strict=True)]
    shape = median(row.strip.width / row.boxes / row.strip.height for row in agreed)
    return agreed, usual * times * min(shape, 1 / shape)


def _boxed(strip: Strip, boxes: int | None = None) -> BoxRow | None:
    """Find the boxes of a strip, `boxes` of them where that is known; None where there are no vertical lines."""
    bounds, lean = find_verticals(strip, boxes)
    bounds = _cells_of_digits(bounds, strip.height, boxes)
    return BoxRow(strip, tuple(bounds), lean) if len(bounds) > 1 else None


def _cells_of_digits(bounds: list[float], height: int, boxes: int | None) -> list[float]:
    """Keep the longest run of equal boxes for digits, or one of `boxes`, where wider cells stand in the same row."""
    widths = np.diff(bounds)
    if not (widths > WIDEST * height).any():
        return bounds
    runs: list[list[int]] = []
    for cell, width in enumerate(widths.tolist()):
        if not NARROWEST * height <= width <= WIDEST * height:
            continue
        if runs and runs[-1][-1] == cell - 1 and width < EQUAL * widths[cell - 1] < EQUAL**2 * width:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    best = max(runs, key=lambda run: (len(run) == boxes, len(run)), default=[])
    return bounds[best[0] : best[-1] + 2] if len(best) > 1 else bounds


def _agreeing(row: BoxRow | None, strip: Strip, model: BoxRow) -> BoxRow:
    """Give a strip as many boxes as another of its grid has."""
    if row and row.boxes == model.boxes:
        return row
    again = _boxed(strip, model.boxes)
    if again and again.boxes == model.boxes:
        return again
    return BoxRow(strip, tuple(bound * strip.width / model.strip.width for bound in model.bounds), model.lean)


def _may_be_grid(outline: Outline, paper: Paper) -> bool:
    return len(outline.strips) > LEAST_GRID or outline.box[2] * outline.box[3] > LARGE * paper.dark.size

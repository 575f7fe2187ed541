"""Rows of boxes on a page: every frame looked at, rows of one grid agreeing with one another, none found twice."""

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.page.cells import Cell, Ruled, cells_of, ruled, with_bounds
from tenfold.page.outlines import Frame, find_frames
from tenfold.page.paper import Paper
from tenfold.page.strips import Strip

__all__ = ["BoxRow", "Quad", "find_boxes", "height_of", "quad_of"]

Quad = tuple[tuple[float, float], ...]
"""Four corners on the page, x and y in pixels, clockwise from the top left."""

AGREED = 0.4
"""Rows of a grid have as many boxes as this share of them agree on."""

LARGE = 0.08
"""A frame with this share of the page that is no grid may be one that its surroundings run into."""

AS_GOOD = 0.8
"""Of frames that may be the grid those are kept whose boxes are at least so well alike as the best one's."""

LEAST_GRID = 3
"""So many strips one below the other are a grid."""


@dataclass(frozen=True, eq=False)
class BoxRow:
    """A row of boxes.

    Attributes:
        cells: The boxes, from left to right.
        strip: The paper that they are on.
        quad: The corners of the row.
        of_digits: Whether each box has the shape of one for a single digit; others hold whole numbers, or words.
        grid: How many rows the grid has that it is of; 1 for a row by itself.
        ruled: The strip with its lines taken away.
    """

    cells: tuple[Cell, ...]
    strip: Strip
    quad: Quad
    of_digits: bool
    grid: int
    ruled: Ruled


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
    found_frames = find_frames(paper, wanted)
    frames = [_rows(frame, digits, grid) for frame in found_frames]
    large = any(_may_be_grid(frame, paper) for frame in found_frames)
    if large or not any(worth for _, worth in frames):
        frames += [_rows(frame, digits, grid) for frame in find_frames(paper, wanted, darker=True)]
    if grid:
        frames = [each for each in frames if _is_grid(each[0], grid)] or frames
        frames = [each for each in frames if each[1] >= AS_GOOD * max(worth for _, worth in frames)]
    found: list[BoxRow] = []
    for rows, _ in sorted(frames, key=lambda each: -each[1]):
        fresh = [row for row in rows if not any(_overlap(quad_of(row), other.quad) for other in found)]
        found += [_filled(row, len(rows), paper.floor) for row in fresh]
    return sorted(found, key=lambda row: float(np.mean(row.quad, axis=0)[1]))


def _rows(frame: Frame, digits: int | None, grid: tuple[int, int] | None) -> tuple[list[Ruled], float]:
    """Find the upright lines of each strip of a frame; those of a grid agree on how many there are.

    Also gives how many boxes were seen that are like one another: what a frame is worth beside others.
    Boxes are more often square than not.
    """
    wanted = grid[1] if grid and len(frame.strips) == grid[0] else digits
    rows = [ruled(strip, wanted) or ruled(strip) for strip in frame.strips]
    counts = Counter(row.boxes for row in rows if row and row.of_digits)
    usual, times = counts.most_common(1)[0] if counts else (0, 0)
    if len(rows) < LEAST_GRID or times < AGREED * len(rows):
        return [row for row in rows if row], usual * times * times / max(len(rows), 1)
    model = next(row for row in rows if row and row.of_digits and row.boxes == usual)
    agreed = [_agreeing(row, strip, model) for row, strip in zip(rows, frame.strips, strict=True)]
    shape = float(np.median([row.strip.width / row.boxes / row.strip.height for row in agreed]))
    return agreed, usual * times * min(shape, 1 / shape)


def _agreeing(row: Ruled | None, strip: Strip, model: Ruled) -> Ruled:
    """Give a strip as many boxes as another of its grid has."""
    if row and row.boxes == model.boxes:
        return row
    again = ruled(strip, model.boxes)
    return again if again and again.boxes == model.boxes else with_bounds(strip, model)


def _is_grid(rows: list[Ruled], grid: tuple[int, int]) -> bool:
    return len(rows) == grid[0] and all(row.boxes == grid[1] for row in rows)


def _may_be_grid(frame: Frame, paper: Paper) -> bool:
    return len(frame.strips) > LEAST_GRID or frame.box[2] * frame.box[3] > LARGE * paper.dark.size


def _filled(row: Ruled, rows: int, floor: int) -> BoxRow:
    return BoxRow(tuple(cells_of(row, floor)), row.strip, quad_of(row), row.of_digits, rows, row)


def height_of(quad: Quad) -> float:
    """Give how high a place is, along its left side."""
    return float(np.linalg.norm(np.subtract(quad[3], quad[0])))


def quad_of(row: Ruled) -> Quad:
    """Give the corners of a whole row on the page."""
    left, right, half = row.bounds[0], row.bounds[-1], row.lean * row.strip.height / 2
    corners = ((left - half, 0), (right - half, 0), (right + half, row.strip.height), (left + half, row.strip.height))
    return tuple(row.strip.on_page(column, down) for column, down in corners)


def _overlap(one: Quad, other: Quad) -> bool:
    """Say whether two rows are at the same place: the middle of one lies in the other."""
    shapes = [np.array(quad, np.float32) for quad in (one, other)]
    middles = [tuple(map(float, shape.mean(axis=0))) for shape in shapes]
    return any(cv2.pointPolygonTest(shapes[a], middles[1 - a], measureDist=False) >= 0 for a in (0, 1))

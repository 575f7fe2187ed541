"""Free rows cut between two digits, along the paths that cross the least ink."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.page.free import FreeRow
from tenfold.picture.frame import BOX, Ink
from tenfold.picture.ink import Mask

__all__ = ["Cut", "Span", "cut"]

BAND = 0.16
"""How far a cut wanders to a side, at most, in heights of a digit."""

Seam: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
"""`intp (rows,)`: for each row the column where a cut runs."""

Span: TypeAlias = tuple[int, int]
"""Two columns of a line that something lies between."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A part of a row between two cuts.

    Attributes:
        ink: `uint8 (height, width)`; None where there is none.
        left: Its first column in the row.
        right: The column after its last.
        through_ink: Whether a stroke was cut.
    """

    ink: Ink | None
    left: int
    right: int
    through_ink: bool


def cut(row: FreeRow, spans: Iterable[Span]) -> dict[Span, Cut]:
    """Cut parts out of a row, along the paths from top to bottom that cross the least ink.

    Args:
        row: The row.
        spans: Between which columns of its line each part lies.

    Returns:
        The part of each span.

    Source:
        The paths are found by dynamic programming as in Avidan and Shamir 2007, "Seam carving".
    """
    wanted = dict.fromkeys(spans)
    height, width = row.mask.shape
    edges = {column: round(row.column(column)) for span in wanted for column in span}
    paths = {column: np.full(height, 0 if place <= 0 else width, np.intp) for column, place in edges.items()}
    inner = [column for column, place in edges.items() if 0 < place < width]
    if inner:
        band = max(2, round(BAND * BOX / row.scale))
        paths |= zip(inner, _seams(row.mask, np.array([edges[column] for column in inner]), band), strict=True)
    return {(left, right): _between(row, paths[left], paths[right]) for left, right in wanted}


def _seams(mask: Mask, columns: "np.ndarray", band: int) -> "np.ndarray":
    """Find the paths of least ink from top to bottom that stay near some columns: `intp (columns, rows)`."""
    rows, width = mask.shape
    offsets = np.arange(-band - 1, band + 2)
    where = columns[:, None] + offsets
    outside = (where < 0) | (where >= width) | (np.abs(offsets) > band)
    total = mask[:, np.clip(where, 0, width - 1)] + 0.01 * np.abs(offsets) / band
    total[:, outside] = np.inf
    for before, after in pairwise(total):
        beside = np.minimum(before[:, :-2], before[:, 2:]) + 0.005
        after[:, 1:-1] += np.minimum(beside, before[:, 1:-1])
    paths = np.empty((len(columns), rows), np.intp)
    each = np.arange(len(columns))
    at = paths[:, -1] = total[-1].argmin(axis=1)
    for y in range(rows - 2, -1, -1):
        steps = at[:, None] + np.arange(-1, 2)
        at = paths[:, y] = at - 1 + total[y, each[:, None], steps].argmin(axis=1)
    return paths + where[:, :1]


def _between(row: FreeRow, first: Seam, last: Seam) -> Cut:
    height, width = row.mask.shape
    start, end = max(0, int(min(first.min(), last.min())) - 1), int(last.max()) + 1  # nothing is farther out
    columns = np.arange(start, min(end, width))
    inside = ((columns >= first[:, None]) & (columns < last[:, None])).astype(np.uint8)
    mask = np.asarray(row.mask[:, start:end] * inside, np.uint8)
    left, top, wide, tall = cv2.boundingRect(mask)
    if not wide:
        return Cut(None, int(first.mean()), int(last.mean()), through_ink=False)
    soft = np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8) * inside
    part = slice(max(0, top - 1), top + tall + 1), slice(max(0, left - 1), left + wide + 1)
    ink = np.where(soft[part] > 0, row.dark[:, start:end][part], 0)
    through = any(row.mask[np.arange(height), np.clip(path, 0, width - 1)].any() for path in (first, last))
    left += start
    return Cut(ink.astype(np.uint8), left, left + wide, through_ink=bool(through))

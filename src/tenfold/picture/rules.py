"""Straight lines that are no strokes: ruling lines, squared paper, the edges of boxes and of crops.

Ruling lines are first sought on a small copy, as rows of it sheared by a slant, then fitted and followed on the ink
itself. On pages lines are found in other ways: docs/design.md, "Straight lines". Thresholds were chosen on the pictures
that `tests/picture/papers.py` draws.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.picture.frame import Ink
from tenfold.picture.ink import THUMBNAIL, Mask, connected_components, mask_of, runs_of, stroke_width

__all__ = ["fit_straight", "remove_ruling_lines"]

Runs: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""`int32 (height, width)`: for every pixel of ink the length of the vertical run of ink through it, 0 elsewhere."""

Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
"""`intp (n,)`: rows, or columns, of pixels."""

PRINTED = 64
"""Darkness, of 255, from which on ink may be of a ruling line: they are printed fainter than a pen writes."""

INKED = 32
"""Average, of 255, from which on a pixel of the small copy is inked: an eighth of what it shows."""

STEEPEST = 0.12
"""Largest slant of a level ruling line, in rows for each column: 7 degrees."""

LONG = 0.6
"""Shortest ruling line, as a share of the picture's width."""

UNBROKEN = 0.85
"""Least share of a ruling line's columns, from end to end, that is inked: they are printed faintly."""

NEAR = 0.05
"""Largest gap between a ruling line's end and the picture's edge or the line that it ends at, as a share of the
picture's longer side."""

FILLED = 0.95
"""Least share of the picture's outermost row that is inked where a line fills it."""

TIGHT = 0.07
"""Margin, as a share of a side of the picture, below which a crop is tight around its digit and may have cut lines."""

THIN = 0.75
"""Thickest ruling line, beside the pen's width; the bar of a 7 is thicker."""

CROSSED = 1.6
"""Length of a run of ink, beside the ruling line's thickness, from which on a stroke crosses the line there."""

THICKEST = 0.07
"""Thickest ruling line, as a share of the picture's longer side; the strokes of a felt pen are thicker."""

STRAIGHT = 0.25
"""Largest mean distance of a ruling line's middle from straight, beside its thickness; the side of a 0 has more."""

SEVERAL = 3
"""Number of parallel lines from which on they are ruling lines, whatever else the picture shows."""

OUTER = 0.2
"""Largest distance of a box's edge from the picture's edge, as a share of the side; squared paper is told by being
thin."""

AROUND = 2.0
"""Distance from a ruling line, beside its thickness, within which faint ink is what is left of it."""

LEAST = 0.2
"""Least length of the longest piece that is left, as a share of the picture's longer side; else the lines were a
digit."""


@dataclass(frozen=True)
class Ruling:
    """A nearly level ruling line, in pixels.

    Attributes:
        row: Its row at the left edge of the picture.
        slant: Rows that it falls for each column.
        thick: Its thickness.
        first: The column that it begins at.
        last: The column that it ends before.
    """

    row: float
    slant: float
    thick: float
    first: float
    last: float

    def at(self, column: float) -> float:
        """Give its row at a column."""
        return self.row + self.slant * column


def remove_ruling_lines(ink: Ink, mask: Mask) -> tuple[Ink, Mask] | None:
    """Take away the straight lines that cross a picture; strokes that cross them stay whole.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        mask: Where the ink is.

    Returns:
        Ink and mask without them; None where there are none.
    """
    faint = mask_of(ink, PRINTED)
    turned = np.ascontiguousarray(faint.T)
    candidates = _candidates(faint), _candidates(turned)
    if not any(map(len, candidates)):
        return None
    runs = _runs(faint, candidates[0]), _runs(turned, candidates[1])
    level, vertical = _fitted_lines(runs[0], candidates[0]), _fitted_lines(runs[1], candidates[1])
    level, vertical = _anchored(level, vertical, faint.shape), _anchored(vertical, level, turned.shape)
    rest = mask & ~_cover(runs[0], level) & ~_cover(runs[1], vertical).T
    pen = max(stroke_width(mask), stroke_width(rest))
    at_foot, at_side = _reaches_edges(rest)
    level, vertical = (
        [line for line in level if _is_ruling(line, vertical, pen, faint, lone=at_foot and len(level) < SEVERAL)],
        [line for line in vertical if _is_ruling(line, level, pen, turned, lone=at_side and len(vertical) < SEVERAL)],
    )
    rest = mask & ~_cover(runs[0], level) & ~_cover(runs[1], vertical).T
    level = [line for line in level if not _is_stroke(line, runs[0], rest, pen)]
    vertical = [line for line in vertical if not _is_stroke(line, runs[1], np.ascontiguousarray(rest.T), pen)]
    cover = _cover(runs[0], level) | _cover(runs[1], vertical).T
    rest = mask & ~cover
    if not cover.any() or _longest(rest) < LEAST * max(mask.shape):
        return None
    kept = np.asarray(cv2.dilate(rest, np.ones((3, 3), np.uint8)), np.uint8)
    if all(
        _to_edge(line, side) <= line.thick + 1 for lines, side in ((level, faint), (vertical, turned)) for line in lines
    ):  # elsewhere, faint ink may be of more lines that were not found
        wide = 2 * round(AROUND * max(line.thick for line in (*level, *vertical)) + 1) + 1
        kept |= 1 - np.asarray(cv2.dilate(cover, np.ones((wide, wide), np.uint8)), np.uint8)
    return np.where(kept & ~cover, ink, 0).astype(np.uint8), rest


def _candidates(mask: Mask) -> list[tuple[float, float]]:
    """Find rows and slants of possible lines, nearly level, on a small copy: sheared by its slant a line is one row."""
    if cv2.boundingRect(mask)[2] < LONG * mask.shape[1]:
        return []
    shrink = max(1.0, max(mask.shape) / THUMBNAIL)
    height, width = (max(2, round(side / shrink)) for side in mask.shape)
    small = cv2.resize(mask * 255, (width, height), interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.threshold(small, INKED, 255, cv2.THRESH_BINARY)[1])
    pad = int(STEEPEST * width) + 1
    slants = np.linspace(-STEEPEST, STEEPEST, 2 * max(1, int(STEEPEST * width / 2)) + 1)
    shares = np.empty((len(slants), height + 2 * pad), np.float32)
    for share, slant in zip(shares, slants, strict=True):
        shear = np.array([[1, 0, 0], [-slant, 1, pad]], np.float32)
        rows = cv2.warpAffine(small, shear, (width, height + 2 * pad), flags=cv2.INTER_NEAREST)
        share[:] = cv2.reduce(rows, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    best = shares.max(axis=0)
    found = []
    for first, last in runs_of(best >= LONG * 255):
        row = first + int(best[first:last].argmax())
        slant = slants[shares[:, row].argmax()]
        found.append(((row - pad + 0.5) * shrink, float(slant)))
    return found


def _fitted_lines(runs: Runs, candidates: list[tuple[float, float]]) -> list[Ruling]:
    """Fit lines to the ink near the candidates, and keep those that are straight and inked from end to end."""
    found = []
    for row, slant in candidates:
        reach = 2.0 * max(1.0, max(runs.shape) / THUMBNAIL)
        for _ in range(2):
            y, x = _band(runs, row, slant, reach)
            if len(x) < 2 or x.min() == x.max():
                break
            column, middle, slant = fit_straight(x, y)
            row = middle - slant * column
            reach /= 2
        line = _measured(runs, row, slant)
        if line:
            found.append(line)
    return found


def fit_straight(columns: "np.ndarray[Any, Any]", rows: "np.ndarray[Any, Any]") -> tuple[float, float, float]:
    """Fit a straight line by least squares: the column and the row of its middle, and its slant."""
    column = columns.mean()
    away = columns - column
    return float(column), float(rows.mean()), float(away @ rows / (away @ away))


def _measured(runs: Runs, row: float, slant: float) -> Ruling | None:
    """Follow a line from side to side; None where it is broken, short, thick or bent."""
    height, width = runs.shape
    columns = np.arange(width)
    rows = np.rint(row + slant * columns).astype(int)[None] + np.array([[0], [-1], [1]])
    through = np.where((rows >= 0) & (rows < height), runs[np.clip(rows, 0, height - 1), columns], 0)
    which = (through > 0).argmax(axis=0)
    through, rows = through[which, columns], rows[which, columns]
    inked = np.flatnonzero(through)
    if not len(inked):
        return None
    first, last = int(inked[0]), int(inked[-1]) + 1
    if last - first < LONG * width or len(inked) < UNBROKEN * (last - first):
        return None
    thick = float(np.median(through[inked]))
    lone = inked[through[inked] <= CROSSED * thick]
    above = _reach_up(runs, rows[lone], lone)
    middle = rows[lone] - above + (through[lone] - 1) / 2
    strays = float(np.abs(middle - row - slant * lone).mean())
    fits = thick <= THICKEST * max(height, width) and strays <= STRAIGHT * thick + 1
    return Ruling(row, slant, thick, first, last) if fits else None


def _reach_up(runs: Runs, rows: Places, columns: Places) -> Places:
    """Count the pixels of ink right above each place."""
    longest = int(runs[rows, columns].max(initial=1))
    up = rows[None] - np.arange(1, longest + 1)[:, None]
    inked = (up >= 0) & (runs[np.maximum(up, 0), columns[None]] > 0)
    return np.where(inked.all(axis=0), longest, (~inked).argmax(axis=0))


def _band(runs: Runs, row: float, slant: float, reach: float) -> tuple[Places, Places]:
    """Give rows and columns of the ink within reach of a line, without the strokes that cross it."""
    height, width = runs.shape
    offsets = np.arange(-int(reach), int(reach) + 1)[:, None]
    columns = np.broadcast_to(np.arange(width)[None], (len(offsets), width))
    rows = np.rint(row + slant * columns).astype(int) + offsets
    through = np.where((rows >= 0) & (rows < height), runs[np.clip(rows, 0, height - 1), columns], 0)
    in_column = through.max(axis=0)
    if not in_column.any():
        return rows[:0].ravel(), columns[:0].ravel()
    line = (through > 0) & (through <= CROSSED * np.median(in_column[in_column > 0]) + 1)
    return rows[line], columns[line]


def _anchored(lines: list[Ruling], others: list[Ruling], shape: tuple[int, ...]) -> list[Ruling]:
    """Keep the lines that end at the picture's edge or at a line across; a stroke ends in the open."""
    height, width = shape
    room = NEAR * max(height, width)

    def reaches(line: Ruling, column: float) -> bool:
        at_edge = min(column, width - column) <= room
        return at_edge or any(abs(other.at(line.at(column)) - column) <= room + other.thick for other in others)

    return [line for line in lines if reaches(line, line.first) and reaches(line, line.last)]


def _is_ruling(line: Ruling, others: list[Ruling], pen: float, mask: Mask, *, lone: bool) -> bool:
    """Say whether a line is a ruling line, which is thinner than the pen, or the edge of a box or of a crop.

    Args:
        line: A level line.
        others: The lines across.
        pen: The width of the strokes.
        mask: The ink of the picture.
        lone: There are few lines, and the digit reaches the picture's edge: the crop is tight, and a thin line may be
            the foot of a 2.
    """
    height, width = mask.shape
    distance = _to_edge(line, mask)
    edge = mask[0] if line.at(width / 2) < height / 2 else mask[-1]
    fills_edge = distance <= line.thick + 1 and bool(edge.mean() >= FILLED)
    from_edge_to_edge = line.first <= 1 and line.last >= width - 1
    if fills_edge:
        return True
    if line.thick <= THIN * pen:
        return not lone
    if distance <= line.thick or distance > OUTER * height:
        return False
    return from_edge_to_edge or bool(others)


def _is_stroke(line: Ruling, runs: Runs, rest: Mask, pen: float) -> bool:
    """Say whether a line as wide as the pen, that does not cross the whole picture, meets what is left.

    Args:
        line: A level line.
        runs: The ink that it was found in.
        rest: The ink without such lines.
        pen: The width of the strokes.
    """
    if line.thick <= THIN * pen or (line.first <= 1 and line.last >= rest.shape[1] - 1):
        return False
    near = np.asarray(cv2.dilate(_cover(runs, [line]), np.ones((3, 3), np.uint8)), np.uint8)
    return bool((near & _largest(rest)).any())


def _to_edge(line: Ruling, mask: Mask) -> float:
    """Give the distance of a line's middle from the picture's top or foot, whichever is nearer."""
    height, width = mask.shape
    return min(line.at(width / 2), height - line.at(width / 2))


def _longest(mask: Mask) -> int:
    """Give the height or width of the longest piece."""
    stats = connected_components(mask)[2]
    return int(stats[1:, 2:4].max(initial=0))


def _largest(mask: Mask) -> Mask:
    """Give the largest piece; nothing where there is none."""
    _, labels, stats, _ = connected_components(mask)
    if len(stats) < 2:
        return mask
    return np.asarray(labels == 1 + stats[1:, 4].argmax(), np.uint8)


def _reaches_edges(mask: Mask) -> tuple[bool, bool]:
    """Say whether the largest piece is near the picture's top or foot, and its left or right edge."""
    left, top, width, height = cv2.boundingRect(_largest(mask))
    if not width:
        return False, False
    down, across = (TIGHT * side for side in mask.shape)
    return (
        bool(top <= down or top + height >= mask.shape[0] - down),
        bool(left <= across or left + width >= mask.shape[1] - across),
    )


def _runs(mask: Mask, candidates: list[tuple[float, float]]) -> Runs:
    """Measure the vertical runs of ink; without candidates nobody asks for them."""
    height, width = mask.shape
    if not candidates:
        return np.zeros((height, width), np.int32)
    rows = np.arange(height, dtype=np.int32)[:, None]
    before = np.maximum.accumulate(np.where(mask > 0, -1, rows), axis=0)
    after = np.minimum.accumulate(np.where(mask > 0, height, rows)[::-1], axis=0)[::-1]
    runs: Runs = np.where(mask > 0, after - before - 1, 0).astype(np.int32)
    return runs


def _cover(runs: Runs, lines: list[Ruling]) -> Mask:
    """Mark the ink of lines, without the strokes that cross them."""
    cover = np.zeros(runs.shape, np.uint8)
    rows, columns = np.arange(runs.shape[0])[:, None], np.arange(runs.shape[1])[None]
    for line in lines:
        near = np.abs(rows - line.row - line.slant * columns) <= line.thick + 1
        cover |= (near & (runs > 0) & (runs <= CROSSED * line.thick + 1)).astype(np.uint8)
    return cover

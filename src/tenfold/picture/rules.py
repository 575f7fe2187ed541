"""Straight lines that are no strokes: rules, squared paper, the edges of boxes and crops."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, stroke_width

__all__ = ["remove_rules"]

Runs: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""`int32 (height, width)`: for every pixel of ink how long the upright run of ink through it is, 0 elsewhere."""

Whole: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
"""Rows or columns."""

FAINT = 64
"""Lines are printed fainter than a pen writes: from this ink on, of 255, they are looked for."""

SCAN = 64
"""The longest side of the copy that lines are looked for on."""

STEEPEST = 0.12
"""The slant of a line that still counts as level: 7 degrees."""

LONG = 0.6
"""A line covers at least so much of the page from side to side."""

WHOLE = 0.85
"""Between its ends a line is inked for so much of its length; rules are printed faintly."""

NEAR = 0.05
"""A line's end this near to the page's edge, or to another line, reaches it."""

TIGHT = 0.07
"""A crop with less margin than this is tight around its digit, and has lost the ends of lines."""

THINNER = 0.75
"""A rule is so much thinner than the strokes; the bar of a 7 is not."""

SWELL = 1.6
"""Where ink is so much thicker than the line, a stroke crosses it."""

THICKEST = 0.07
"""A line is no thicker than this share of the page; a felt pen is."""

STRAIGHT = 0.25
"""A line's middle strays from straight by no more than this share of its thickness; the side of a 0 does."""

SEVERAL = 3
"""So many lines side by side are rules, whatever else the page shows."""

OUTER = 0.2
"""The edges of a box lie this near to the page's edges; squared paper is thin, wherever it lies."""

AROUND = 2.0
"""So many times its thickness from a line, faint ink is what is left of it."""

LEAST = 0.2
"""If no piece as long as this share of the page is left, the lines were the digit."""


@dataclass(frozen=True)
class Line:
    """A nearly level line, in pixels: its row at the left edge of the page, its slant, thickness and ends."""

    row: float
    slant: float
    thick: float
    first: float
    last: float

    def at(self, column: float) -> float:
        """Give its row at a column."""
        return self.row + self.slant * column


def remove_rules(ink: Ink, mask: Mask) -> tuple[Ink, Mask] | None:
    """Take away the straight lines that cross a page; strokes that cross them stay whole.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        mask: Where the ink is.

    Returns:
        Ink and mask without them; None where there are none.
    """
    faint = np.asarray(cv2.threshold(ink, FAINT, 1, cv2.THRESH_BINARY)[1], np.uint8)
    turned = np.ascontiguousarray(faint.T)
    seen = _candidates(faint), _candidates(turned)
    if not any(map(len, seen)):
        return None
    runs = _runs(faint, seen[0]), _runs(turned, seen[1])
    level, upright = _lines(runs[0], seen[0]), _lines(runs[1], seen[1])
    level, upright = _framed(level, upright, faint.shape), _framed(upright, level, turned.shape)
    rest = mask & ~_cover(runs[0], level) & ~_cover(runs[1], upright).T
    pen = max(stroke_width(mask), stroke_width(rest))
    at_foot, at_side = _fills(rest)
    level, upright = (
        [line for line in level if _is_rule(line, upright, pen, faint, lone=at_foot and len(level) < SEVERAL)],
        [line for line in upright if _is_rule(line, level, pen, turned, lone=at_side and len(upright) < SEVERAL)],
    )
    cover = _cover(runs[0], level) | _cover(runs[1], upright).T
    rest = mask & ~cover
    if not cover.any() or _longest(rest) < LEAST * max(mask.shape):
        return None
    kept = np.asarray(cv2.dilate(rest, np.ones((3, 3), np.uint8)), np.uint8)
    if all(
        _outside(line, side) <= line.thick + 1 for lines, side in ((level, faint), (upright, turned)) for line in lines
    ):  # elsewhere, faint ink may be of more lines that were not found
        wide = 2 * round(AROUND * max(line.thick for line in (*level, *upright)) + 1) + 1
        kept |= 1 - np.asarray(cv2.dilate(cover, np.ones((wide, wide), np.uint8)), np.uint8)
    return np.where(kept & ~cover, ink, 0).astype(np.uint8), rest


def _candidates(mask: Mask) -> list[tuple[float, float]]:
    """Find rows and slants of nearly level lines, on a small copy: sheared by a line's slant, it is one row."""
    if cv2.boundingRect(mask)[2] < LONG * mask.shape[1]:
        return []
    shrink = max(1.0, max(mask.shape) / SCAN)
    height, width = (max(2, round(side / shrink)) for side in mask.shape)
    small = cv2.resize(mask * 255, (width, height), interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.threshold(small, FAINT // 2, 255, cv2.THRESH_BINARY)[1])
    pad = int(STEEPEST * width) + 1
    slants = np.linspace(-STEEPEST, STEEPEST, 2 * max(1, int(STEEPEST * width / 2)) + 1)
    shares = np.empty((len(slants), height + 2 * pad), np.float32)
    for share, slant in zip(shares, slants, strict=True):
        shear = np.array([[1, 0, 0], [-slant, 1, pad]], np.float32)
        rows = cv2.warpAffine(small, shear, (width, height + 2 * pad), flags=cv2.INTER_NEAREST)
        share[:] = cv2.reduce(rows, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    best = shares.max(axis=0)
    long = np.concatenate([[0], (best >= LONG * 255).astype(np.int8), [0]])
    found = []
    for first, last in np.flatnonzero(np.diff(long)).reshape(-1, 2):
        row = first + int(best[first:last].argmax())
        slant = slants[shares[:, row].argmax()]
        found.append(((row - pad + 0.5) * shrink, float(slant)))
    return found


def _lines(runs: Runs, seen: list[tuple[float, float]]) -> list[Line]:
    """Fit lines to the ink near where they were seen, and keep those that are straight and inked from end to end."""
    found = []
    for row, slant in seen:
        reach = 2.0 * max(1.0, max(runs.shape) / SCAN)
        for _ in range(2):
            y, x = _band(runs, row, slant, reach)
            if len(x) < 2 or x.min() == x.max():
                break
            row, slant = _fitted(x, y)
            reach /= 2
        line = _measured(runs, row, slant)
        if line:
            found.append(line)
    return found


def _fitted(x: Whole, y: Whole) -> tuple[float, float]:
    """Fit a straight line by least squares: its row at column 0, and its slant."""
    middle = x.mean()
    away = x - middle
    slant = float(away @ y / (away @ away))
    return float(y.mean() - slant * middle), slant


def _measured(runs: Runs, row: float, slant: float) -> Line | None:
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
    if last - first < LONG * width or len(inked) < WHOLE * (last - first):
        return None
    thick = float(np.median(through[inked]))
    lone = inked[through[inked] <= SWELL * thick]
    above = _reach_up(runs, rows[lone], lone)
    middle = rows[lone] - above + (through[lone] - 1) / 2
    strays = float(np.abs(middle - row - slant * lone).mean())
    fits = thick <= THICKEST * max(height, width) and strays <= STRAIGHT * thick + 1
    return Line(row, slant, thick, first, last) if fits else None


def _reach_up(runs: Runs, rows: Whole, columns: Whole) -> Whole:
    """Count the pixels of ink right above each place."""
    longest = int(runs[rows, columns].max(initial=1))
    up = rows[None] - np.arange(1, longest + 1)[:, None]
    inked = (up >= 0) & (runs[np.maximum(up, 0), columns[None]] > 0)
    return np.where(inked.all(axis=0), longest, (~inked).argmax(axis=0))


def _band(runs: Runs, row: float, slant: float, reach: float) -> tuple[Whole, Whole]:
    """Give rows and columns of the ink within reach of a line, without that of strokes across it."""
    height, width = runs.shape
    offsets = np.arange(-int(reach), int(reach) + 1)[:, None]
    columns = np.broadcast_to(np.arange(width)[None], (len(offsets), width))
    rows = np.rint(row + slant * columns).astype(int) + offsets
    through = np.where((rows >= 0) & (rows < height), runs[np.clip(rows, 0, height - 1), columns], 0)
    in_column = through.max(axis=0)
    if not in_column.any():
        return rows[:0].ravel(), columns[:0].ravel()
    line = (through > 0) & (through <= SWELL * np.median(in_column[in_column > 0]) + 1)
    return rows[line], columns[line]


def _framed(lines: list[Line], others: list[Line], shape: tuple[int, ...]) -> list[Line]:
    """Keep the lines whose ends reach the page's edges or lines across; a stroke ends in the open."""
    height, width = shape
    room = NEAR * max(height, width)

    def reaches(line: Line, column: float) -> bool:
        at_edge = min(column, width - column) <= room
        return at_edge or any(abs(other.at(line.at(column)) - column) <= room + other.thick for other in others)

    return [line for line in lines if reaches(line, line.first) and reaches(line, line.last)]


def _is_rule(line: Line, others: list[Line], pen: float, mask: Mask, *, lone: bool) -> bool:
    """Say whether a line is thinner than the pen, or an edge of a box: whole, far out, and bent round a corner.

    A lone one is not where the rest reaches the page's edge as well: the crop is tight, and it is the foot of a 2. But
    what fills the edge of the page is one.
    """
    height, width = mask.shape
    outside = _outside(line, mask)
    edge = mask[0] if line.at(width / 2) < height / 2 else mask[-1]
    fills_edge = outside <= line.thick + 1 and bool(edge.mean() >= 1 - NEAR)
    from_edge_to_edge = line.first <= 1 and line.last >= width - 1
    if fills_edge:
        return True
    if line.thick <= THINNER * pen:
        return not lone
    if outside <= line.thick or outside > OUTER * height:
        return False
    return from_edge_to_edge or bool(others)


def _outside(line: Line, mask: Mask) -> float:
    """Give how far a line's middle is from the page's top or foot, whichever is nearer."""
    height, width = mask.shape
    return min(line.at(width / 2), height - line.at(width / 2))


def _longest(mask: Mask) -> int:
    """Give the length of the longest piece, upright or across."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
    return int(stats[1:, 2:4].max(initial=0))


def _fills(mask: Mask) -> tuple[bool, bool]:
    """Say whether the largest piece touches the page's top or bottom, and its left or right."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:]
    if not len(stats):
        return False, False
    left, top, width, height, _ = stats[stats[:, 4].argmax()]
    down, across = (TIGHT * side for side in mask.shape)
    return (
        bool(top <= down or top + height >= mask.shape[0] - down),
        bool(left <= across or left + width >= mask.shape[1] - across),
    )


def _runs(mask: Mask, seen: list[tuple[float, float]]) -> Runs:
    """Measure the upright runs of ink; where no line was seen none is asked for."""
    height, width = mask.shape
    if not seen:
        return np.zeros((height, width), np.int32)
    rows = np.arange(height, dtype=np.int32)[:, None]
    before = np.maximum.accumulate(np.where(mask > 0, -1, rows), axis=0)
    after = np.minimum.accumulate(np.where(mask > 0, height, rows)[::-1], axis=0)[::-1]
    runs: Runs = np.where(mask > 0, after - before - 1, 0).astype(np.int32)
    return runs


def _cover(runs: Runs, lines: list[Line]) -> Mask:
    """Mark the ink that lines are made of, without the strokes that cross them."""
    cover = np.zeros(runs.shape, np.uint8)
    rows, columns = np.arange(runs.shape[0])[:, None], np.arange(runs.shape[1])[None]
    for line in lines:
        near = np.abs(rows - line.row - line.slant * columns) <= line.thick + 1
        cover |= (near & (runs > 0) & (runs <= SWELL * line.thick + 1)).astype(np.uint8)
    return cover

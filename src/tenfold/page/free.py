"""Free rows of digits: found among rules and print, made ready for a network of rows, and cut between two digits."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT
from tenfold.page.boxes import Quad
from tenfold.page.cells import level_ink
from tenfold.page.rulings import tilt
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, connected_components, stroke_width

__all__ = ["Cut", "FreeRow", "Span", "cut", "find_free_rows"]

PEN = 0.3
"""Ink of a page is at least this share as dark as its darkest tenth: patterns and rules are fainter."""

SMALLEST = 9
"""The least height of a digit, in pixels."""

NEAR = 0.9
"""Digits of a number are at most so many times their height apart."""

LEVEL = 0.35
"""Neighbours share at least this much of the lower one's height."""

DIGIT_ROWS = 40
"""A row is cut at this height: twice what a network is given."""


LINE_DIGIT = 20
"""Height of a digit in a line, in pixels."""

MARGIN = 4
"""A strip has so many columns of paper at both ends."""

LIKE = (0.7, 1.35)
"""Pieces of so many times a height are of that height."""

HIGH = 0.55
"""What is at least so many times as high as its row is no comma, point or dash."""

TALLER, THIN = 1.9, 0.35
"""What is so many times as high as its row, and so many times as wide as high at most, is an upright line."""

FROM_END_TO_END, STEEPEST = 0.95, 0.1
"""The sides of a cell are seen over so much of its height at least, and lean so much at most."""

MARK = 0.4
"""What stands alone beside digits and is less than so many times as high is a comma or a dash."""

LARGE = 800
"""A picture of so many rows shows a page, a smaller one may be cut out of one."""

BAND = 0.16
"""A cut wanders at most this far to a side, as a share of a digit's height."""

Seam: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
"""`intp (rows,)`: for each row the column where a cut runs."""


Span: TypeAlias = tuple[int, int]
"""Two columns of a strip that something lies between."""


@dataclass(frozen=True, eq=False)
class FreeRow:
    """A row of ink that may be a number.

    Attributes:
        dark: How dark it is, upright, its digits scaled to about `DIGIT_ROWS` rows.
        mask: Which of it is ink of this row.
        quad: Its corners on the page.
        strip: `uint8 (32, width)`: the same for a network of rows, its digits about 20 rows high.
        scale: Pixels of the strip for each of `dark`.
        pieces: `float64 (n, 2)`: the first and last columns of the strip of those pieces that are as high as digits.
    """

    dark: Ink
    mask: Mask
    quad: Quad
    strip: Ink
    scale: float
    pieces: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"

    def column(self, of_strip: float) -> float:
        """Give the column of `dark` that a column of the strip shows."""
        return (of_strip - MARGIN) / self.scale


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


def find_free_rows(dark: Ink, floor: int) -> list[FreeRow]:
    """Find rows of ink that may be numbers, on paper without frames.

    Args:
        dark: `uint8 (height, width)`: how dark each pixel is; what is not to be read is 0.
        floor: The darkness from which on there is ink.

    Returns:
        The rows, from top to bottom.
    """
    inked = dark[dark >= floor]
    if not len(inked):
        return []
    edge = max(floor, round(PEN * float(np.percentile(inked, 90))))
    mask = np.asarray(cv2.threshold(dark, edge - 1, 1, cv2.THRESH_BINARY)[1], np.uint8)
    angle = tilt(mask, steepest=15.0) if _is_long(mask) else 0.0
    height, width = mask.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    if angle:
        dark = np.asarray(cv2.warpAffine(dark, turn, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
        mask = np.asarray(cv2.threshold(dark, edge - 1, 1, cv2.THRESH_BINARY)[1], np.uint8)
    mask = _without_rules(mask)
    back = np.asarray(cv2.invertAffineTransform(turn), np.float64)
    return [row for group, labels, stats in _groups(mask) if (row := _row(dark, group, labels, stats, back))]


def _is_long(mask: Mask) -> bool:
    """Say whether there is a piece of ink as wide as a rule or a long row: of a single digit no slope is known."""
    if cv2.connectedComponents(mask, connectivity=8)[0] > 60:
        return True
    wide, tall = connected_components(mask)[2][1:, 2:4].T
    return bool(((wide > 0.5 * mask.shape[1]) & (wide > 2 * tall)).any())


def _without_rules(mask: Mask) -> Mask:
    """Take away long level lines, and upright ones of a page or at the sides of a cell; strokes across them stay."""
    height, width = mask.shape
    level = _level_lines(mask, max(100, width // 10) if width >= LARGE else max(24, width // 2))
    rest = _without(mask, level)
    uprights = _level_lines(_turned(rest), max(100, height // 8)) if height >= LARGE else _turned(_sides(mask, level))
    return _turned(_without(_turned(rest), uprights))


def _turned(mask: Mask) -> Mask:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _level_lines(mask: Mask, length: int) -> Mask:
    """Find level lines of so many pixels or more, and nothing where they are as thick as strokes are long."""
    thicker = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    level = np.asarray(cv2.morphologyEx(thicker, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)
    lines = np.asarray(level & mask, np.uint8)
    return lines if _thickness(lines) <= 0.2 * length else np.zeros_like(mask)


def _thickness(lines: Mask) -> int:
    return max(3, round(stroke_width(lines)) + 2)


def _without(mask: Mask, level: Mask) -> Mask:
    """Take level lines away; where there is ink above and below them, a stroke crosses."""
    if not level.any():
        return mask
    reach = 2 * _thickness(level)
    rest = np.asarray(mask & ~level, np.uint8)
    above = cv2.dilate(rest, np.ones((reach + 1, 1), np.uint8), anchor=(0, reach))
    below = cv2.dilate(rest, np.ones((reach + 1, 1), np.uint8), anchor=(0, 0))
    crossing = np.asarray(above, np.uint8) & np.asarray(below, np.uint8)
    return np.asarray(rest | (level & crossing), np.uint8)


def _sides(mask: Mask, level: Mask) -> Mask:
    """Find the sides of the cell that a small picture shows: straight, from its upper line or edge to its lower one."""
    height, width = mask.shape
    lined = np.flatnonzero(level.any(axis=1))
    top = int(max(lined[lined < height / 3], default=-1)) + 1
    bottom = int(min(lined[lined > 2 * height / 3], default=height))
    zone = round(min(width, height) / 5)
    outer = mask[top:bottom].copy()
    outer[:, zone : width - zone] = 0
    length = round(FROM_END_TO_END * (bottom - top))
    found = np.zeros_like(mask)
    if length < SMALLEST:
        return found
    thicker = cv2.dilate(outer, np.ones((1, 3), np.uint8))
    for slope in np.linspace(-STEEPEST, STEEPEST, 9):
        way = np.array([[1, slope, -slope * (bottom - top) / 2], [0, 1, 0]], np.float32)
        size = (width, bottom - top)
        upright = cv2.warpAffine(thicker, way, size, flags=cv2.INTER_NEAREST)
        opened = cv2.morphologyEx(upright, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        back = cv2.warpAffine(opened, way, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        found[top:bottom] |= np.asarray(back, np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((1, 3), np.uint8)), np.uint8) & mask


def _groups(mask: Mask) -> list[tuple["np.ndarray", "np.ndarray", "np.ndarray"]]:
    """Group pieces of ink into rows: side by side, and on a level."""
    _, labels, stats, _ = connected_components(mask)
    sized = (stats[:, 3] >= SMALLEST) & (stats[:, 2] <= 0.9 * mask.shape[1]) & (stats[:, 4] >= 12)
    if mask.shape[0] >= LARGE:
        sized &= stats[:, 3] <= mask.shape[0] / 6
    sized[0] = False
    large = np.flatnonzero(sized)
    if not len(large):
        return []
    x0, y0, wide, tall = (stats[large, column].astype(float) for column in range(4))
    x1, y1 = x0 + wide, y0 + tall
    gap = np.maximum(x0[:, None], x0[None]) - np.minimum(x1[:, None], x1[None])
    shared = np.minimum(y1[:, None], y1[None]) - np.maximum(y0[:, None], y0[None])
    lower, higher = np.minimum(tall[:, None], tall[None]), np.maximum(tall[:, None], tall[None])
    linked = (gap <= NEAR * higher) & (shared >= LEVEL * lower) & (lower >= 0.3 * higher)
    names = _connected(linked)
    groups = [large[names == name] for name in range(names.max() + 1)]
    small = np.setdiff1d(np.flatnonzero((stats[:, 4] >= 4) & (stats[:, 2] <= mask.shape[1] / 2)), np.append(large, 0))
    alone = np.array([group[0] for group in groups if len(group) == 1], np.intp)
    found, marks = [], set()
    for group in sorted(groups, key=len, reverse=True):
        if group[0] in marks:
            continue
        top, bottom = stats[group, 1].min(), (stats[group, 1] + stats[group, 3]).max()
        left, right = stats[group, 0].min(), (stats[group, 0] + stats[group, 2]).max()
        low = alone[stats[alone, 3] < MARK * np.median(stats[group, 3])]
        loose = small if len(group) == 1 else np.append(small, low)
        inside = (stats[loose, 0] >= left - 2) & (stats[loose, 0] + stats[loose, 2] <= right + 0.6 * (bottom - top))
        middle = stats[loose, 1] + stats[loose, 3] / 2
        inside &= (middle >= top - 0.15 * (bottom - top)) & (middle <= bottom + 0.15 * (bottom - top))
        marks.update(loose[inside].tolist())
        found.append((np.concatenate([group, loose[inside]]), labels, stats))
    return sorted(found, key=lambda row: int(stats[row[0], 1].min()))


def _connected(linked: "np.ndarray") -> "np.ndarray":
    """Name the connected groups of a symmetric relation by whole numbers from 0."""
    names = np.full(len(linked), -1)
    fresh = 0
    for start in range(len(linked)):
        if names[start] >= 0:
            continue
        reached = np.zeros(len(linked), bool)
        reached[start] = True
        edge = reached
        while edge.any():
            edge = linked[edge].any(axis=0) & ~reached
            reached = reached | edge
        names[reached] = fresh
        fresh += 1
    return names


def _row(
    dark: Ink, group: "np.ndarray", labels: "np.ndarray", stats: "np.ndarray", back: "np.ndarray"
) -> FreeRow | None:
    """Take a row out of the page, at the height that rows are cut at."""
    tall, middle = _usual(stats[group])
    group = group[(stats[group, 3] <= TALLER * tall) | (stats[group, 2] > THIN * stats[group, 3])]
    left, top = stats[group, 0].min(), stats[group, 1].min()
    right, bottom = (stats[group, 0] + stats[group, 2]).max(), (stats[group, 1] + stats[group, 3]).max()
    part = labels[top:bottom, left:right]
    chosen = np.zeros(len(stats), np.uint8)
    chosen[group] = 1
    mask = chosen[part]
    scale = min(1.0, DIGIT_ROWS / tall)
    shown = dark[top:bottom, left:right]
    if scale < 1:
        size = max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale))
        shown = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8)
        mask = (cv2.resize(255 * mask, size, interpolation=cv2.INTER_AREA) > 100).astype(np.uint8)
    ink, _ = level_ink(shown, np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8), 1)
    if ink is None or not mask.any():
        return None
    corners = np.array([(left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)]) @ back.T
    to_strip = LINE_DIGIT / (tall * scale)
    strip = _strip(ink, to_strip, (middle - top) * scale)
    high = group[stats[group, 3] >= HIGH * tall]
    ends = np.stack([stats[high, 0], stats[high, 0] + stats[high, 2]], axis=1)
    pieces = (ends - left) * scale * to_strip + MARGIN
    return FreeRow(ink, mask, tuple((float(x), float(y)) for x, y in corners), strip, to_strip, pieces)


def _usual(stats: "np.ndarray") -> tuple[float, float]:
    """Give the height and the middle row that most of the ink of a row's pieces has in common."""
    wide, tall, middles = stats[:, 2], stats[:, 3].astype(np.float64), stats[:, 1] + stats[:, 3] / 2
    alike = (tall[None] > LIKE[0] * tall[:, None]) & (tall[None] < LIKE[1] * tall[:, None])
    weight = (alike * np.minimum(wide, 2 * tall)[None]).sum(axis=1) * tall
    usual = alike[int(weight.argmax())]
    return float(np.median(tall[usual])), float(np.median(middles[usual]))


def _strip(ink: Ink, scale: float, middle: float) -> Ink:
    """Lay a row out for a network of rows, a given row of it in the middle."""
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    above = round(LINE_HEIGHT / 2 - middle * scale)
    strip: Ink = np.zeros((LINE_HEIGHT, size[0] + 2 * MARGIN), np.uint8)
    top, bottom = max(0, above), min(LINE_HEIGHT, above + size[1])
    if bottom > top:
        strip[top:bottom, MARGIN:-MARGIN] = small[top - above : bottom - above]
    return strip


def cut(row: FreeRow, spans: Iterable[Span]) -> dict[Span, Cut]:
    """Cut parts out of a row, along the paths from top to bottom that cross the least ink.

    Args:
        row: The row.
        spans: Between which columns of its strip each part lies.

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
        band = max(2, round(BAND * LINE_DIGIT / row.scale))
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

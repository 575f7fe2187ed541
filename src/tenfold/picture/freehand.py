"""Free rows of digits: found among rules and print, and cut wherever one digit may end and the next begin."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.boxes import Quad
from tenfold.picture.cells import level_ink
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, stroke_width
from tenfold.picture.lines import tilt

__all__ = ["Cut", "FreeRow", "cut_row", "find_free_rows"]

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

SMALL = 0.42
"""What is lower than this share of its row is a comma, a point, a dash, or a part of a digit."""

WIDEST = 1.35
"""One digit is at most so many times as wide as its row is high."""

TOUCHING = 0.62
"""What is wider than this may be several digits."""

ONE_OR_TWO, ALONE = 1.15, 6.0
"""What is narrower than so many heights is more often one digit than two: a cut costs as if it crossed the pen so many
times for each height that it is narrower."""

EVERY = 0.16
"""Cuts are tried so many times the row's height apart."""

BAND = 0.16
"""A cut wanders at most this far to a side, as a share of the row's height."""

LONGEST = 5
"""One digit has at most so many parts."""

Path: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
"""`intp (rows,)`: for each row the column where a cut runs."""


@dataclass(frozen=True, eq=False)
class FreeRow:
    """A row of ink that may be a number.

    Attributes:
        dark: How dark it is, upright, scaled to about `DIGIT_ROWS` rows.
        mask: Which of it is ink of this row.
        quad: Its corners on the page.
    """

    dark: Ink
    mask: Mask
    quad: Quad


@dataclass(frozen=True, eq=False)
class Cut:
    """A part of a row that may be one digit, between two of the places where the row may be cut.

    Attributes:
        start: The number of the place where it begins.
        end: Where it ends.
        ink: `uint8 (height, width)`.
        left: Its first column in the row.
        right: The column after its last.
        crossed: How much ink is cut through at its two ends, in widths of the pen.
        small: Whether it is so low that it may be a separator.
    """

    start: int
    end: int
    ink: Ink
    left: int
    right: int
    crossed: float
    small: bool


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
    """Say whether there is a piece of ink as wide as a rule or a long row."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
    return bool((stats[1:, 2] > 0.3 * mask.shape[1]).any()) or len(stats) > 60


def _without_rules(mask: Mask) -> Mask:
    """Take away long level lines, and upright ones along the page's edges; strokes across them stay."""
    height, width = mask.shape
    level = max(100, width // 10) if width >= 800 else max(24, width // 2)
    upright = max(100, height // 8) if height >= 800 else max(24, round(0.75 * height))
    rest = _without_level(mask, level)
    turned = np.ascontiguousarray(_without_level(np.ascontiguousarray(rest.T), upright).T)
    if height >= 800:
        return turned
    edge = max(3, width // 14)
    rest[:, :edge], rest[:, -edge:] = turned[:, :edge], turned[:, -edge:]
    return rest


def _without_level(mask: Mask, length: int) -> Mask:
    thicker = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    level = np.asarray(cv2.morphologyEx(thicker, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)
    lines = np.asarray(level & np.asarray(mask), np.uint8)
    if not lines.any():
        return mask
    thick = max(3, round(stroke_width(np.asarray(lines, np.uint8))) + 2)
    if thick > 0.2 * length:
        return mask
    rest = np.asarray(mask & ~lines, np.uint8)
    above = cv2.dilate(rest, np.ones((2 * thick + 1, 1), np.uint8), anchor=(0, 2 * thick))
    below = cv2.dilate(rest, np.ones((2 * thick + 1, 1), np.uint8), anchor=(0, 0))
    crossing = np.asarray(above, np.uint8) & np.asarray(below, np.uint8)
    return np.asarray(rest | (lines & crossing), np.uint8)


def _groups(mask: Mask) -> list[tuple["np.ndarray", "np.ndarray", "np.ndarray"]]:
    """Group pieces of ink into rows: side by side, and on a level."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sized = (stats[:, 3] >= SMALLEST) & (stats[:, 2] <= 0.9 * mask.shape[1]) & (stats[:, 4] >= 12)
    if mask.shape[0] >= 800:
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
    found = []
    for group in sorted(groups, key=lambda group: int(stats[group, 1].min())):
        top, bottom = stats[group, 1].min(), (stats[group, 1] + stats[group, 3]).max()
        left, right = stats[group, 0].min(), (stats[group, 0] + stats[group, 2]).max()
        inside = (stats[small, 0] >= left - 2) & (stats[small, 0] + stats[small, 2] <= right + 0.6 * (bottom - top))
        middle = stats[small, 1] + stats[small, 3] / 2
        inside &= (middle >= top - 0.15 * (bottom - top)) & (middle <= bottom + 0.15 * (bottom - top))
        found.append((np.concatenate([group, small[inside]]), labels, stats))
    return found


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
    left, top = stats[group, 0].min(), stats[group, 1].min()
    right, bottom = (stats[group, 0] + stats[group, 2]).max(), (stats[group, 1] + stats[group, 3]).max()
    tall = float(np.median(stats[group, 3][stats[group, 3] >= 0.6 * stats[group, 3].max()]))
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
    return FreeRow(ink, mask, tuple((float(x), float(y)) for x, y in corners))


def cut_row(row: FreeRow) -> tuple[list[Cut], int]:
    """Cut a row wherever one digit may end and the next begin.

    Returns:
        Every part between two cuts that may be one digit, and how many cuts there are, both ends of the row included.

    Source:
        Cuts are the paths from top to bottom that cross the least ink near each of several columns, found by dynamic
        programming as in Avidan and Shamir 2007, "Seam carving".
    """
    units = _units(row.mask)
    height = _usual_height(units)
    paths: list[Path] = []
    costs: list[float] = []
    gaps: list[float] = []
    rows = row.mask.shape[0]
    pen = max(1.0, stroke_width(row.mask))
    owners: list[int] = []
    end = 0
    for number, (left, right, _, _) in enumerate(units):
        middle = (end + left) // 2 if number else max(0, left - 1)
        paths.append(np.full(rows, middle, np.intp))
        costs.append(0.0)
        gaps.append(max(0.0, left - end))
        owners.append(number)
        if right - left > TOUCHING * height:
            unlikely = ALONE * max(0.0, ONE_OR_TWO - (right - left) / height)
            for path, cost in _seams(row, left, right, height):
                paths.append(path)
                costs.append(cost / pen + unlikely)
                gaps.append(0.0)
                owners.append(number)
        end = right
    paths.append(np.full(rows, end + 1, np.intp))
    costs.append(0.0)
    cuts = []
    for start in range(len(paths) - 1):
        for stop in range(start + 1, min(start + 1 + LONGEST + 2, len(paths))):
            between = gaps[start + 1 : stop]
            if any(gap > 0.28 * height for gap in between):
                break
            cut = _part(row, paths, start, stop, costs[start] + costs[stop], height)
            if cut is None:
                continue
            if cut.right - cut.left > WIDEST * height and stop > start + 1:
                break
            cuts.append(cut)
    return cuts, len(paths)


def _units(mask: Mask) -> list[tuple[int, int, int, int]]:
    """Give left, right, top and bottom of what stands apart: pieces that lie above one another belong together."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:]
    boxes = sorted((int(x), int(x + w), int(y), int(y + h)) for x, y, w, h, area in stats if area >= 3)
    units: list[tuple[int, int, int, int]] = []
    for left, right, top, bottom in boxes:
        if units:
            last = units[-1]
            shared = min(right, last[1]) - max(left, last[0])
            if shared >= 0.5 * min(right - left, last[1] - last[0]):
                units[-1] = (min(left, last[0]), max(right, last[1]), min(top, last[2]), max(bottom, last[3]))
                continue
        units.append((left, right, top, bottom))
    return units


def _usual_height(units: list[tuple[int, int, int, int]]) -> float:
    heights = np.array([bottom - top for _, _, top, bottom in units], float)
    return float(np.median(heights[heights >= 0.6 * heights.max()]))


def _seams(row: FreeRow, left: int, right: int, height: float) -> list[tuple[Path, float]]:
    """Find paths through a piece that cross little ink, one near each of several columns, none twice."""
    part = row.mask[:, left:right]
    cost = part.astype(np.float64) + 1e-3
    found: list[tuple[Path, float]] = []
    band = max(2, round(BAND * height))
    for column in np.arange(0.22 * height, right - left - 0.2 * height, EVERY * height):
        path, crossed = _seam(cost, round(column), band)
        if all(np.abs(path - other).mean() > 0.05 * height for other, _ in found):
            found.append((path, crossed))
    found.sort(key=lambda each: float(each[0].mean()))
    return [(path + left, crossed) for path, crossed in found]


def _seam(cost: "np.ndarray", column: int, band: int) -> tuple[Path, float]:
    """Find the path of least ink from top to bottom that stays near a column."""
    rows, width = cost.shape
    first, last = max(0, column - band), min(width, column + band + 1)
    part = cost[:, first:last] + 0.01 * np.abs(np.arange(first, last) - column)[None] / band
    total = part.copy()
    for y in range(1, rows):
        before = np.pad(total[y - 1], 1, constant_values=np.inf)
        total[y] += np.minimum(np.minimum(before[:-2], before[2:]) + 0.005, before[1:-1])
    path = np.empty(rows, np.intp)
    path[-1] = int(total[-1].argmin())
    for y in range(rows - 2, -1, -1):
        low = max(0, path[y + 1] - 1)
        path[y] = low + int(total[y, low : path[y + 1] + 2].argmin())
    crossed = float(np.round(cost[np.arange(rows), path + first] - 1e-3).sum())
    return path + first, crossed


def _part(row: FreeRow, paths: list[Path], start: int, stop: int, crossed: float, height: float) -> Cut | None:
    columns = np.arange(row.mask.shape[1])[None]
    inside = (columns >= paths[start][:, None]) & (columns < paths[stop][:, None])
    mask = row.mask * inside.astype(np.uint8)
    left, top, wide, tall = cv2.boundingRect(mask)
    if not wide:
        return None
    soft = np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8) * inside.astype(np.uint8)
    ink = np.where(soft > 0, row.dark, 0)[max(0, top - 1) : top + tall + 1, max(0, left - 1) : left + wide + 1]
    small = tall < SMALL * height and wide < height
    return Cut(start, stop, ink.astype(np.uint8), left, left + wide, crossed, small)

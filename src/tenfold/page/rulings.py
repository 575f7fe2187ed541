"""Long straight lines of a page: how a patch is tilted, where its level lines run, and pages without their rules."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.picture.ink import Mask, connected_components, quantile, stroke_width
from tenfold.picture.rules import fit_straight

__all__ = [
    "BEND",
    "LARGE",
    "SMALLEST_DIGIT",
    "STEEPEST",
    "LevelLine",
    "Places",
    "level_lines",
    "level_runs",
    "tilt",
    "without_rules",
]

Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (n,)`: columns or rows."""

STEEPEST = 22.0
"""Greatest tilt that is looked for, in degrees."""

SAMPLE = 12_000
"""Pixels of ink that are enough to measure a tilt by."""

ROUGHLY = SAMPLE // 4
"""Pixels of an outline's ink that are enough to measure its tilt roughly."""

AT_ONCE = 30_000
"""Pixels projected in one go, along one direction or several: as many as stay in a processor's cache."""

STEPS = (0.5, 1.5)
"""Smallest and largest step between tilts that are tried, in degrees."""

SMALLEST_DIGIT = 9
"""Least height of a digit, in pixels; a run of ink that is shorter is not part of a line either."""

SHORTEST = 1 / 12
"""Shortest run of ink that is part of a line, in widths of its patch."""

BEND = 2
"""Degree of the polynomial that lines are fitted by: paper is seldom flat."""

SWELL = 1.7
"""A stroke crosses a line where ink is thicker than this, in thicknesses of the line."""

LARGE = 800
"""A picture with this many rows shows a page, in pixels; a smaller one may be cut out of one."""

SIDE_LENGTH, SIDE_LEAN = 0.95, 0.1
"""A side of a cell is seen over this share of its height at least, and leans by this slope at most; docs/log.md,
"Numbers cut out of their page": cells read whole 77 → 93%, with the other rules of that line."""


@dataclass(frozen=True)
class LevelLine:
    """A nearly level line of a patch.

    Attributes:
        curve: Its row as a polynomial of the column, the highest power first.
        left: Its first column.
        right: Its last column.
        thick: Its thickness in pixels.
        covered: The share of the columns between its ends that are inked.
    """

    curve: tuple[float, ...]
    left: float
    right: float
    thick: float
    covered: float

    def at(self, column: "float | Places") -> "float | Places":
        """Give its row at a column."""
        return np.asarray(np.polyval(self.curve, column), np.float64)


def tilt(mask: Mask, *, steepest: float = STEEPEST, outlined: bool = False) -> float:
    """Give the angle of the longest level lines, in degrees, positive where they fall to the right.

    The pixels of ink are projected along many directions; along the lines they pile up.

    Args:
        mask: Where the ink is.
        steepest: The greatest angle that is tried.
        outlined: Whether lines are most of the ink: then few pixels are enough to see roughly how they run.
    """
    inked = np.flatnonzero(mask)
    if not len(inked):
        return 0.0
    places = inked[:: max(1, len(inked) // SAMPLE)]
    rows, columns = (each.astype(np.float64) for each in np.divmod(places, mask.shape[1]))
    few = max(1, len(rows) // ROUGHLY) if outlined else 1
    turn = float(np.clip(np.degrees(1 / mask.shape[1]), *STEPS))  # so that the ends of a line move by a pixel
    best = _best(rows[::few], columns[::few], np.arange(-steepest, steepest + 0.1, turn))
    return _best(rows, columns, np.arange(best - turn, best + 1.1 * turn, turn / 5))


def _best(rows: Any, columns: Any, angles: Any) -> float:  # noqa: ANN401 (arrays of any one dimension)
    """Give the angle along which the pixels pile up the highest, the first of equals."""
    piles: list[int] = []
    some = max(1, AT_ONCE // len(rows))
    for start in range(0, len(angles), some):
        radians = np.radians(angles[start : start + some])[:, None]
        along = rows * np.cos(radians) - columns * np.sin(radians)
        along -= along.min(axis=1, keepdims=True)
        places = along.astype(np.intp)
        length = int(places.max()) + 1
        places += np.arange(0, length * len(radians), length)[:, None]
        counts = np.bincount(places.ravel(), minlength=length * len(radians)).reshape(-1, length)
        piles += (counts * counts).sum(axis=1).tolist()
    return float(angles[int(np.argmax(piles))])


def level_lines(mask: Mask, *, least: float) -> list[LevelLine]:
    """Find the nearly level lines of a patch, from top to bottom.

    Args:
        mask: Where the ink is; the patch's own tilt is taken out already.
        least: The share of the patch's width that a line covers at least.
    """
    height, width = mask.shape
    reach = max(SMALLEST_DIGIT, round(SHORTEST * width))
    level, thicker = level_runs(mask, reach)
    level = np.asarray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, 2 * reach + 1), np.uint8)), np.uint8)
    count, labels, stats, _ = connected_components(level & thicker)
    runs = []
    for number in range(1, count):
        left, top, wide, tall, _ = (int(value) for value in stats[number])
        if wide < reach:
            continue
        part = labels[top : top + tall, left : left + wide] == number
        first, depth = part.argmax(axis=0), part.sum(axis=0)
        usual = quantile(depth, 0.5)
        lone = depth <= SWELL * usual + 1
        columns = np.flatnonzero(lone).astype(np.float64) + left
        middle = first[lone] + (depth[lone] - 1) / 2 + top
        if usual > max(0.12 * height, 12) or len(columns) < reach / 2:
            continue
        runs.append((columns, middle, max(1.0, usual - 2)))
    return _joined(runs, width, least)


def level_runs(mask: Mask, length: int) -> tuple[Mask, Mask]:
    """Keep the ink of a level page that goes on for a length, in pixels.

    Also gives the ink that is looked at: all of it, a pixel thicker up and down.
    """
    thicker = np.asarray(cv2.dilate(mask, np.ones((3, 1), np.uint8)), np.uint8)
    return np.asarray(cv2.morphologyEx(thicker, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8), thicker


def _joined(runs: list[tuple[Places, Places, float]], width: int, least: float) -> list[LevelLine]:
    """Join runs that go on in one another and keep the lines that are long enough."""
    if sum(len(columns) for columns, _, _ in runs) < least * width:
        return []
    groups: list[tuple[Places, Places, float, tuple[float, float, float]]] = []
    for columns, rows, thick in sorted(runs, key=lambda run: -len(run[0])):
        for number, (others, other_rows, other_thick, (column, row, slant)) in enumerate(groups):
            away = np.abs(row + slant * (columns - column) - rows)
            if quantile(away, 0.5) <= 2 + max(thick, other_thick) + 0.01 * width:
                both = np.concatenate([others, columns]), np.concatenate([other_rows, rows])
                groups[number] = (*both, max(thick, other_thick), fit_straight(*both))
                break
        else:
            groups.append((columns, rows, thick, fit_straight(columns, rows)))
    found = []
    for columns, rows, thick, _ in groups:
        left, right = float(columns.min()), float(columns.max())
        inked = len(np.unique(columns))
        if inked < least * width:
            continue
        curve = np.polyfit(columns, rows, BEND if right - left > 0.5 * width else 1)
        found.append(LevelLine(tuple(map(float, curve)), left, right, thick, inked / max(right - left, 1)))
    return sorted(found, key=lambda line: float(line.at(width / 2)))


def without_rules(mask: Mask) -> Mask:
    """Take away long level lines, and vertical ones of a page or at the sides of a cell; strokes across them stay."""
    height, width = mask.shape
    level = _long_lines(mask, max(100, width // 10) if width >= LARGE else max(24, width // 2))
    rest = _turned(_without(mask, level))
    vertical = _long_lines(rest, max(100, height // 8)) if height >= LARGE else _turned(_sides(mask, level))
    return _turned(_without(rest, vertical))


def _turned(mask: Mask) -> Mask:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _long_lines(mask: Mask, length: int) -> Mask:
    """Mark level lines of a length in pixels or more, and nothing where they are as thick as strokes are long."""
    lines = np.asarray(level_runs(mask, length)[0] & mask, np.uint8)
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
    """Mark the sides of the cell that a small picture shows: straight, from its upper line or edge to its lower one."""
    height, width = mask.shape
    lined = np.flatnonzero(level.any(axis=1))
    top = int(max(lined[lined < height / 3], default=-1)) + 1
    bottom = int(min(lined[lined > 2 * height / 3], default=height))
    zone = round(min(width, height) / 5)
    outer = mask[top:bottom].copy()
    outer[:, zone : width - zone] = 0
    length = round(SIDE_LENGTH * (bottom - top))
    found = np.zeros_like(mask)
    if length < SMALLEST_DIGIT:
        return found
    thicker = cv2.dilate(outer, np.ones((1, 3), np.uint8))
    size = (width, bottom - top)
    for slope in np.linspace(-SIDE_LEAN, SIDE_LEAN, 9):
        shear = np.array([[1, slope, -slope * (bottom - top) / 2], [0, 1, 0]], np.float32)
        vertical = cv2.warpAffine(thicker, shear, size, flags=cv2.INTER_NEAREST)
        opened = cv2.morphologyEx(vertical, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        back = cv2.warpAffine(opened, shear, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        found[top:bottom] |= np.asarray(back, np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((1, 3), np.uint8)), np.uint8) & mask

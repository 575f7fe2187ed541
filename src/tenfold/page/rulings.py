"""Long straight lines on a patch of a page: how the patch is tilted, and where its level lines run."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.picture.ink import Mask, connected_components, quantile

__all__ = ["STEEPEST", "LevelLine", "around", "erased", "level_lines", "tilt"]

Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (n,)`: columns or rows."""

STEEPEST = 22.0
"""The greatest tilt that is looked for, in degrees."""

SAMPLE, ROUGHLY = 12_000, 3_000
"""So many pixels of ink are enough to see a tilt by, and of a frame to see it roughly."""

AT_ONCE = 30_000
"""So many pixels are projected in one go, along one direction or several."""

STEPS = (0.5, 1.5)
"""Tilts are tried in steps of so many degrees."""

SHORTEST = 1 / 12
"""A piece of a line is at least this share of the patch's width."""

BEND = 2
"""Lines are fitted as curves of this degree: paper is seldom flat."""

SWELL = 1.7
"""Where ink is so many times as thick as the line, a stroke crosses it."""


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


def tilt(mask: Mask, *, steepest: float = STEEPEST, framed: bool = False) -> float:
    """Give the angle of the longest level lines, in degrees, positive where they fall to the right.

    The pixels of ink are projected along many directions; along the lines they pile up.

    Args:
        mask: Where the ink is.
        steepest: The greatest angle tried.
        framed: Whether lines are most of the ink: then few pixels are enough to see roughly how they run.
    """
    inked = np.flatnonzero(mask)
    if not len(inked):
        return 0.0
    places = inked[:: max(1, len(inked) // SAMPLE)]
    rows, columns = (each.astype(np.float32) for each in np.divmod(places, mask.shape[1]))
    few = max(1, len(rows) // ROUGHLY) if framed else 1
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
    reach = max(9, round(SHORTEST * width))
    thicker = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    level = cv2.morphologyEx(thicker, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8))
    level = np.asarray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, 2 * reach + 1), np.uint8)), np.uint8)
    level = level & np.asarray(thicker, np.uint8)
    count, labels, stats, _ = connected_components(level)
    pieces = []
    for number in range(1, count):
        left, top, wide, tall, _ = (int(value) for value in stats[number])
        if wide < reach:
            continue
        part = labels[top : top + tall, left : left + wide] == number
        inked = part.any(axis=0)
        first = part.argmax(axis=0)[inked]
        depth = part.sum(axis=0)[inked]
        usual = quantile(depth, 0.5)
        lone = depth <= SWELL * usual + 1
        columns = np.flatnonzero(inked)[lone] + left
        middle = first[lone] + (depth[lone] - 1) / 2 + top
        if usual > max(0.12 * height, 12) or len(columns) < reach / 2:
            continue
        pieces.append((columns, middle, max(1.0, usual - 2)))
    return _joined(pieces, width, least)


def _joined(pieces: list[tuple[Places, Places, float]], width: int, least: float) -> list[LevelLine]:
    """Join pieces that go on in one another and keep the lines that are long enough."""
    if sum(len(columns) for columns, _, _ in pieces) < least * width:
        return []
    groups: list[tuple[Places, Places, float]] = []
    for columns, rows, thick in sorted(pieces, key=lambda piece: -len(piece[0])):
        for number, (others, other_rows, other_thick) in enumerate(groups):
            away = np.abs(_straight(others, other_rows, columns) - rows)
            if quantile(away, 0.5) <= 2 + max(thick, other_thick) + 0.01 * width:
                both = np.concatenate([others, columns]), np.concatenate([other_rows, rows])
                groups[number] = (*both, max(thick, other_thick))
                break
        else:
            groups.append((columns, rows, thick))
    found = []
    for columns, rows, thick in groups:
        left, right = float(columns.min()), float(columns.max())
        inked = len(np.unique(columns))
        if inked < least * width:
            continue
        curve = np.polyfit(columns, rows, BEND if right - left > 0.5 * width else 1)
        found.append(LevelLine(tuple(map(float, curve)), left, right, thick, inked / max(right - left, 1)))
    return sorted(found, key=lambda line: float(line.at(width / 2)))


SOFT = 0.5
"""So many pixels beside a line are still it where a stroke begins there; else two and more."""


def _straight(columns: Places, rows: Places, at: Places) -> Places:
    """Give the rows at some columns of the straight line that fits others best."""
    middle = columns.mean()
    away = columns - middle
    return np.asarray(rows.mean() + (away @ rows) / (away @ away) * (at - middle), np.float64)


def around(mask: Mask, rows: Places, reach: int) -> Mask:
    """Give the ink within reach of a level line, above and below it: `uint8 (2 * reach + 1, columns)`."""
    height, width = mask.shape
    where = np.rint(rows).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
    seen = np.take(mask, np.clip(where, 0, height - 1) * width + np.arange(width))
    return np.asarray(seen * ((where >= 0) & (where < height)), np.uint8)


def erased(mask: Mask, rows: Places, thick: float, strokes: Mask) -> Mask:
    """Mark the ink of a level line, without the strokes that cross it.

    Args:
        mask: Where the ink is.
        rows: The line's row in every column.
        thick: Its thickness in pixels.
        strokes: Which of it may be strokes that cross the line: what is on no other line.

    Returns:
        1 where the line is and nothing but the line.
    """
    height, width = mask.shape
    reach = int(np.ceil(thick / 2)) + 2
    offsets = np.arange(-reach - 1, reach + 2)[:, None]
    where = np.rint(rows).astype(np.intp) + offsets
    columns = np.broadcast_to(np.arange(width), where.shape)
    inside = (where >= 0) & (where < height)
    held = np.clip(where, 0, height - 1) * width + columns
    seen = (np.take(mask, held) > 0) & inside
    beyond = (np.take(strokes, held[[0, -1]]) > 0) & inside[[0, -1]]
    over, under = cv2.dilate(beyond.astype(np.uint8), np.ones((1, 2 * reach + 1), np.uint8)) > 0
    merged = np.where(offsets < 0, *beyond)  # a stroke begins at the line: only the line itself goes
    line = seen & ~(over & under) & (~merged | (np.abs(offsets) <= thick / 2 + SOFT))
    cover = np.zeros_like(mask)
    cover[where[line], columns[line]] = 1
    return cover

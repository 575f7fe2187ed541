"""Printed frames on a page: strips of boxes, closed or open like a comb, tilted, bowed or seen from a side.

A frame is a connected piece of ink with long level lines. Two of them that follow one another bound a strip; one alone
with teeth on it is a comb. A strip is sampled from the page so that its lines are straight and level.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask
from tenfold.picture.lines import LevelLine, level_lines, tilt
from tenfold.picture.paper import Paper

__all__ = ["Frame", "Strip", "find_frames"]

SMALLEST = 14
"""The least height of a box, in pixels."""

FULLEST = 0.6
"""A frame's ink is less than this share of its bounding box."""

MOST = 400
"""The largest pieces of ink are looked at, so many."""

LEAST_LINE = 0.55
"""A level line covers at least so much of its frame's width."""

ROOM = 0.35
"""A strip is sampled with so much of its height around it: strokes cross the lines."""

TALLEST = 80
"""Strips are sampled with at most so many rows between their lines; a network is given 20."""

TOOTH = 4
"""The least height of a comb's tooth, in pixels."""

COMB = 1.2
"""Boxes of a comb are taken to be so many times as high as wide."""

Map = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True, eq=False)
class Strip:
    """The paper between two level lines, sampled so that they are straight.

    Attributes:
        dark: `uint8 (rows, columns)`, with room on every side.
        mask: Where there is ink, the faintest too.
        room: How many rows and columns lie outside of the lines on every side.
        height: Rows between the lines.
        width: Columns between the lines' ends.
        comb: Whether there is no line at the top.
        across: For each pixel its column on the page.
        down: For each pixel its row on the page.
    """

    dark: Ink
    mask: Mask
    room: int
    height: int
    width: int
    comb: bool
    across: Map
    down: Map

    def on_page(self, column: float, row: float) -> tuple[float, float]:
        """Give where a place of the strip, counted from its lines, lies on the page: x, y."""
        y = int(np.clip(round(row + self.room), 0, self.across.shape[0] - 1))
        x = int(np.clip(round(column + self.room), 0, self.across.shape[1] - 1))
        return float(self.across[y, x]), float(self.down[y, x])


@dataclass(frozen=True, eq=False)
class Frame:
    """The strips of one printed frame, from top to bottom, and the piece of the page that it covers.

    Attributes:
        strips: One for each two lines that follow one another.
        box: Left, top, width and height on the page.
    """

    strips: tuple[Strip, ...]
    box: tuple[int, int, int, int]


def find_frames(paper: Paper) -> list[Frame]:
    """Find what may be rows and grids of boxes.

    Args:
        paper: The page.

    Returns:
        The frames, the largest first. Whether there are boxes in them is for others to say.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_mended(paper.mask), connectivity=8)
    wide, tall, area = stats[:, 2], stats[:, 3], stats[:, 4]
    likely = (np.maximum(wide, tall) >= 2 * SMALLEST) & (np.minimum(wide, tall) >= SMALLEST / 2)
    likely &= area <= FULLEST * wide * tall
    likely[0] = False
    order = sorted(np.flatnonzero(likely), key=lambda number: -int(wide[number]) * int(tall[number]))[:MOST]
    found = []
    for number in order:
        left, top, across, down, _ = (int(value) for value in stats[number])
        piece = (labels[top : top + down, left : left + across] == number).astype(np.uint8)
        strips = tuple(_strips(paper, piece, left, top))
        if strips:
            found.append(Frame(strips, (left, top, across, down)))
    return found


def _mended(mask: Mask) -> Mask:
    """Close gaps of a pixel or two that printing and scanning leave in lines."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)


def _strips(paper: Paper, piece: Mask, left: int, top: int) -> Iterator[Strip]:
    level, back = _levelled(piece)
    back = back + np.array([[0, 0, left], [0, 0, top]])
    lines = [line for line in level_lines(level, least=LEAST_LINE) if line.covered > 0.5]
    if not lines:
        return
    if len(lines) == 1:
        comb = _comb(level, lines[0])
        if comb:
            yield _sampled(paper, comb, lines[0], back, comb=True)
        return
    for upper, lower in zip(lines[:-1], lines[1:], strict=True):
        if _apart(upper, lower) >= SMALLEST:
            yield _sampled(paper, upper, lower, back, comb=False)


def _levelled(piece: Mask) -> tuple[Mask, "np.ndarray[tuple[int, int], np.dtype[np.float64]]"]:
    """Turn a piece so that its long lines are level; also gives the way back, `(2, 3)`."""
    angle = tilt(piece)
    height, width = piece.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), [0, 0, 1]])
    corners = turn @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]])
    turn[:2, 2] -= corners[:2].min(axis=1)
    size = np.ceil(np.ptp(corners[:2], axis=1)).astype(int) + 1
    level = cv2.warpAffine(255 * piece, turn[:2], (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return (level > 100).astype(np.uint8), np.linalg.inv(turn)[:2]


def _apart(upper: LevelLine, lower: LevelLine) -> float:
    middle = (max(upper.left, lower.left) + min(upper.right, lower.right)) / 2
    return float(lower.at(middle)) - float(upper.at(middle))


def _comb(level: Mask, base: LevelLine) -> LevelLine | None:
    """Guess the missing line at the top of a comb from the distance of its teeth; None where it has none."""
    height, width = level.shape
    columns = np.arange(int(base.left), min(int(base.right) + 1, width))
    rows = np.clip(np.rint(base.at(columns.astype(float)) - base.thick / 2 - 2).astype(int), 0, height - 1)
    reach = rows[None] - np.arange(TOOTH + 2)[:, None]
    tooth = np.where(reach >= 0, level[np.maximum(reach, 0), columns[None]], 0).all(axis=0)
    starts = np.flatnonzero(np.diff(np.concatenate([[0], tooth.astype(np.int8)])) == 1)
    if len(starts) < 3:
        return None
    gaps = np.diff(starts)
    pitch = float(np.median(gaps[gaps > SMALLEST / 2])) if (gaps > SMALLEST / 2).any() else 0
    room = float(np.median(rows))
    if pitch < SMALLEST / 2:
        return None
    tall = max(COMB * pitch, min(room, _tallest(level, columns, rows, starts)))
    curve = (*base.curve[:-1], base.curve[-1] - tall)
    return LevelLine(curve, base.left, base.right, base.thick, 1.0)


def _tallest(level: Mask, columns: "np.ndarray", rows: "np.ndarray", starts: "np.ndarray") -> float:  # type: ignore[type-arg]
    """Give the height of the outer teeth: at the ends of a comb they are often as high as the box."""
    best = 0
    for start in (starts[0], starts[-1]):
        column = level[: rows[start], max(0, columns[start] - 1) : columns[start] + 4].any(axis=1)[::-1]
        best = max(best, int(column.argmin()) if not column.all() else len(column))
    return float(best)


def _sampled(paper: Paper, upper: LevelLine, lower: LevelLine, back: "np.ndarray", *, comb: bool) -> Strip:  # type: ignore[type-arg]
    """Sample the page so that two of its lines become straight and level."""
    apart = max(_apart(upper, lower), 1.0)
    scale = min(1.0, TALLEST / apart)
    ends = _ends(upper, lower)
    height = max(2, round(apart * scale))
    width = max(2, round((ends[1] - ends[0] + ends[3] - ends[2]) / 2 * scale))
    room = round(ROOM * height)
    v = (np.arange(height + 2 * room) - room)[:, None] / height
    u = (np.arange(width + 2 * room) - room)[None] / width
    first, last = ends[0] + (ends[2] - ends[0]) * v, ends[1] + (ends[3] - ends[1]) * v
    x = first + (last - first) * u
    held = np.clip(x, min(ends[0], ends[2]), max(ends[1], ends[3]))  # curves are not to be followed beyond their ends
    y_upper, y_lower = np.asarray(upper.at(held)), np.asarray(lower.at(held))
    y = y_upper + (y_lower - y_upper) * v
    across = (back[0, 0] * x + back[0, 1] * y + back[0, 2]).astype(np.float32)
    down = (back[1, 0] * x + back[1, 1] * y + back[1, 2]).astype(np.float32)
    dark = cv2.remap(paper.dark, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    mask = cv2.threshold(dark, paper.floor, 1, cv2.THRESH_BINARY)[1]
    return Strip(np.asarray(dark, np.uint8), np.asarray(mask, np.uint8), room, height, width, comb, across, down)


def _ends(upper: LevelLine, lower: LevelLine) -> tuple[float, float, float, float]:
    """Give the left and right end of the upper and of the lower line; where they differ much, what is common."""
    near = 0.5 * _apart(upper, lower)
    left, right = max(upper.left, lower.left), min(upper.right, lower.right)
    lefts = (upper.left, lower.left) if abs(upper.left - lower.left) < near else (left, left)
    rights = (upper.right, lower.right) if abs(upper.right - lower.right) < near else (right, right)
    return lefts[0], rights[0], lefts[1], rights[1]

"""Printed frames on a page: strips of boxes, closed or open like a comb, tilted, bowed or seen from a side.

A frame is a connected piece of ink with long level lines. Two of them that follow one another bound a strip; one alone
with teeth on it is a comb. A strip is sampled from the page so that its lines are straight and level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.grids import grid_strips
from tenfold.page.paper import Paper
from tenfold.page.rulings import STEEPEST, LevelLine, level_lines, tilt
from tenfold.page.strips import Strip, Way, apart, sampled
from tenfold.picture.ink import Mask, connected_components

__all__ = ["Frame", "find_frames"]

SMALLEST = 14
"""The least height of a box, in pixels."""

FULLEST = 0.78
"""A frame's ink is less than this share of its bounding box."""

MOST = 400
"""The largest pieces of ink are looked at, so many."""

DARKER = 3
"""Darker ink is so many times as dark as the faintest."""

WIDE = 0.5
"""A frame is at least so many times as wide as high."""

NARROW, LEVEL = 60, 3.0
"""Pieces narrower than this, in pixels, are mostly letters and digits: they are looked at only where they are level
within so many degrees."""

ONE_ROW = 2.5
"""A frame so many times as wide as high may be a single row."""

SOLID = 0.66
"""Between its ends a line is inked for so much of its length."""

LEAST_LINE = 0.55
"""A level line covers at least so much of its frame's width."""

TOOTH = 4
"""The least height of a comb's tooth, in pixels."""

COMB = 1.2
"""Boxes of a comb are taken to be so many times as high as wide."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The strips of one printed frame, from top to bottom, and the piece of the page that it covers.

    Attributes:
        strips: One for each two lines that follow one another.
        box: Left, top, width and height on the page.
    """

    strips: tuple[Strip, ...]
    box: tuple[int, int, int, int]


def find_frames(paper: Paper, grid_rows: int | None = None, *, darker: bool = False) -> list[Frame]:
    """Find what may be rows and grids of boxes.

    Args:
        paper: The page.
        grid_rows: How many rows the grid on it has, where that is known.
        darker: Look in the darker ink alone, where frames may stand free of their surroundings.

    Returns:
        The frames, the largest first. Whether there are boxes in them is for others to say.
    """
    if not darker:
        return list(_frames(paper, paper.mask, grid_rows))
    mask = cv2.threshold(paper.dark, max(DARKER * paper.floor, 48), 1, cv2.THRESH_BINARY)[1]
    return list(_frames(paper, np.asarray(mask, np.uint8), grid_rows))


def _frames(paper: Paper, mask: Mask, grid_rows: int | None) -> Iterator[Frame]:
    _, labels, stats, _ = connected_components(_mended(mask))
    wide, tall, area = stats[:, 2], stats[:, 3], stats[:, 4]
    likely = (np.maximum(wide, tall) >= 2 * SMALLEST) & (np.minimum(wide, tall) >= SMALLEST / 2)
    likely &= (area <= FULLEST * wide * tall) & (wide >= WIDE * tall)
    likely[0] = False
    order = sorted(np.flatnonzero(likely), key=lambda number: -int(wide[number]) * int(tall[number]))[:MOST]
    for number in order:
        left, top, across, down, _ = (int(value) for value in stats[number])
        piece = (labels[top : top + down, left : left + across] == number).astype(np.uint8)
        if across < NARROW and not _is_lined(piece):
            continue
        grid = tuple(grid_strips(paper, piece, left, top, grid_rows))
        alone = () if grid and across < ONE_ROW * down else tuple(_strips(paper, piece, left, top))
        for strips in (grid, alone):  # what is written in a single row may look like the lines of a grid
            if strips:
                yield Frame(strips, (left, top, across, down))


def _is_lined(piece: Mask) -> bool:
    """Say, at little cost, whether a piece has straight runs of ink as long as a frame's."""
    reach = max(9, round(piece.shape[1] / 12))
    return bool(cv2.erode(piece, np.ones((1, reach), np.uint8), borderValue=0).any())


def _mended(mask: Mask) -> Mask:
    """Close gaps of a pixel or two that printing and scanning leave in lines."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)


def _strips(paper: Paper, piece: Mask, left: int, top: int) -> Iterator[Strip]:
    level, way = _levelled(piece)
    back: Way = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]]) @ way
    lines = [line for line in level_lines(level, least=LEAST_LINE) if line.covered > SOLID]
    if not lines:
        return
    if len(lines) == 1:
        comb = _comb(level & _printed(paper, lines[0], back, level.shape), lines[0])
        if comb:
            yield sampled(paper, comb, lines[0], back, comb=True)
        return
    for upper, lower in pairwise(lines):
        if apart(upper, lower) >= SMALLEST:
            yield sampled(paper, upper, lower, back)


def _printed(paper: Paper, line: LevelLine, back: Way, shape: tuple[int, ...]) -> Mask:
    """Mark where the page, laid out as a line is level, is at least half as dark as that line."""
    dark = cv2.warpPerspective(paper.dark, back, shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    columns = np.arange(int(line.left), int(line.right))
    rows = np.clip(np.rint(line.at(columns.astype(float))).astype(int), 0, shape[0] - 1)
    return (dark >= float(np.median(dark[rows, np.minimum(columns, shape[1] - 1)])) / 2).astype(np.uint8)


def _levelled(piece: Mask) -> tuple[Mask, Way]:
    """Turn a piece so that its long lines are level; also gives the way back, `(3, 3)`."""
    angle = tilt(piece, steepest=STEEPEST if piece.shape[1] >= NARROW else LEVEL, framed=True)
    height, width = piece.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), [0, 0, 1]])
    corners = turn @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]])
    turn[:2, 2] -= corners[:2].min(axis=1)
    size = np.ceil(np.ptp(corners[:2], axis=1)).astype(int) + 1
    level = cv2.warpAffine(255 * piece, turn[:2], (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return (level > 100).astype(np.uint8), np.linalg.inv(turn)


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


def _tallest(level: Mask, columns: "np.ndarray", rows: "np.ndarray", starts: "np.ndarray") -> float:
    """Give the height of the outer teeth: at the ends of a comb they are often as high as the box."""
    best = 0
    for start in (starts[0], starts[-1]):
        tooth = level[: rows[start], max(0, columns[start] - 1) : columns[start] + 4].max(axis=1, initial=0)[::-1]
        best = max(best, len(tooth) if tooth.all() else int(tooth.argmin()))
    return float(best)

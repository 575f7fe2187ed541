"""The order in which rows of a page are read: line by line from the top, each line from left to right.

Rows of boxes right below one another are one block, such as a puzzle, and read to its end before what is beside it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tenfold.page.quads import Points, Quad

__all__ = ["Place", "reading_order"]

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

COMMON = 0.5
"""Rows are on one line, or in one column, where they share this part of the lower one's height, or of the narrower
one's width, at least."""

STACKED = 0.3
"""Largest gap between two rows of a block, and the most that their ends differ, in heights of the row."""


class Place(NamedTuple):
    """Where a row of a page is read.

    Attributes:
        which: Its place among the rows that were given.
        row: The line that it stands in, from 0 at the top.
        column: Its column there, from 0 at the left: numbers one below another are in one column.
    """

    which: int
    row: int
    column: int


def reading_order(quads: Sequence[Quad], boxed: Sequence[bool]) -> list[Place]:
    """Give the rows of a page in the order in which they are read.

    Args:
        quads: The corners of each row, clockwise from its top left.
        boxed: Which of them are rows of boxes.
    """
    if not quads:
        return []
    corners = _levelled(np.array(quads, np.float64))
    least, most = corners.min(axis=1), corners.max(axis=1)
    lines = _lines(_blocks(least, most, boxed), least, most)
    columns = _columns(lines, least[:, 0], most[:, 0])
    return [Place(which, row, columns[which]) for row, line in enumerate(lines) for which in line]


def _lines(blocks: list[list[int]], least: Points, most: Points) -> list[list[int]]:
    """Put blocks that are side by side into lines; of blocks of several rows each row is a line."""
    heads = sorted((block[0] for block in blocks), key=lambda head: float(least[head, 1]))
    block_of, lines = {block[0]: block for block in blocks}, list[list[int]]()
    top, bottom = least[heads, 1], most[heads, 1]
    waits = np.ones(len(heads), np.bool_)
    while waits.any():
        place: int | None = int(waits.argmax())
        places, level = list[int](), np.zeros(len(heads), np.bool_)
        while place is not None:
            places.append(place)
            waits[place] = False
            level |= _shares(place, top, bottom)
            further = np.flatnonzero((level & waits)[place + 1 :])
            place = place + 1 + int(further[0]) if len(further) else None
        beside = sorted((block_of[heads[each]] for each in places), key=lambda block: float(least[block[0], 0]))
        if all(len(block) == 1 for block in beside):
            lines.append([row for [row] in beside])
        else:
            lines += [[row] for block in beside for row in block]
    return lines


def _columns(lines: list[list[int]], left: Points, right: Points) -> dict[int, int]:
    """Give each row's column; where the rows stand in no columns, its place in its line."""
    rows = sorted((row for line in lines for row in line), key=lambda row: float(left[row] + right[row]))
    starts, ends = left[rows], right[rows]
    columns = np.zeros(len(rows), np.int64)
    for place in range(1, len(rows)):
        below = _shares(place, starts[: place + 1], ends[: place + 1])[:place]
        columns[place] = columns[:place][below].min() if below.any() else columns[:place].max() + 1
    found = dict(zip(rows, columns.tolist(), strict=True))
    if any(len({found[row] for row in line}) < len(line) for line in lines):
        return {row: place for line in lines for place, row in enumerate(line)}
    return found


def _shares(place: int, starts: Points, ends: Points) -> Flags:
    """Say which stretches have enough in common with one of them."""
    common = np.minimum(ends, ends[place]) - np.maximum(starts, starts[place])
    return np.asarray(common >= COMMON * np.minimum(ends - starts, ends[place] - starts[place]), np.bool_)


def _levelled(corners: Points) -> Points:
    """Turn corners by the usual tilt of rows, so that lines are level."""
    along = corners[:, 1] - corners[:, 0]
    long = np.hypot(*along.T)
    tilts = np.arctan2(along[:, 1], along[:, 0])
    tilt = float(np.median(tilts[long >= np.median(long)]))
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return np.asarray(corners @ turn, np.float64)


def _blocks(least: Points, most: Points, boxed: Sequence[bool]) -> list[list[int]]:
    """Put rows of boxes that stand right below one another together, the upper ones first; others are alone."""
    blocks, stacks = list[list[int]](), list[list[int]]()
    last = np.zeros(len(least), np.int64)  # of each stack
    for place in np.argsort(least[:, 1], kind="stable").tolist():
        if boxed[place]:
            above, room = last[: len(stacks)], STACKED * (most[place, 1] - least[place, 1])
            ends = least[above, 0] - least[place, 0], most[above, 0] - most[place, 0]
            fits = np.flatnonzero(np.abs([*ends, most[above, 1] - least[place, 1]]).max(axis=0) <= room)
            if len(fits):
                last[fits[0]] = place
                stacks[fits[0]].append(place)
                continue
            last[len(stacks)] = place
        blocks.append([place])
        if boxed[place]:
            stacks.append(blocks[-1])
    return blocks

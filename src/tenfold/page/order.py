"""The order in which rows of a page are read: line by line from the top, each line from left to right.

Rows of boxes right below one another are one block, such as a puzzle, and read to its end before what is beside it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tenfold.page.quads import Points, Quad

__all__ = ["Place", "reading_order"]

SAME_LINE = 0.5
"""Rows are on one line where they share this part of the lower one's height, at least."""

SAME_COLUMN = 0.5
"""Rows are in one column where they share this part of the narrower one's width, at least."""

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
    left_over, lines = sorted(blocks, key=lambda block: float(least[block[0], 1])), list[list[int]]()
    while left_over:
        beside = [left_over.pop(0)]
        for block in list(left_over):
            if any(_level(block[0], other[0], least, most) for other in beside):
                beside.append(block)
                left_over.remove(block)
        beside.sort(key=lambda block: float(least[block[0], 0]))
        if all(len(block) == 1 for block in beside):
            lines.append([row for [row] in beside])
        else:
            lines += [[row] for block in beside for row in block]
    return lines


def _columns(lines: list[list[int]], left: Points, right: Points) -> dict[int, int]:
    """Give each row's column; where the rows stand in no columns, its place in its line."""
    columns: list[list[int]] = []
    for row in sorted((row for line in lines for row in line), key=lambda row: float(left[row] + right[row])):
        for column in columns:
            if any(_below(row, other, left, right) for other in column):
                column.append(row)
                break
        else:
            columns.append([row])
    found = {row: number for number, column in enumerate(columns) for row in column}
    if any(len({found[row] for row in line}) < len(line) for line in lines):
        return {row: place for line in lines for place, row in enumerate(line)}
    return found


def _below(one: int, other: int, left: Points, right: Points) -> bool:
    """Say whether two rows of different lines stand one below the other."""
    shared = min(right[one], right[other]) - max(left[one], left[other])
    return bool(shared >= SAME_COLUMN * min(right[one] - left[one], right[other] - left[other]))


def _level(one: int, other: int, least: Points, most: Points) -> bool:
    """Say whether two rows are on one line."""
    shared = min(most[one, 1], most[other, 1]) - max(least[one, 1], least[other, 1])
    return bool(shared >= SAME_LINE * min(most[one, 1] - least[one, 1], most[other, 1] - least[other, 1]))


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
    blocks: list[list[int]] = []
    for place in np.argsort(least[:, 1], kind="stable").tolist():
        for block in blocks:
            above = block[-1]
            room = STACKED * (most[place, 1] - least[place, 1])
            ends = abs(least[place, 0] - least[above, 0]), abs(most[place, 0] - most[above, 0])
            if boxed[place] and boxed[above] and max(ends) <= room and abs(least[place, 1] - most[above, 1]) <= room:
                block.append(place)
                break
        else:
            blocks.append([place])
    return blocks

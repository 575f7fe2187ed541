"""The order in which rows of a page are read: line by line from the top, each line from left to right.

Rows of boxes right below one another are one block, such as a puzzle, and read to its end before what is beside it.
"""

from collections.abc import Sequence

import numpy as np

from tenfold.page.quads import Points, Quad

__all__ = ["reading_order"]

SAME_LINE = 0.5
"""Rows are on one line where they share this part of the lower one's height, at least."""

STACKED = 0.3
"""Largest gap between two rows of a block, and the most that their ends differ, in heights of the row."""


def reading_order(quads: Sequence[Quad], boxed: Sequence[bool]) -> list[int]:
    """Give the places of rows in the order in which they are read.

    Args:
        quads: The corners of each row, clockwise from its top left.
        boxed: Which of them are rows of boxes.
    """
    if not quads:
        return []
    corners = _levelled(np.array(quads, np.float64))
    least, most = corners.min(axis=1), corners.max(axis=1)
    blocks = _blocks(least, most, boxed)
    left_over, order = sorted(blocks, key=lambda block: float(least[block[0], 1])), list[int]()
    while left_over:
        line = [left_over.pop(0)]
        for block in list(left_over):
            if any(_level(block[0], other[0], least, most) for other in line):
                line.append(block)
                left_over.remove(block)
        for block in sorted(line, key=lambda block: float(least[block[0], 0])):
            order += block
    return order


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

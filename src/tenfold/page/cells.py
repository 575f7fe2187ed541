"""From a row of boxes to the ink of what is written in each."""

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.boxes import BoxRow
from tenfold.page.erasing import PEN, without_lines
from tenfold.page.quads import Quad
from tenfold.page.rulings import Places
from tenfold.page.strips import Strip
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, connected_components, mask_of, quantile

__all__ = ["Cell", "cells_of", "full_strength"]

FAINTEST_PEN = 1.25
"""A pen is at least this many times as dark as the darkest paper."""

CORE = 0.2
"""Distance from its lines at which the middle of a box begins, in heights of the box."""

INSIDE = 0.1
"""Distance from its lines at which the paper of a box is looked at, in heights of the box."""

GRAIN = 3.7
"""What a shaded box is darker than the lightest quarter of it, at most, in differences between that and the lightest
twentieth: of normal grain the difference is a standard deviation, and this three above the mean."""

EMPTY = 0.2
"""Length of what is written in a box, at least, in heights of the box: else the box is empty."""

SPECK = 0.1
"""Length of a component that is no speck, at least, in heights of the box."""

BELONGS, NARROW_BELONGS = 0.75, 0.6
"""Share of a component's ink that lies in one box where all of it is written there, at least; and the same for one that
is no wider than a box. Others are cut at the line."""


@dataclass(frozen=True, eq=False)
class Cell:
    """What is written in one box.

    Attributes:
        ink: `uint8 (height, width)`, what is written there and nothing else; None where the box is empty.
        quad: The corners of the box on the page.
        pen: How dark the pen is in the middle of the box, away from its lines, 0…255; 0 where the box is empty.
    """

    ink: Ink | None
    quad: Quad
    pen: int


def cells_of(row: BoxRow, floor: int) -> list[Cell]:
    """Give what is written in each box of a row, from left to right.

    Args:
        row: The row.
        floor: The largest darkness that is still paper.
    """
    row = _without_shade(row, floor)
    away = _from_lines(row)
    owner = _owners(row, without_lines(row), away)
    core = owner * (away >= CORE * row.strip.height)
    cells = []
    for box, quad in enumerate(row.quads, 1):
        written, pen = _written(row.strip, owner == box, floor)
        if written is not None and len(inner := row.strip.dark[core == box]):
            pen = round(quantile(inner, PEN))
        cells.append(Cell(written, quad, pen))
    return cells


def _without_shade(row: BoxRow, floor: int) -> BoxRow:
    """Take the darkness of shaded boxes off, so that their paper is as light as that of others."""
    strip = row.strip
    inside = round(INSIDE * strip.height)
    rows = slice(strip.room + inside, strip.room + strip.height - inside)
    dark = strip.dark.copy()
    for first, last in pairwise(round(bound) + strip.room for bound in row.bounds):
        core = strip.dark[rows, first + inside : last - inside]
        lightest, light = np.quantile(core, (0.05, 0.25)) if core.size else (0.0, 0.0)
        if light > floor:
            shade = light + GRAIN * (light - lightest)
            box = slice(first, last)
            dark[:, box] = np.clip((strip.dark[:, box] - shade) * (255 / (255 - min(shade, 254))), 0, 255)
    return replace(row, strip=replace(strip, dark=dark, mask=mask_of(dark, floor)))


def _owners(row: BoxRow, ink: Mask, away: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Mask:
    """Say for each pixel of ink in which box it is written: 1 for the first, 0 for none.

    Args:
        row: The row of boxes.
        ink: Where its ink is, without lines.
        away: How far each pixel is inside of the nearest line, as `_from_lines` gives it.
    """
    strip, (height, width), boxes = row.strip, ink.shape, row.boxes
    begins = np.clip(np.floor(row.columns(np.arange(height)).T).astype(int) + 1, 0, width)
    steps = np.zeros((height, width + 1), np.int8)
    np.add.at(steps, (np.arange(height)[:, None], begins), [*[1] * boxes, -boxes])
    place = np.cumsum(steps, axis=1, dtype=np.int8)
    count, labels, stats, centres = connected_components(ink)
    owner = np.zeros_like(ink)
    top, bottom = strip.room, strip.room + strip.height
    pitch = float(np.median(np.diff(row.bounds)))
    for component in range(1, count):
        x, y, wide, tall, area = (int(value) for value in stats[component])
        if max(wide, tall) < SPECK * strip.height:
            continue
        if not top - 0.05 * strip.height <= centres[component][1] <= bottom + 0.05 * strip.height:
            continue
        around = slice(y, y + tall), slice(x, x + wide)
        part, inside = labels[around] == component, place[around]
        if _is_remnant(away[around][part], strip):
            continue
        counts = np.bincount(inside[part], minlength=boxes + 1)
        most = int(counts.argmax())
        least = NARROW_BELONGS if wide <= pitch else BELONGS
        owner[around][part] = most if counts[most] >= least * area else inside[part]
    return owner


def _from_lines(row: BoxRow) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Give how far each pixel of a strip is inside of the nearest line; of a comb only the level one counts."""
    strip = row.strip
    rows, columns = (np.arange(side) for side in strip.mask.shape)
    above, below = rows - strip.room, strip.room + strip.height - rows
    beside = np.abs((np.array(row.bounds) + strip.room)[:, None] - columns).min(axis=0)
    if strip.comb:
        above, beside = below, np.full(len(columns), float(strip.height))
    return np.asarray(np.minimum(np.minimum(above, below)[:, None], beside), np.float64)


def _is_remnant(away: Places, strip: Strip) -> bool:
    """Say whether a component is what is left of a line: beside one, and hardly any of it in the middle of a box."""
    if away.min() > 0.09 * strip.height:
        return False
    return float((away >= CORE * strip.height).mean()) < 0.2


def _written(
    strip: Strip, where: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", floor: int
) -> tuple[Ink | None, int]:
    left, top, wide, tall = cv2.boundingRect(where.astype(np.uint8))
    if max(wide, tall) < EMPTY * strip.height:
        return None, 0
    around = slice(top, top + tall), slice(left, left + wide)
    return full_strength(strip.dark[around], where[around].astype(np.uint8), floor)


def full_strength(dark: Ink, mask: Mask, floor: int) -> tuple[Ink | None, int]:
    """Bring the ink of one thing that is written to full strength.

    Args:
        dark: `uint8 (height, width)`: how dark each pixel is.
        mask: Which of them belong to it, at least one.
        floor: The largest darkness that is still paper.

    Returns:
        `uint8 (height, width)`: the ink, 255 where it is as dark as its pen; and the pen's darkness, 0…255. None and
        0 where it is too faint to be ink.
    """
    pen = quantile(dark[mask > 0], PEN)
    if pen < FAINTEST_PEN * floor:
        return None, 0
    base = min(floor / 2, pen / 4)
    strength = np.clip((dark.astype(np.float32) - base) * (255 / (pen - base)), 0, 255)
    return np.where(mask > 0, strength, 0).astype(np.uint8), round(pen)

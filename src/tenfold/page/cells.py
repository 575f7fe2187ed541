"""From a strip of a frame to its boxes, and from each box to the ink of what is written in it."""

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.rulings import around, erased
from tenfold.page.strips import Strip
from tenfold.page.verticals import NARROWEST, WIDEST, Profile, uprights
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, connected_components, quantile

__all__ = ["Cell", "Ruled", "cells_of", "level_ink", "ruled", "with_bounds"]

FINEST, SHORTEST_COMB = 11.0, 80
"""A box is at least so many pixels wide, a comb so many: the foot of a digit looks like a small comb."""

INSIDE = 0.14
"""The pen of a box is seen this share of its height away from its lines."""

LEAST_PEN = 20
"""So many pixels show how dark a pen is."""

HALF = 0.42
"""A stroke's edge is where it is about half as dark as the pen."""

STRAY = 0.1
"""A line strays from where it is expected by at most this share of the box's height."""

CORE = 0.2
"""The middle of a box begins so much of its height inside of its lines."""

EMPTY = 0.2
"""A box whose largest piece of ink is shorter than this share of its height is empty."""

SPECK = 0.1
"""Pieces shorter than this share of the box's height are specks."""

OVER, FREE = 1.3, 0.25
"""Ink on a line that is so many times as dark as the line is a stroke over it; this share of it is free of them."""

GAP = 0.04
"""A tooth of a comb ends where there is no ink for this share of the comb's height."""

BELONGS, NARROW_BELONGS = 0.75, 0.6
"""A piece with this share of its ink in one box is part of what is written there, and so is one with this share that is
no wider than a box; others are cut at the line."""


@dataclass(frozen=True, eq=False)
class Ruled:
    """A strip with its upright lines found and all lines taken away.

    Attributes:
        strip: The strip.
        bounds: Columns of the upright lines, counted from the strip's left end.
        lean: How far they go to the right from top to bottom, per row.
        rest: Where there is ink that is no line.
    """

    strip: Strip
    bounds: tuple[float, ...]
    lean: float
    rest: Mask

    @property
    def boxes(self) -> int:
        """How many boxes there are."""
        return len(self.bounds) - 1

    @property
    def of_digits(self) -> bool:
        """Whether its boxes have the shape of boxes for one digit."""
        if len(self.bounds) < 2:
            return False
        pitch = float(np.median(np.diff(self.bounds)))
        if pitch < FINEST or (self.strip.comb and self.strip.width < SHORTEST_COMB):
            return False
        return NARROWEST * self.strip.height <= pitch <= WIDEST * self.strip.height


@dataclass(frozen=True, eq=False)
class Cell:
    """One box.

    Attributes:
        ink: `uint8 (height, width)`, what is written in it and nothing else; None where it is empty.
        quad: Its corners on the page, x and y, clockwise from the top left.
        fill: How dark the ink is, 0…255; 0 where it is empty.
    """

    ink: Ink | None
    quad: tuple[tuple[float, float], ...]
    fill: int


def ruled(strip: Strip, boxes: int | None = None) -> Ruled | None:
    """Find the upright lines of a strip.

    Args:
        strip: The strip.
        boxes: How many boxes it has, where that is known.

    Returns:
        The strip with its boxes; None where there are no upright lines.
    """
    bounds, lean = uprights(strip, boxes)
    if len(bounds) < 2:
        return None
    return _unlined(strip, bounds, lean)


def with_bounds(strip: Strip, model: Ruled) -> Ruled:
    """Give a strip the upright lines that another strip of its grid has."""
    bounds = [bound * strip.width / model.strip.width for bound in model.bounds]
    return _unlined(strip, bounds, model.lean)


def _unlined(strip: Strip, bounds: list[float], lean: float) -> Ruled:
    """Take the lines of a strip away, in each box from the ink that is at least half as dark as the pen there."""
    inside = round(INSIDE * strip.height)
    rows = slice(strip.room + inside, strip.room + strip.height - inside)
    edges = [0, *(round(bound) + strip.room for bound in bounds[1:-1]), strip.mask.shape[1]]
    mask = strip.mask.copy()
    for left, right in pairwise(edges):
        part = slice(max(left, strip.room) + inside, min(right, strip.room + strip.width) - inside)
        pen = strip.dark[rows, part][strip.mask[rows, part] > 0]
        if len(pen) > LEAST_PEN:
            mask[:, left:right] &= strip.dark[:, left:right] >= HALF * quantile(pen, 0.8)
    tight = replace(strip, mask=mask)
    return Ruled(strip, tuple(bounds), lean, mask & ~_lines(tight, bounds, lean))


def _lines(strip: Strip, bounds: list[float], lean: float) -> Mask:
    """Mark the ink of all lines of a strip, without the strokes that cross them."""
    height, width = strip.mask.shape
    turned = np.ascontiguousarray(strip.mask.T)
    rows = np.arange(height, dtype=np.float64)
    uprights = [
        _traced(turned, bound + strip.room + lean * (rows - strip.room - strip.height / 2), strip) for bound in bounds
    ]
    edges = (strip.room + strip.height,) if strip.comb else (strip.room, strip.room + strip.height)
    levels = [_traced(strip.mask, np.full(width, float(row)), strip) for row in edges]
    across = [(line, _thickness(turned, line, strip)) for line in uprights]
    along = [(line, _thickness(strip.mask, line, strip)) for line in levels]
    upright_band, level_band = _bands(turned.shape, across), _bands(strip.mask.shape, along)
    cover = upright_band.T & level_band
    strokes, turned_strokes = strip.mask & ~upright_band.T, turned & ~level_band.T
    for line, thick in along:
        cover |= erased(strip.mask, line, thick, strokes)
    turned_cover = np.zeros_like(turned)
    tops = _tops(turned, uprights, strip) if strip.comb else [0] * len(uprights)
    for (line, thick), top in zip(across, tops, strict=True):
        turned_cover[:, top:] |= erased(turned, line, thick, turned_strokes)[:, top:]
    foot, end = strip.room + strip.height, strip.room + strip.width
    spans = [slice(max(top, strip.room), foot) for top in tops]
    over = _strokes(np.ascontiguousarray(strip.dark.T), turned, across, spans).T
    over = over | _strokes(strip.dark, strip.mask, along, [slice(strip.room, end)] * len(along))
    return np.asarray((cover | turned_cover.T) & ~over, np.uint8)


def _strokes(dark: Ink, mask: Mask, lines: list[tuple[Profile, float]], spans: list[slice]) -> Mask:
    """Mark the ink on level lines, each there in some columns, that is far darker than they are: a stroke lies over."""
    height, columns = len(dark), np.arange(dark.shape[1])
    found = np.zeros_like(mask)
    for (line, thick), span in zip(lines, spans, strict=True):
        reach = int(np.ceil(thick / 2)) + 4
        where = np.clip(np.rint(line).astype(int) + np.arange(-reach, reach + 1)[:, None], 0, height - 1)
        near = dark[where, columns]
        usual = quantile(near[reach - 2 : reach + 3, span].max(axis=0), FREE)
        darker = (near > OVER * max(usual, 1.0)).astype(np.uint8)
        solid = cv2.morphologyEx(darker, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        edged = np.asarray(cv2.dilate(solid, np.ones((3, 3), np.uint8)), np.uint8)
        found[where, columns] |= edged & mask[where, columns]
    return found


def _tops(turned: Mask, teeth: list[Profile], strip: Strip) -> list[int]:
    """Give the row where each tooth of a comb begins; what is above is no line. Those between two boxes are alike."""
    foot, gap = strip.room + strip.height, max(2, round(GAP * strip.height))
    tops = []
    for tooth in teeth:
        columns = np.clip(np.rint(tooth[:foot]).astype(int)[:, None] + np.arange(-2, 3), 0, len(turned) - 1)
        inked = np.append(np.flatnonzero((turned[columns, np.arange(foot)[:, None]] > 0).any(axis=1)), foot)
        breaks = np.flatnonzero(np.diff(inked) > gap)
        tops.append(int(inked[breaks[-1] + 1 if len(breaks) else 0]))
    usual = quantile(np.array(tops[1:-1] or tops), 0.4)
    outer = {0, len(tops) - 1}
    return [max(0, round((min(top, usual) if at in outer else usual) - gap)) for at, top in enumerate(tops)]


def _bands(shape: tuple[int, ...], lines: list[tuple[Profile, float]]) -> Mask:
    """Mark where level lines run, and a pixel or two around them."""
    band: Mask = np.zeros((shape[0], shape[1]), np.uint8)
    columns = np.arange(shape[1])
    for line, thick in lines:
        reach = int(thick / 2 + 2) + 1
        rows = np.rint(line)[None].astype(int) + np.arange(-reach, reach + 1)[:, None]
        marked = (np.abs(rows - line[None]) <= thick / 2 + 2) & (rows >= 0) & (rows < shape[0])
        band[rows[marked], np.broadcast_to(columns[None], rows.shape)[marked]] = 1
    return band


def _traced(mask: Mask, rows: Profile, strip: Strip) -> Profile:
    """Follow a level line piece by piece, as far as it strays from where it is expected."""
    width = mask.shape[1]
    reach = max(3, round(STRAY * strip.height))
    starts = np.linspace(0, width, max(2, round(width / (0.6 * strip.height))) + 1).astype(int)
    seen = np.add.reduceat(around(mask, rows, reach), starts[:-1], axis=1, dtype=np.intp)
    shares = seen / np.diff(starts)
    most = shares.max(axis=0)
    on_line = shares >= 0.85 * most
    strays = (np.arange(-reach, reach + 1)[:, None] * on_line).sum(axis=0) / on_line.sum(axis=0)
    centres, strays = ((starts[:-1] + starts[1:]) / 2)[most >= 0.6], strays[most >= 0.6]
    if not len(strays):
        return rows
    usual = quantile(strays, 0.5)
    near = np.abs(strays - usual) <= max(2.0, reach / 2)
    if not near.any():
        return rows + usual
    return np.asarray(rows + np.interp(np.arange(width), centres[near], strays[near]), np.float64)


def _thickness(mask: Mask, rows: Profile, strip: Strip) -> float:
    """Measure how thick a level line is: the usual run of ink through its middle."""
    reach = max(4, round(0.12 * strip.height))
    seen = around(mask, rows, reach)
    depth = seen.sum(axis=0)[seen[reach - 1 : reach + 2].any(axis=0)]
    return quantile(depth, 0.5) if len(depth) else 1.0


def cells_of(row: Ruled, floor: int) -> list[Cell]:
    """Give what is written in each box of a strip.

    Args:
        row: The strip, its lines taken away.
        floor: The darkness from which on there is ink.
    """
    strip = row.strip
    bounds = np.array(row.bounds) + strip.room
    boxes = len(bounds) - 1
    owner = _owners(row, bounds, boxes)
    cells = []
    for box in range(boxes):
        ink, fill = _written(strip, owner == box + 1, floor)
        cells.append(Cell(ink, _quad(row, row.bounds[box], row.bounds[box + 1]), fill))
    return cells


def _quad(row: Ruled, left: float, right: float) -> tuple[tuple[float, float], ...]:
    half = row.lean * row.strip.height / 2
    places = ((left - half, 0), (right - half, 0), (right + half, row.strip.height), (left + half, row.strip.height))
    return tuple(row.strip.on_page(column, down) for column, down in places)


def _owners(row: Ruled, bounds: "np.ndarray[tuple[int], np.dtype[np.float64]]", boxes: int) -> Mask:
    """Say for each pixel of ink in which box it is written: 1 for the first, 0 for none."""
    strip, rest = row.strip, row.rest
    height, width = rest.shape
    leaning = bounds + row.lean * (np.arange(height)[:, None] - strip.room - strip.height / 2)
    begins = np.clip(np.floor(leaning).astype(int) + 1, 0, width)
    steps = np.zeros((height, width + 1), np.int8)
    np.add.at(steps, (np.arange(height)[:, None], begins), [*[1] * boxes, -boxes])
    place = np.cumsum(steps, axis=1, dtype=np.int8)
    count, labels, stats, centres = connected_components(rest)
    owner, away = np.zeros_like(rest), _from_lines(bounds, strip)
    top, bottom = strip.room, strip.room + strip.height
    pitch = float(np.median(np.diff(bounds)))
    for piece in range(1, count):
        x, y, wide, tall, area = (int(value) for value in stats[piece])
        if max(wide, tall) < SPECK * strip.height:
            continue
        if not top - 0.05 * strip.height <= centres[piece][1] <= bottom + 0.05 * strip.height:
            continue
        part = labels[y : y + tall, x : x + wide] == piece
        inside = place[y : y + tall, x : x + wide]
        counts = np.bincount(inside[part], minlength=boxes + 1)
        most = int(counts.argmax())
        if _is_remnant(away[y : y + tall, x : x + wide][part], strip):
            continue
        part_of = owner[y : y + tall, x : x + wide]
        least = NARROW_BELONGS if wide <= pitch else BELONGS
        part_of[part] = most if counts[most] >= least * area else inside[part]
    return owner


def _from_lines(bounds: Profile, strip: Strip) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Give how far each pixel of a strip is inside of the nearest line; of a comb only the level one counts."""
    rows, columns = (np.arange(side) for side in strip.mask.shape)
    above, below = rows - strip.room, strip.room + strip.height - rows
    beside = np.abs(bounds[:, None] - columns).min(axis=0)
    if strip.comb:
        above, beside = below, np.full(len(columns), float(strip.height))
    return np.asarray(np.minimum(np.minimum(above, below)[:, None], beside), np.float64)


def _is_remnant(away: Profile, strip: Strip) -> bool:
    """Say whether a piece is what is left of a line: beside one, and hardly any of it in the middle of a box."""
    if away.min() > 0.09 * strip.height:
        return False
    return float((away >= CORE * strip.height).mean()) < 0.2


def _written(
    strip: Strip, where: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", floor: int
) -> tuple[Ink | None, int]:
    left, top, wide, tall = cv2.boundingRect(where.astype(np.uint8))
    if max(wide, tall) < EMPTY * strip.height:
        return None, 0
    part = where[top : top + tall, left : left + wide]
    dark = strip.dark[top : top + tall, left : left + wide]
    return level_ink(dark, part.astype(np.uint8), floor)


def level_ink(dark: Ink, mask: Mask, floor: int) -> tuple[Ink | None, int]:
    """Bring the ink of one thing that is written to full strength.

    Args:
        dark: How dark each pixel is.
        mask: Which of them belong to it.
        floor: The darkness from which on there is ink.

    Returns:
        The ink, 255 as dark as it usually is, and that darkness; None and 0 where it is too faint to be ink.
    """
    values = dark[mask > 0]
    if not len(values):
        return None, 0
    full = quantile(values, 0.8)
    if full < 1.25 * floor:
        return None, 0
    base = min(floor / 2, full / 4)
    strength = np.clip((dark.astype(np.float32) - base) * (255 / (full - base)), 0, 255)
    return np.where(mask > 0, strength, 0).astype(np.uint8), round(full)

"""The lines of a row of boxes traced and erased; the strokes that cross them stay whole."""

from itertools import pairwise

import cv2
import numpy as np

from tenfold.page.boxes import BoxRow
from tenfold.page.rulings import Places
from tenfold.page.strips import Strip
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, quantile

__all__ = ["PEN", "erased", "without_lines"]

PEN = 0.8
"""Quantile of the darkness of a pen's pixels that counts as the pen's: the lighter ones are edges of strokes."""

INSIDE = 0.14
"""Distance from its lines at which the pen of a box is measured, in heights of the box."""

LEAST_PEN = 20
"""Pixels of ink that show how dark a pen is, at least."""

EDGE = 0.42
"""A stroke's edge is where it is this dark, in darknesses of its pen: about half."""

STRAY = 0.1
"""How far a line strays from where it is expected, at most, in heights of the box."""

SOFT = 0.5
"""Pixels beside a line that are erased with it where a stroke begins there, elsewhere two; docs/log.md, "Numbers on
pages": strokes that begin at a line keep what is beside it."""

OVER = 1.3
"""Ink on a line is a stroke over it where it is this dark, in darknesses of the line; docs/log.md, "Numbers on pages":
whole numbers in boxes 92.6 → 94.3%."""

FREE = 0.25
"""Share of a line that no stroke lies over, at least: the line's own darkness is measured there."""

GAP = 0.04
"""Gap in its ink that ends a tooth of a comb, in heights of the comb; docs/log.md, "Numbers on pages": teeth of combs
taken away up to their tops only."""


def without_lines(row: BoxRow) -> Mask:
    """Mark the ink of a row of boxes that is no line, and as dark as the pen in its box writes."""
    mask = _written(row)
    return np.asarray(mask & ~_lines(row, mask), np.uint8)


def _written(row: BoxRow) -> Mask:
    """Mark the ink of each box that is about half as dark as the pen there, or more."""
    strip = row.strip
    inside = round(INSIDE * strip.height)
    rows = slice(strip.room + inside, strip.room + strip.height - inside)
    edges = [0, *(round(bound) + strip.room for bound in row.bounds[1:-1]), strip.mask.shape[1]]
    mask = strip.mask.copy()
    for left, right in pairwise(edges):
        part = slice(max(left, strip.room) + inside, min(right, strip.room + strip.width) - inside)
        pen = strip.dark[rows, part][strip.mask[rows, part] > 0]
        if len(pen) > LEAST_PEN:
            mask[:, left:right] &= strip.dark[:, left:right] >= EDGE * quantile(pen, PEN)
    return mask


def _lines(row: BoxRow, mask: Mask) -> Mask:
    """Mark the ink of all lines of a row of boxes, without the strokes that cross them."""
    strip, (height, width) = row.strip, mask.shape
    turned = np.ascontiguousarray(mask.T)
    foot, end = strip.room + strip.height, strip.room + strip.width
    verticals = [_traced(turned, columns, strip.height) for columns in row.columns(np.arange(height))]
    levels = [
        _traced(mask, np.full(width, float(edge)), strip.height)
        for edge in ((foot,) if strip.comb else (strip.room, foot))
    ]
    across = [(line, _thickness(turned, line, strip.height)) for line in verticals]
    along = [(line, _thickness(mask, line, strip.height)) for line in levels]
    vertical_bands, level_bands = _bands(turned.shape, across), _bands(mask.shape, along)
    cover = vertical_bands.T & level_bands
    strokes, turned_strokes = mask & ~vertical_bands.T, turned & ~level_bands.T
    for line, thick in along:
        cover |= erased(mask, line, thick, strokes)
    turned_cover = np.zeros_like(turned)
    tops = _tops(turned, verticals, strip) if strip.comb else [0] * len(verticals)
    for (line, thick), top in zip(across, tops, strict=True):
        turned_cover[:, top:] |= erased(turned, line, thick, turned_strokes)[:, top:]
    spans = [slice(max(top, strip.room), foot) for top in tops]
    over = _strokes(np.ascontiguousarray(strip.dark.T), turned, across, spans).T
    over = over | _strokes(strip.dark, mask, along, [slice(strip.room, end)] * len(along))
    return np.asarray((cover | turned_cover.T) & ~over, np.uint8)


def _around(mask: Mask, rows: Places, reach: int) -> Mask:
    """Give the ink within reach of a level line, above and below it: `uint8 (2 * reach + 1, columns)`."""
    height, width = mask.shape
    where = np.rint(rows).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
    seen = np.take(mask, np.clip(where, 0, height - 1) * width + np.arange(width))
    return np.asarray(seen * ((where >= 0) & (where < height)), np.uint8)


def _traced(mask: Mask, rows: Places, tall: int) -> Places:
    """Follow a level line piece by piece, as far as it strays from where it is expected in boxes `tall` pixels high."""
    width = mask.shape[1]
    reach = max(3, round(STRAY * tall))
    starts = np.linspace(0, width, max(2, round(width / (0.6 * tall))) + 1).astype(int)
    seen = np.add.reduceat(_around(mask, rows, reach), starts[:-1], axis=1, dtype=np.intp)
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


def _thickness(mask: Mask, rows: Places, tall: int) -> float:
    """Measure how thick a level line is: the usual run of ink through its middle."""
    reach = max(4, round(0.12 * tall))
    seen = _around(mask, rows, reach)
    depth = seen.sum(axis=0)[seen[reach - 1 : reach + 2].any(axis=0)]
    return quantile(depth, 0.5) if len(depth) else 1.0


def _bands(shape: tuple[int, ...], lines: list[tuple[Places, float]]) -> Mask:
    """Mark where level lines run, and a pixel or two around them."""
    band: Mask = np.zeros((shape[0], shape[1]), np.uint8)
    columns = np.arange(shape[1])
    for line, thick in lines:
        reach = int(thick / 2 + 2) + 1
        rows = np.rint(line)[None].astype(int) + np.arange(-reach, reach + 1)[:, None]
        marked = (np.abs(rows - line[None]) <= thick / 2 + 2) & (rows >= 0) & (rows < shape[0])
        band[rows[marked], np.broadcast_to(columns[None], rows.shape)[marked]] = 1
    return band


def erased(mask: Mask, rows: Places, thick: float, strokes: Mask) -> Mask:
    """Mark the ink of a level line, without the strokes that cross it.

    Args:
        mask: Where the ink is.
        rows: The line's row in every column.
        thick: Its thickness in pixels.
        strokes: Which of the ink may be strokes that cross the line: what is on no other line.

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


def _strokes(dark: Ink, mask: Mask, lines: list[tuple[Places, float]], spans: list[slice]) -> Mask:
    """Mark the ink on level lines that is far darker than they are: a stroke lies over it.

    A span says which columns a line is there in.
    """
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


def _tops(turned: Mask, teeth: list[Places], strip: Strip) -> list[int]:
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

"""Free rows of digits: found among rules and print, and cut out grey for a line recogniser."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT, Line
from tenfold.page.line import leaning, line_of, wider, width_of_line, written_rows
from tenfold.page.paper import Paper, even_out, without_grain
from tenfold.page.quads import Quad, height_of, lies_in, width_of
from tenfold.page.rulings import LARGE, SMALLEST_DIGIT, tilt, without_rules
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, connected_components, mask_of

__all__ = ["SHOW_THROUGH", "FreeRow", "find_free", "whole_row"]

SHOW_THROUGH = 0.3
"""What is fainter than this, in darknesses of the usual pen, is no writing: patterns, rules, the page behind."""

STEEPEST = 15.0
"""Greatest tilt of a page that is looked for, in degrees."""

NEAR = 0.9
"""Largest gap between digits of one number, in heights of the higher one."""

LEVEL = 0.35
"""What neighbours share of the lower one's height, at least."""

ALIKE = 0.3
"""Height of the lower of two neighbours, at least, in heights of the higher one."""

PAIRS = 1_000_000
"""Pairs of components that are compared at a time."""

DIGIT_ROWS = 27
"""Height of the digits of a page's row in its line, in pixels: about half of what the line recogniser learned from, so
that a comma below and a stroke above are in view."""

MARGIN = 0.35
"""What a line shows of the page before and behind a row, in heights of a digit."""

LIKE = (0.7, 1.35)
"""Heights of components that are as high as one another: least and most, in heights of one of them."""

TALLER, THIN = 1.9, 0.35
"""What is higher than this, in heights of its row, and narrower than this, in its heights, is a vertical line."""

FINE = 0.04
"""Width of a vertical line of a table, at most, in its heights: digits are not so fine, and lines have no commas."""

MARK = 0.4
"""Height of a comma or a dash that stands alone beside digits, at most, in heights of a digit; docs/log.md, "Numbers
cut out of their page": a lone comma joins its row."""

TOUCHING, CUT, LEFT_OVER = 0.3, 2, 0.03
"""TOUCHING: nearer to one another than this, in heights of a row, signs are of one word. CUT: ink of words as near as
this above or below, in pixels, is of the same sign. LEFT_OVER: with more ink of words there than this share of its own,
a row is what was left of one."""

BESIDE, EDGE = 0.4, 0.8
"""BESIDE: width of the paper looked at on both sides of a row, in heights of the row. EDGE: where one side is darker
than this share of the other, the row may be the paper's edge."""

NARROW, STROKE = 0.5, 0.75
"""NARROW: largest width of the paper's edge, in its heights. STROKE: ink darker than this share of the darker side is a
stroke, not the paper's edge; docs/log.md, "Numbers cut out of their page": strokes beside a shadow are no edge of the
paper."""

SIXTH, COPY = 6, 600
"""SIXTH: writing higher than this part of a page is looked for on its copy. COPY: rows of that copy."""

MOST = 200
"""Most rows of a page; the highest are kept."""

Stats = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""`int32 (n, 5)`: left, top, width, height and area of connected components."""

Group = np.ndarray[tuple[int], np.dtype[np.intp]]
"""`intp (n,)`: which connected components make up a row."""


@dataclass(frozen=True, eq=False)
class FreeRow:
    """A row of ink that may be a number.

    Attributes:
        dark: `uint8 (height, width)`: the row and what is around it, as `Paper.dark`.
        grey: The same as the page has it.
        quad: The row's corners on the page.
        ends: The first and the last column of its line that lie inside the quad.
        alone: Whether it is a picture of one number, not a row of a page.
    """

    dark: Ink
    grey: Grey
    quad: Quad
    ends: tuple[float, float]
    alone: bool = False

    @cached_property
    def line(self) -> Line:
        """The row and what is around it as a line recogniser is given it, `uint8 (48, width)`."""
        return line_of(self.dark)

    def looked_at_again(self) -> tuple[Line, ...]:
        """Give other views of the line, for where it is not surely read: wider, and leaning to the left."""
        return line_of(wider(self.dark)), line_of(leaning(self.dark))

    def part(self, first: float, last: float) -> Quad:
        """Give the corners on the page of what lies between two columns of the line."""
        left, right = self.ends
        corners = np.array(self.quad)
        shares = np.clip((np.array([first, last, last, first]) - left) / max(right - left, 1e-6), 0, 1)[:, None]
        sides = corners[[0, 0, 3, 3]], corners[[1, 1, 2, 2]]
        return tuple((float(x), float(y)) for x, y in sides[0] + (sides[1] - sides[0]) * shares)

    def between(self, first: int, last: int) -> "FreeRow":
        """Give the row between two columns of its line."""
        share = self.dark.shape[1] / width_of_line(self.dark)
        seen = slice(round(first * share), round(last * share))
        left, right = max(first, self.ends[0]), min(last, self.ends[1])
        ends = left - first, right - first
        return FreeRow(self.dark[:, seen], self.grey[:, seen], self.part(left, right), ends, self.alone)


def whole_row(page: Grey, paper: Paper) -> FreeRow:
    """Give a picture of one number as a row, from its left to its right edge; arguments as for `find_free`."""
    rows = written_rows(paper)
    dark, left, right = paper.dark[rows], 0.0, float(page.shape[1])
    top, bottom = float(rows.start), float(rows.stop)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return FreeRow(dark, page[rows], corners, (0.0, float(width_of_line(dark))), alone=True)


def find_free(page: Grey, paper: Paper) -> list[FreeRow]:
    """Find rows of ink that may be numbers, on paper without boxes.

    Args:
        page: `uint8 (height, width)`, upright within 15 degrees.
        paper: The same with its light divided out.

    Returns:
        The rows; most of what is on a page is no number, which a line recogniser sees. Writing higher than a sixth of
        the page is looked for on a smaller copy, where its strokes are not as long as rules.
    """
    rows, height = _find(page, paper), page.shape[0]
    if height < LARGE or not _has_large(paper.mask):
        return rows
    copy = _small_copy(page)
    scaled = (_scaled(row, height / copy.shape[0]) for row in _find(copy, even_out(copy)))
    large = [row for row in scaled if height_of(row.quad) > height / SIXTH]
    return [*large, *(row for row in rows if not any(lies_in(row.quad, other.quad) for other in large))]


def _has_large(mask: Mask) -> bool:
    """Say whether there is ink of a page's height that may be large writing."""
    _, _, stats, _ = connected_components(_small_copy(mask))
    return bool((stats[1:, 3] > COPY / SIXTH).any())


def _small_copy(page: Grey) -> Grey:
    """Make a page smaller, `COPY` high; one as thin as a line keeps a pixel of its width."""
    height, width = page.shape
    size = max(round(width * COPY / height), 1), COPY
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaled(row: FreeRow, scale: float) -> FreeRow:
    return replace(row, quad=tuple((scale * x, scale * y) for x, y in row.quad))


def _find(page: Grey, paper: Paper) -> list[FreeRow]:
    """Find rows on a page at its size; a large page's largest ink is left out."""
    level, dark, (seen, floor) = page, paper.dark, without_grain(paper)
    words = np.zeros_like(dark) if paper.words is None else paper.words
    inked = seen[(seen >= floor) & (words == 0)]
    if not len(inked):
        return []
    edge = max(floor, round(SHOW_THROUGH * float(np.percentile(inked, 90))))
    mask, of_words = _ink(seen, edge, words)
    angle = tilt(mask, steepest=STEEPEST) if _is_long(mask) else 0.0
    height, width = dark.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    if angle:
        dark, seen, words, level = (
            np.asarray(cv2.warpAffine(each, turn, (width, height)), np.uint8) for each in (dark, seen, words, page)
        )
        mask, of_words = _ink(seen, edge, words)
    _, _, stats, _ = connected_components(without_rules(mask))
    back = np.asarray(cv2.invertAffineTransform(turn), np.float64)
    groups = [group for group in _groups(stats, mask.shape) if not _is_of_a_word(stats[group], mask, of_words)]
    rows = (_row(dark, level, group, stats, back) for group in groups)
    found = [row for row in rows if not _is_edge(page, row.quad)]
    return sorted(found, key=lambda row: -height_of(row.quad))[:MOST]


def _ink(seen: Ink, edge: int, words: Mask) -> tuple[Mask, Mask]:
    """Give where there is ink that may be of numbers, and where there is ink of words."""
    ink = mask_of(seen, edge - 1)
    return np.asarray(ink & (1 - words), np.uint8), np.asarray(ink & words, np.uint8)


def _is_of_a_word(stats: Stats, mask: Mask, of_words: Mask) -> bool:
    """Say whether a row is what was left of a word: in its place and right beside it there is ink of words."""
    (left, top), (right, bottom) = stats[:, :2].min(axis=0), (stats[:, :2] + stats[:, 2:4]).max(axis=0)
    beside = round(TOUCHING * (bottom - top))
    place = slice(max(0, top - CUT), bottom + CUT), slice(max(0, left - beside), right + beside)
    return int(of_words[place].sum()) > LEFT_OVER * int(mask[place].sum())


def _is_long(mask: Mask) -> bool:
    """Say whether a component is as wide as a rule or a long row: a single digit shows no tilt."""
    if cv2.connectedComponents(mask, connectivity=8)[0] > 60:
        return True
    wide, tall = connected_components(mask)[2][1:, 2:4].T
    return bool(((wide > 0.5 * mask.shape[1]) & (wide > 2 * tall)).any())


def _groups(stats: Stats, shape: tuple[int, ...]) -> list[Group]:
    """Group connected components into rows: side by side, and on a level; from top to bottom by their first ones."""
    height, width = shape
    sized = (stats[:, 3] >= SMALLEST_DIGIT) & (stats[:, 2] <= 0.9 * width) & (stats[:, 4] >= 12)
    if height >= LARGE:
        sized &= stats[:, 3] <= height / SIXTH
    sized[0] = False
    large = np.flatnonzero(sized)
    if not len(large):
        return []
    names = _connected(len(large), *_linked(stats[large].astype(np.float64)))
    groups = [large[names == name] for name in range(names.max() + 1)]
    small = np.setdiff1d(np.flatnonzero((stats[:, 4] >= 4) & (stats[:, 2] <= width / 2)), np.append(large, 0))
    alone = np.array([group[0] for group in groups if len(group) == 1], np.intp)
    found, marks = [], set()
    for group in sorted(groups, key=len, reverse=True):
        if group[0] in marks:
            continue
        top, bottom = stats[group, 1].min(), (stats[group, 1] + stats[group, 3]).max()
        left, right = stats[group, 0].min(), (stats[group, 0] + stats[group, 2]).max()
        if (stats[group, 2] <= FINE * stats[group, 3]).all():
            continue
        low = alone[stats[alone, 3] < MARK * np.median(stats[group, 3])]
        loose = small if len(group) == 1 else np.append(small, low)
        inside = (stats[loose, 0] >= left - 2) & (stats[loose, 0] + stats[loose, 2] <= right + 0.6 * (bottom - top))
        middle = stats[loose, 1] + stats[loose, 3] / 2
        inside &= (middle >= top - 0.15 * (bottom - top)) & (middle <= bottom + 0.15 * (bottom - top))
        marks.update(loose[inside].tolist())
        found.append(np.concatenate([group, loose[inside]]))
    return sorted(found, key=lambda group: int(stats[group, 1].min()))


def _linked(stats: "np.ndarray") -> tuple[Group, Group]:
    """Find the pairs of components that are neighbours in a row: the places of the one and of the other.

    Whatever is on a page, only what lies near one another from left to right is compared, `PAIRS` pairs at a time.
    """
    order = np.argsort(stats[:, 0], kind="stable")
    x0, y0, wide, tall = stats[order, :4].T
    x1, y1 = x0 + wide, y0 + tall
    ends = np.searchsorted(x0, x1 + NEAR / ALIKE * tall, side="right")
    counts = np.maximum(ends - np.arange(1, len(x0) + 1), 0)
    chunks = np.cumsum(counts) // PAIRS
    found: list[tuple[Group, Group]] = []
    for part in np.split(np.arange(len(x0)), np.flatnonzero(np.diff(chunks)) + 1):
        one = np.repeat(part, counts[part])
        other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(counts[part]) - counts[part], counts[part])
        shared = np.minimum(y1[one], y1[other]) - np.maximum(y0[one], y0[other])
        lower, higher = np.minimum(tall[one], tall[other]), np.maximum(tall[one], tall[other])
        linked = (x0[other] - x1[one] <= NEAR * higher) & (shared >= LEVEL * lower) & (lower >= ALIKE * higher)
        found.append((order[one[linked]], order[other[linked]]))
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _connected(count: int, one: Group, other: Group) -> Group:
    """Name the groups that pairs of `count` things connect by whole numbers from 0."""
    least = np.arange(count)
    while True:
        before = least.copy()
        np.minimum.at(least, one, before[other])
        np.minimum.at(least, other, before[one])
        least = least[least]
        if np.array_equal(least, before):
            return np.unique(least, return_inverse=True)[1]


def _row(dark: Ink, page: Grey, group: Group, stats: Stats, back: "np.ndarray") -> FreeRow:
    """Take a row out of the level page with what is around it; `back` takes the level page to the page."""
    tall, middle = _usual(stats[group])
    group = group[(stats[group, 3] <= TALLER * tall) | (stats[group, 2] > THIN * stats[group, 3])]
    left, top = (int(side) for side in stats[group, :2].min(axis=0))
    right, bottom = (int(side) for side in (stats[group, :2] + stats[group, 2:4]).max(axis=0))
    corners = np.array([(left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)]) @ back.T
    half, margin = LINE_HEIGHT / DIGIT_ROWS * tall / 2, MARGIN * tall
    place = left - margin, middle - half, right + margin, middle + half
    seen, grey = _around(dark, place, cv2.BORDER_CONSTANT), _around(page, place, cv2.BORDER_REPLICATE)
    scale = width_of_line(seen) / (right - left + 2 * margin)
    ends = margin * scale, (margin + right - left) * scale
    quad = tuple((float(x), float(y)) for x, y in corners)
    return FreeRow(seen, grey, quad, ends)


def _around(page: Grey, place: tuple[float, float, float, float], border: int) -> Grey:
    """Cut a rectangle out of a page: its left, top, right and bottom; `border` says what is beyond the page."""
    height, width = page.shape
    left, top, right, bottom = (round(side) for side in place)
    inside = page[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    edges = max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)
    return np.asarray(cv2.copyMakeBorder(inside, *edges, border, value=0), np.uint8)


def _usual(stats: Stats) -> tuple[float, float]:
    """Give the height and the middle row that most of a row has in common, weighed by its ink."""
    wide, tall, middles = stats[:, 2], stats[:, 3].astype(np.float64), stats[:, 1] + stats[:, 3] / 2
    alike = (tall[None] > LIKE[0] * tall[:, None]) & (tall[None] < LIKE[1] * tall[:, None])
    weight = (alike * np.minimum(wide, 2 * tall)[None]).sum(axis=1) * tall
    usual = alike[int(weight.argmax())]
    return float(np.median(tall[usual])), float(np.median(middles[usual]))


def _is_edge(page: Grey, quad: Quad) -> bool:
    """Say whether a row is an edge of the paper: narrow, and between two sides that are not equally light.

    A stroke is darker than both, even where a shadow ends beside it.
    """
    tall = height_of(quad)
    if width_of(quad) > NARROW * tall:
        return False
    (left, top), (right, bottom) = np.array([np.min(quad, axis=0), np.max(quad, axis=0)]).astype(int).tolist()
    reach = max(3, round(BESIDE * tall))
    rows = slice(max(0, top), bottom + 1)
    sides = [page[rows, max(0, left - reach) : max(0, left)], page[rows, right + 1 : right + 1 + reach]]
    if not all(side.size for side in sides):
        return True
    darker, lighter = sorted(float(np.median(side)) for side in sides)
    stroke = float(np.median(page[rows, max(0, left) : right + 1].min(axis=1)))
    return darker < EDGE * lighter and stroke > STROKE * darker

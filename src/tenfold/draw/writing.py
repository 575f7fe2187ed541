"""Numbers written in one hand: glyphs set side by side on a line, near, apart, touching or joined."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.glyphs import GLYPH, Glyph
from tenfold.draw.layers import SUBPIXEL, Layer, Point, lay
from tenfold.draw.writers import Writer
from tenfold.picture.frame import Ink

__all__ = ["write"]

HEIGHT, FOOT = 3 * GLYPH, 2 * GLYPH
"""Height of the canvas, in pixels, and the row of it that digits stand on: room for slopes on both sides."""

START = 40.0
"""Column of the canvas that the first glyph begins in."""

WIDE = 100
"""Columns of the canvas for each sign; it grows where more are needed."""

STROKE = 90
"""Ink, of 255, above which a pixel is part of a stroke where the gap between glyphs is measured."""

SEEN = 40
"""Ink, of 255, above which a pixel is not cut off around a number."""

NOWHERE = -1e9
"""Right edge of the ink in a row of pixels that has none."""

BACK, REACH = 4, 9
"""How much the right edge of the ink falls back with each glyph, in pixels, and over how many rows it is felt: a glyph
may reach under or over the one before it, and does not creep into it."""

OVERLAP = 0.4
"""How far a glyph goes back over what is written, at most, in its widths."""

CENTS = (0.12, 0.62, 0.38, 0.7)
"""Share of the numbers with two places whose places are written small, their size, how far they are raised, in heights
of a digit, and the share of those that are raised."""

SMALL_ZERO = 0.8
"""Size of a zero that is joined to its neighbours: a row of them is a wave of small loops."""

JOINED = (0.12, 0.7)
"""Share of the numbers that are written without lifting the pen much, and the share of their digits that are joined."""

COUNTERS, BAR = 0.1, 3
"""Share of the numbers set by machines that have bars between their signs, and the width of a bar, in pixels."""

NEAR = 0.9
"""Length of a stroke that joins two digits, at most, in heights of a digit."""


def write(text: str, writer: Writer, rng: Generator) -> Layer:
    """Write a number.

    Args:
        text: Digits, spaces and signs of `tenfold.draw.glyphs.SIGNS`, at least one that is no space.
        writer: Who writes.
        rng: Decides everything.

    Returns:
        `float32 (height, width)`, 0 paper, 255 ink, digits about 64 pixels high, cropped to what is written.
    """
    line = _Line(len(text), writer, _Style.set(rng) if writer.sets else _Style.choose(rng), rng)
    cents = len(text) if writer.sets else _begin_of_cents(text, rng)
    for place, sign in enumerate(text):
        if sign == " ":
            line.skip()
        else:
            line.write(sign, cents=place >= cents)
    return line.written()


def _begin_of_cents(text: str, rng: Generator) -> int:
    """Give the place from which on digits are small; for most numbers that is behind the last."""
    has_cents = len(text) > 4 and text[-3] in {",", ".", "-"}
    return len(text) - 2 if has_cents and rng.random() < CENTS[0] else len(text)


@dataclass(frozen=True)
class _Style:
    """How a number is written, lengths in pixels of a glyph. Its ranges were chosen beside pictures of real numbers.

    Attributes:
        gap: Mean gap between the ink of two signs; below 0 they touch or overlap.
        spread: Standard deviation of the gap.
        uneven: Standard deviation of the logarithm of a digit's size.
        wave: Standard deviation of how far a sign stands above or below the line.
        slope: How far the line falls for each pixel to the right.
        space: What a space leaves free.
        joined: Share of the digits that are joined to the one before.
        bars: Ink of the bars between signs, as between the rollers of a counter; 0 for none.
    """

    gap: float
    spread: float
    uneven: float
    wave: float
    slope: float
    space: float
    joined: float
    bars: float = 0.0

    @classmethod
    def choose(cls, rng: Generator) -> "_Style":
        """Choose a style: a third of them tight, half of them loose, the others wide."""
        kind = rng.random()
        gap = rng.uniform(-9, 3) if kind < 0.33 else rng.uniform(2, 18) if kind < 0.85 else rng.uniform(16, 46)
        return cls(
            gap=gap,
            spread=3.0 + 0.12 * abs(gap),
            uneven=rng.uniform(0.02, 0.13),
            wave=rng.uniform(0.5, 4.5),
            slope=rng.normal(0, 0.035),
            space=max(gap, 4) + rng.uniform(24, 60),
            joined=JOINED[1] if rng.random() < JOINED[0] else 0.0,
        )

    @classmethod
    def set(cls, rng: Generator) -> "_Style":
        """Choose how a machine sets signs: level, alike, and in seven of ten numbers no further apart than designed."""
        gap = rng.choice([0.0, rng.uniform(0, 10), rng.uniform(10, 70)], p=(0.7, 0.15, 0.15))
        bars = 255 * float(rng.uniform(0.1, 1.0)) if rng.random() < COUNTERS else 0.0
        gap = max(float(gap), 8.0) if bars else float(gap)
        return cls(gap, 0.0, 0.0, 0.0, 0.0, gap + rng.uniform(16, 45), 0.0, bars)


class _Line:
    """A line that is written from left to right.

    Args:
        signs: How many signs will be written.
        writer: Who writes.
        style: How.
        rng: Decides everything.
    """

    def __init__(self, signs: int, writer: Writer, style: _Style, rng: Generator) -> None:
        self.canvas: Layer = np.zeros((HEIGHT, 200 + WIDE * signs), np.float32)
        self.edge = np.full(HEIGHT, NOWHERE)  # for each row the right edge of its ink, a little smoothed
        self.writer, self.style, self.rng = writer, style, rng
        self.x, self.gap = START, 0.0
        self.lifted: Point | None = None  # where the pen left the last sign, if it is known

    def skip(self) -> None:
        """Leave a space."""
        self.x += self.style.space
        self.lifted = None
        self.edge = np.maximum(self.edge, self.x)

    def write(self, sign: str, *, cents: bool) -> None:
        """Write a digit or a sign behind what is written; cents are small and raised."""
        rng, style = self.rng, self.style
        glyph = self.writer.glyph(sign, rng)
        size = self._size(sign) * (CENTS[1] if cents else 1.0)
        raised = CENTS[2] * GLYPH * (rng.random() < CENTS[3]) if cents else 0.0
        ink = _resized(glyph.ink, size)
        foot = FOOT - raised + style.slope * self.x + rng.normal(0, style.wave)
        top = int(np.clip(round(foot - (GLYPH - glyph.top) * size), 0, HEIGHT - 2))
        ink = ink[: HEIGHT - top]
        if glyph.room is None:
            left = self._lay(ink, top, self._beside(ink, top))
        else:
            left = self._lay(ink, top, round(self.x + self.gap - size * glyph.room[0]))
            self._bar(left + size * glyph.room[1] + style.gap / 2)
        self._follow_pen(glyph, size, left, top, joined=sign.isdigit())
        self.x = left + (ink.shape[1] if glyph.room is None else size * glyph.room[1])
        self.gap = rng.normal(style.gap, style.spread)
        if not sign.isdigit() and glyph.room is None:
            self.gap = max(self.gap, rng.uniform(-2, 10))

    def written(self) -> Layer:
        """Give what is written, without paper around, at least 2×2 pixels."""
        left, top, width, height = cv2.boundingRect((self.canvas > SEEN).astype(np.uint8))
        return self.canvas[top : top + max(2, height), left : left + max(2, width)]

    def _size(self, sign: str) -> float:
        if not sign.isdigit():
            return 1.0
        size = float(np.exp(self.rng.normal(0, self.style.uneven)))
        return size * SMALL_ZERO if sign == "0" and self.style.joined else size

    def _beside(self, ink: Ink, top: int) -> int:
        """Give the column in which a glyph begins, its ink at the style's gap behind the ink before it."""
        stroke = ink > STROKE
        starts = np.where(stroke.any(axis=1), stroke.argmax(axis=1), -NOWHERE)
        touching = float((self.edge[top : top + len(ink)] - starts).max())  # where its ink lies on the last ink
        return round(START if self.x == START else max(touching + self.gap, self.x - OVERLAP * ink.shape[1]))

    def _lay(self, ink: Ink, top: int, left: int) -> int:
        """Lay a glyph's ink down in a column, and give it."""
        left, width = max(0, left), ink.shape[1]
        missing = left + width + 8 - self.canvas.shape[1]
        if missing > 0:
            self.canvas = np.pad(self.canvas, ((0, 0), (0, missing + WIDE)))
        lay(self.canvas, ink, left, top)
        stroke, rows = ink > STROKE, slice(top, top + len(ink))
        ends = np.where(stroke.any(axis=1), width - 1 - stroke[:, ::-1].argmax(axis=1) + left, NOWHERE)
        self.edge -= BACK
        self.edge[rows] = np.maximum(self.edge[rows], ends)
        self.edge = cv2.dilate(self.edge.reshape(-1, 1), np.ones((REACH, 1))).ravel()
        return left

    def _bar(self, x: float) -> None:
        """Set a bar behind a sign, higher than digits."""
        if self.style.bars:
            ends = (round(x), round(FOOT - 1.25 * GLYPH)), (round(x), round(FOOT + 0.25 * GLYPH))
            cv2.line(self.canvas, *ends, self.style.bars, BAR, cv2.LINE_AA)

    def _follow_pen(self, glyph: Glyph, size: float, left: int, top: int, *, joined: bool) -> None:
        """Join a glyph to the one before, if the pen was not lifted, and remember where the pen is."""

        def place(point: Point) -> Point:
            return left + point[0] * size, top + (point[1] - glyph.top) * size

        if self.lifted and glyph.start and joined and self.rng.random() < self.style.joined:
            begin = place(glyph.start)
            if np.hypot(begin[0] - self.lifted[0], begin[1] - self.lifted[1]) < NEAR * GLYPH:
                self._join(self.lifted, begin)
        self.lifted = place(glyph.end) if glyph.end else None

    def _join(self, start: Point, end: Point) -> None:
        """Draw the stroke of a pen that was not lifted, hanging down a little."""
        middle = (start[0] + end[0]) / 2, max(start[1], end[1]) - 3
        path = np.rint(2**SUBPIXEL * np.array([start, middle, end])).astype(np.int32)
        cv2.polylines(self.canvas, [path], False, 255.0, max(1, round(self.writer.pen)), cv2.LINE_AA, SUBPIXEL)


def _resized(ink: Ink, size: float) -> Ink:
    """Make a glyph larger or smaller; by less than a fiftieth it is not worth it."""
    if abs(size - 1) <= 0.02:
        return ink
    method = cv2.INTER_AREA if size < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, None, fx=size, fy=size, interpolation=method), np.uint8)

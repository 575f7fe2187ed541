"""Signs as machines set them side by side: typefaces, and the seven segments of displays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.draw.glyphs import GLYPH, Glyph, Stroke, draw_strokes, sign_strokes

__all__ = ["PrintWriter", "SegmentWriter", "typeset"]

LEAST_SIZE = 20
"""Smallest size that a typeface is opened at, in pixels of its em square: some hold digits of no height at all."""

SEGMENTS: Mapping[str, str] = {
    **{"0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg", "6": "acdefg", "7": "abc"},
    **{"8": "abcdefg", "9": "abcdfg", "-": "g"},
}
"""Which segments of a display are lit for each sign: a above, then clockwise to f, g in the middle."""

WITHOUT: Mapping[str, str] = {"6": "cdefg", "7": "abcf", "9": "abcfg"}
"""How some displays show a 6 without its top, a 9 without its foot, and a 7 with its side."""

OTHERWISE = 0.3
"""Share of the displays that show those so."""


@dataclass(frozen=True)
class PrintWriter:
    """A machine that prints in one typeface.

    Attributes:
        pen: Width of its strokes, in pixels; signs beside the digits are set in the typeface too.
        wide: Width of its signs, 1 as they are designed.
        path: The font's file.
    """

    sets: ClassVar[bool] = True
    pen: float
    wide: float
    path: Path

    def glyph(self, sign: str, rng: Generator) -> Glyph:  # noqa: ARG002
        """Set a sign; no two of them differ."""
        glyph = typeset(str(self.path), sign)
        height, width = glyph.ink.shape
        ink = cv2.resize(glyph.ink, (max(2, round(self.wide * width)), height), interpolation=cv2.INTER_LINEAR)
        first, last = glyph.room or (0.0, 0.0)
        return Glyph(np.asarray(ink, np.uint8), glyph.top, room=(self.wide * first, self.wide * last))


@dataclass(frozen=True)
class SegmentWriter:
    """A display of seven segments.

    Attributes:
        pen: Width of a segment, in pixels.
        wide: Width of a digit, in heights.
        lean: How far it leans to the right, per unit of height.
        gap: What is dark between two segments, in heights of a digit.
        pitch: From one digit to the next, in heights.
        otherwise: True for a display that shows 6, 7 and 9 as in `WITHOUT`.
    """

    sets: ClassVar[bool] = True
    pen: float
    wide: float
    lean: float
    gap: float
    pitch: float
    otherwise: bool

    @classmethod
    def choose(cls, rng: Generator) -> "SegmentWriter":
        """Choose a display."""
        pen, wide = GLYPH * rng.uniform(0.06, 0.2), rng.uniform(0.38, 0.62)
        stroke = pen / GLYPH
        gap, pitch = (
            stroke / 2 + rng.uniform(0.0, 0.06),
            wide + stroke * rng.uniform(1.3, 2.5) + rng.uniform(0.03, 0.15),
        )
        return cls(pen, wide, max(0.0, rng.normal(0.05, 0.08)), gap, pitch, bool(rng.random() < OTHERWISE))

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Light a sign; a digit takes the room of all of its segments, and what has none is drawn as by hand."""
        if sign not in SEGMENTS:
            return draw_strokes(sign_strokes(sign, rng), self.pen)
        lit = WITHOUT.get(sign, SEGMENTS[sign]) if self.otherwise else SEGMENTS[sign]
        glyph = draw_strokes([self._leaning(self._segment(name)) for name in lit], self.pen)
        every = np.concatenate([self._leaning(self._segment(name)) for name in "abcdefg"])
        shown = np.concatenate([self._leaning(self._segment(name)) for name in lit])
        left = float(every[:, 0].min() - shown[:, 0].min()) * GLYPH
        return Glyph(glyph.ink, glyph.top, room=(left, left + self.pitch * GLYPH))

    def _segment(self, name: str) -> Stroke:
        """Give the two ends of a segment, in heights of a digit."""
        wide, gap = self.wide, self.gap
        ends = {
            "a": ((gap, 0), (wide - gap, 0)),
            "b": ((wide, gap), (wide, 0.5 - gap)),
            "c": ((wide, 0.5 + gap), (wide, 1 - gap)),
            "d": ((gap, 1), (wide - gap, 1)),
            "e": ((0, 0.5 + gap), (0, 1 - gap)),
            "f": ((0, gap), (0, 0.5 - gap)),
            "g": ((gap, 0.5), (wide - gap, 0.5)),
        }
        return np.array(ends[name])

    def _leaning(self, stroke: Stroke) -> Stroke:
        return np.asarray(stroke @ np.array([[1.0, 0.0], [-self.lean, 1.0]]))


@lru_cache(maxsize=8192)
def typeset(path: str, sign: str) -> Glyph:
    """Set a sign in a typeface, as large as makes its digits `GLYPH` pixels high.

    Args:
        path: The font's file.
        sign: One character.
    """
    font, digits_top = _open_font(path)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(sign))
    picture = Pillow.new("L", (max(2, right - left + 4), max(2, bottom - top + 4)))
    ImageDraw.Draw(picture).text((2 - left, 2 - top), sign, fill=255, font=font)
    begin = 2.0 - left
    return Glyph(np.asarray(picture, np.uint8), top - 2 - digits_top, room=(begin, begin + font.getlength(sign)))


@lru_cache(maxsize=1024)
def _open_font(path: str) -> tuple[ImageFont.FreeTypeFont, int]:
    """Open a font at the size at which its digits are `GLYPH` pixels high; and the row of their top."""
    font = ImageFont.truetype(path, 100)
    boxes = [font.getbbox(digit) for digit in "0123456789"]
    height = float(np.median([bottom - top for _, top, _, bottom in boxes]))
    font = ImageFont.truetype(path, max(LEAST_SIZE, round(100 * GLYPH / max(height, LEAST_SIZE))))
    return font, int(np.median([font.getbbox(digit)[1] for digit in "0123456789"]))

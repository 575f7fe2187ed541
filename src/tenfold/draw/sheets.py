"""What labelled pages are made with: glyphs of digits in any size, and a sheet to write and to print on."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.draw.fonts import FORM_FONTS, print_text
from tenfold.draw.layers import Layer, Point, draw_polyline, draw_segment, lay
from tenfold.page.quads import Quad
from tenfold.picture.decode import Grey
from tenfold.picture.frame import BOX

__all__ = ["INKED", "DigitGlyphs", "LabelledNumber", "LabelledPage", "Sheet", "choose_pen"]

SLASHED = 0.05
"""Share of zeros that are slashed."""

PENS = (0.22, 0.5)
"""Level of MNIST's ink, 0…1, at which a stroke ends: of the thickest pen and of the thinnest."""

INKED = 0.1
"""Least ink, 0…1, of a pixel that a glyph is not cut off before."""


@dataclass(frozen=True)
class LabelledNumber:
    """What is written in one place of a page.

    Attributes:
        text: The digits, `_` for an empty box.
        quad: The corners of the place, x and y in pixels, clockwise from the top left.
    """

    text: str
    quad: Quad


@dataclass(frozen=True, eq=False)
class LabelledPage:
    """A page and all numbers on it, from top to bottom.

    Attributes:
        grey: `uint8 (height, width)`, 0 black, 255 white.
        numbers: What is written on it.
        kind: One of `tenfold.draw.pages.PAGE_KINDS`.
    """

    grey: Grey
    numbers: tuple[LabelledNumber, ...]
    kind: str


def choose_pen(rng: Generator) -> float:
    """Choose a pen to write with, from thick to thin: an ink level of `PENS`."""
    return float(rng.uniform(*PENS))


class DigitGlyphs:
    """Digits to write pages with, from images of MNIST's kind.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0…9.
    """

    def __init__(self, images: Images, labels: Labels) -> None:
        self._images = [images[labels == digit] for digit in range(10)]

    def glyph(self, digit: int, height: float, pen: float, rng: Generator) -> Layer:
        """Give a digit's ink as a page shows it, 0…1, without paper around.

        Args:
            digit: 0…9.
            height: What the 20 pixels of MNIST's digits become, in pixels.
            pen: Ink level at which a stroke ends, see `choose_pen`.
            rng: Chooses the image.
        """
        images = self._images[digit]
        image = images[rng.integers(len(images))]
        left, top, width, tall = cv2.boundingRect(image)
        ink = np.pad(image[top : top + tall, left : left + width], 2).astype(np.float32) / 255
        scale = height / BOX
        large = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        large = cv2.GaussianBlur(large, (0, 0), max(0.25 * scale, 0.3))
        level = min(pen, 0.6 * float(large.max()))
        glyph: Layer = np.clip((large - level) * 1.5 * scale + 0.5, 0, 1).astype(np.float32)
        if digit == 0 and rng.random() < SLASHED:
            _slash(glyph, max(1, round(height / 14)))
        left, top, width, tall = cv2.boundingRect((glyph > INKED).astype(np.uint8))
        return glyph[top : top + tall, left : left + width]


def _slash(zero: Layer, thickness: int) -> None:
    height, width = zero.shape
    start, end = (width // 8, height - height // 8), (width - width // 8, height // 8)
    cv2.line(zero, start, end, 1.0, thickness, cv2.LINE_AA)


@dataclass
class Sheet:
    """A page in the making.

    Attributes:
        printed: Printed ink, 0…1.
        written: Written ink, 0…1.
        numbers: What is written where.
        rng: Decides everything.
    """

    printed: Layer
    written: Layer
    numbers: list[LabelledNumber]
    rng: Generator

    @classmethod
    def blank(cls, height: int, width: int, rng: Generator) -> "Sheet":
        """Take an empty sheet of a height and a width in pixels."""
        return cls(np.zeros((height, width), np.float32), np.zeros((height, width), np.float32), [], rng)

    def write(self, glyph: Layer, x: float, y: float) -> None:
        """Write a glyph with its top left corner at `x`, `y`; what lies outside is cut off."""
        lay(self.written, glyph, round(x), round(y))

    def write_stroke(self, points: "np.ndarray[Any, np.dtype[np.float64]]", thickness: float) -> None:
        """Write a pen's stroke through points, `float64 (n, 2)`, x and y in pixels."""
        draw_polyline(self.written, points, max(1, round(thickness)))

    def print_text(self, text: str, x: float, y: float, size: int) -> None:
        """Print a text in a form's font, its em square `size` pixels high, its origin at `x` and its ascent at `y`."""
        printed = print_text(text, str(self.rng.choice(FORM_FONTS)), size)
        before = max(0, -printed.left)  # what a font draws before the origin is cut off
        ink = np.asarray(printed.ink[:, before:] / np.float32(255), np.float32)
        lay(self.printed, ink, round(x) + printed.left + before, round(y) + printed.top)

    def print_rule(self, start: Point, end: Point, thickness: float, ink: float = 1.0) -> None:
        """Print a straight line, x and y in pixels; a thickness below a whole number makes it fainter."""
        whole = max(1, round(thickness))
        draw_segment(self.printed, start, end, whole, min(ink, ink * thickness / whole))

    def label(self, text: str, left: float, top: float, right: float, bottom: float) -> None:
        """Note what is written in an upright rectangle, in pixels."""
        self.numbers.append(LabelledNumber(text, ((left, top), (right, top), (right, bottom), (left, bottom))))

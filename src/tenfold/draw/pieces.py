"""Pieces of pages in which words, numbers and lines stand side by side, with what stands where, to learn to part them.

A piece is drawn at 200 dpi: paragraphs of print, rows of numbers and of words that people wrote, rows of boxes, tables,
rules and scribbles, then laid askew, any way up, and taken as a scanner or a camera does. Its truth is that of cells of
8×8 pixels, as `tenfold.page.ink_kinds` tells them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.draw.backgrounds import print_pattern
from tenfold.draw.camera import capture
from tenfold.draw.glyphs import GLYPH
from tenfold.draw.layers import Layer, draw_polyline, draw_segment, lay
from tenfold.draw.texts import choose_digits, choose_text, choose_words
from tenfold.draw.writers import Hands, Writer
from tenfold.draw.writing import write
from tenfold.page.ink_kinds import CELL, Kind
from tenfold.page.paper import even_out
from tenfold.picture.frame import Ink

__all__ = ["SIDE", "Piece", "draw_piece"]

SIDE = 384
"""Height and width of a piece, in pixels."""

DRAWN = 2 * SIDE
"""Height and width of the paper that it is drawn on."""

ZOOM = (0.35, 0.8)
"""How large it is taken: print of 10 points then has 10 to 22 pixels from one line to the next."""

TILT = (0.5, 3.0)
"""Standard deviations of the tilt of every second piece and of the others, in degrees."""

EMPTY, PATTERNED = 0.03, 0.25
"""Shares of the pieces on which nothing stands, and of those with a pattern under it."""

COLUMNS = 0.25
"""Share of the pieces that are set in two columns."""

SMALL, LARGE, HEADING = (15, 60), (60, 150), 0.15
"""Heights of the em square of print and of headings, in pixels, and the share of headings."""

NUMBERED: Mapping[float, float] = {0.0: 0.4, 0.03: 0.25, 0.12: 0.2, 0.4: 0.1, 1.0: 0.05}
"""Which part of a paragraph's words are numbers, and the share of such paragraphs."""

WRITTEN = (24, 140)
"""Least and largest height of digits that people wrote, in pixels."""

LETTERS = "ABCDEFGHKLMNPRSTUVWXYZ"
"""Letters in boxes; I and O are digits too."""

SEEN, INKED, RULED = 0.3, 3, 4
"""Ink of a pixel, at least, that counts, and how many such pixels of letters or digits, and of lines, a cell has."""

Kinds: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (SIDE // 8, SIDE // 8)`: the kind of each cell, by its place in `Kind`."""


class Piece(NamedTuple):
    """A piece of a page.

    Attributes:
        dark: `uint8 (384, 384)`: how dark its ink is, as `Paper.dark`.
        kinds: What stands in each cell.
        turns: By how many quarter turns against the clock it is turned, 0 to 3.
    """

    dark: Ink
    kinds: Kinds
    turns: int


def draw_piece(hands: Hands, rng: Generator) -> Piece:
    """Draw a piece; `rng` decides everything."""
    sheet = _Sheet(hands, rng)
    if rng.random() > EMPTY:
        sheet.fill()
    words, numbers, lines = (layer * rng.uniform(0.4 if layer is sheet.lines else 0.5, 1) for layer in sheet.layers)
    ink = 1 - (1 - words) * (1 - numbers) * (1 - lines)
    turns = int(rng.integers(4))
    taken = np.rot90(_laid(np.stack([ink, *sheet.layers], axis=-1), rng), turns)
    ink, words, numbers, lines = (np.ascontiguousarray(taken[..., layer]) for layer in range(4))
    if rng.random() < PATTERNED:
        pattern = print_pattern(SIDE, SIDE, rng.uniform(10, 40), rng) * rng.uniform(0.05, 0.35)
        ink = 1 - (1 - ink) * (1 - pattern)
    grey = capture(np.asarray((1 - ink) * rng.uniform(150, 252), np.float32), rng)
    return Piece(even_out(grey).dark, _kinds(words, numbers, lines), turns)


def _laid(layers: "np.ndarray", rng: Generator) -> "np.ndarray":
    """Lay the paper askew and take it at some size."""
    zoom = float(np.exp(rng.uniform(*np.log(ZOOM))))
    turn = cv2.getRotationMatrix2D((DRAWN / 2, DRAWN / 2), rng.normal(0, TILT[int(rng.random() < 0.5)]), zoom)
    turn += np.array([[0.0, 0.0, (SIDE - DRAWN) / 2]])
    smooth = cv2.GaussianBlur(layers, (0, 0), 0.375 / zoom)
    return np.asarray(cv2.warpAffine(smooth, turn, (SIDE, SIDE)), np.float32)


def _kinds(words: Layer, numbers: Layer, lines: Layer) -> Kinds:
    """Say what stands in each cell: what most of its letters' and digits' ink is, else lines."""
    count = SIDE // CELL

    def inked(layer: Layer) -> "np.ndarray":
        return np.asarray((layer.reshape(count, CELL, count, CELL) > SEEN).sum(axis=(1, 3)))

    of_words, of_numbers = inked(words), inked(numbers)
    kinds = np.full((count, count), Kind.NOTHING, np.uint8)
    kinds[inked(lines) >= RULED] = Kind.LINES
    kinds[of_words >= INKED] = Kind.WORDS
    kinds[(of_numbers >= INKED) & (of_numbers >= of_words)] = Kind.NUMBERS
    return kinds


def _blank() -> Layer:
    return np.zeros((DRAWN, DRAWN), np.float32)


@dataclass
class _Sheet:
    """Paper that is being filled, a layer for each kind of ink, 0…1.

    Attributes:
        hands: Who writes on it.
        rng: Decides everything.
    """

    hands: Hands
    rng: Generator
    words: Layer = field(default_factory=_blank)
    numbers: Layer = field(default_factory=_blank)
    lines: Layer = field(default_factory=_blank)

    @property
    def layers(self) -> tuple[Layer, Layer, Layer]:
        return self.words, self.numbers, self.lines

    def fill(self) -> None:
        """Put one thing below another, in one or two columns; what stands on a piece is mostly of a few kinds."""
        rng = self.rng
        things: Mapping[Callable[[float, float, float], float], float] = {
            self.paragraph: 1.2,
            self.row: 0.7,
            self.boxes: 0.7,
            self.table: 0.5,
            self.rule: 0.15,
            self.scribble: 0.12,
        }
        columns = 2 if rng.random() < COLUMNS else 1
        for column in range(columns):
            left, right = (DRAWN * (column + side) / columns + rng.uniform(-50, 50) for side in (0, 1))
            shares = rng.dirichlet(list(things.values()))
            top = rng.uniform(-60, 60)
            while top < DRAWN:
                thing = list(things)[int(rng.choice(len(things), p=shares))]
                top += thing(top, left, right) + rng.exponential(25)

    def paragraph(self, top: float, left: float, right: float) -> float:
        """Print a heading or some lines of words, numbers among them; this and the others give their height."""
        rng, heading = self.rng, self.rng.random() < HEADING
        size = round(float(np.exp(rng.uniform(*np.log(LARGE if heading else SMALL)))))
        count, leading = 1 if heading else int(rng.integers(1, 9)), size * rng.uniform(1.1, 2.0)
        numbered, typeface = float(rng.choice(list(NUMBERED), p=list(NUMBERED.values()))), self._typeface()
        for line in range(count):
            end = right if line < count - 1 else left + (right - left) * rng.uniform(0.2, 1)
            self._print_line(top + line * leading, left, end, typeface, size, numbered)
        return count * leading + size / 2

    def row(self, top: float, left: float, right: float) -> float:
        """Write numbers side by side, or words, on a rule or not."""
        rng, words = self.rng, self.rng.random() < 0.25
        size = float(np.exp(rng.uniform(*np.log(WRITTEN))))
        if rng.random() < 0.3:
            self._rule(left, top + 1.15 * size, right, top + 1.15 * size + rng.normal(0, 3), int(rng.integers(1, 4)))
        left += rng.uniform(0, 60)
        while left < right:
            ink = self._written(size, words=words)
            self._lay(ink, left, top + size - ink.shape[0] + rng.normal(0, 2), words=words)
            left += ink.shape[1] + size * rng.uniform(0.5, 4)
            if rng.random() < 0.4:
                break
        return size * rng.uniform(1.3, 2)

    def boxes(self, top: float, left: float, right: float) -> float:
        """Print boxes or combs with a digit in most of them, or a letter, often with words above."""
        rng, words = self.rng, self.rng.random() < 0.15
        side = rng.uniform(36, 110)
        high, rows = side * rng.uniform(0.9, 1.4), int(rng.choice([1, 1, 1, 2, 5]))
        count = max(1, min(int(rng.integers(3, 13)), int((right - left) / side)))
        thick, comb = int(rng.integers(1, 6)), rng.random() < 0.25
        start = top
        if rng.random() < 0.6:
            size = int(rng.integers(16, 34))
            self._print_line(top, left, right, self._typeface(), size, 0.02)
            top += 1.6 * size
        writer = self.hands.choose_letters(rng) if words else self.hands.choose(rng)
        for _ in range(rows):
            end = left + count * side
            for wall in range(count + 1):
                x, tooth = left + wall * side, 0.6 * high if comb and 0 < wall < count else 0.0
                self._rule(x, top + tooth, x, top + high, thick)
            for y in (top + high,) if comb else (top, top + high):
                self._rule(left, y, end, y, thick)
            for box in range(count):
                if rng.random() < 0.2:
                    continue
                sign = str(rng.choice(list(LETTERS))) if words else choose_digits(1, rng)
                ink = _resized(write(sign, writer, rng), rng.uniform(0.5, 0.8) * min(side, high))
                x, y = left + (box + 0.5) * side - ink.shape[1] / 2, top + (high - ink.shape[0]) / 2
                self._lay(ink, x + rng.normal(0, 2), y + rng.normal(0, 2), words=words)
            top += high
        return top - start + 0.6 * side

    def table(self, top: float, left: float, right: float) -> float:
        """Print a table, and fill its columns with words or numbers, printed or written; its first row is print."""
        rng = self.rng
        columns, rows = int(rng.integers(2, 6)), int(rng.integers(2, 7))
        high, wide, thick = rng.uniform(34, 90), (right - left) / columns, int(rng.integers(1, 4))
        for line in range(rows + 1):
            self._rule(left, top + line * high, right, top + line * high, thick)
        for line in range(columns + 1 if rng.random() < 0.8 else 0):
            self._rule(left + line * wide, top, left + line * wide, top + rows * high, thick)
        by_hand, of_words, typeface = rng.random(columns) < 0.6, rng.random(columns) < 0.3, self._typeface()
        for row in range(rows):
            for column in np.flatnonzero(rng.random(columns) > 0.15).tolist():
                words = bool(of_words[column]) or row == 0
                if by_hand[column] and row:
                    ink = self._written(high * rng.uniform(0.45, 0.75), words=words)
                else:
                    text = choose_words(rng) if words else choose_text(rng)
                    ink = _printed(text, typeface, int(np.clip(high / 2, 14, 40)))
                x, y = left + column * wide + 6, top + (row + 0.5) * high - ink.shape[0] / 2
                self._lay(ink[:, : max(1, int(wide - 8))], x, y, words=words)
        return rows * high + 20

    def rule(self, top: float, left: float, right: float) -> float:
        """Print a rule."""
        self._rule(left, top + 10, right, top + 10 + self.rng.normal(0, 4), int(self.rng.integers(1, 7)))
        return 30

    def scribble(self, top: float, left: float, right: float) -> float:
        """Scribble: what is no number is parted as words are."""
        rng, size = self.rng, self.rng.uniform(30, 160)
        start = left + rng.uniform(0, max(1, right - left)), top + size / 2
        path = np.cumsum(rng.normal(0, size / 4, (int(rng.integers(4, 14)), 2)), axis=0) + start
        draw_polyline(self.words, path, int(rng.integers(1, 7)))
        return float(size)

    def _typeface(self) -> Path:
        return self.hands.printed[int(self.rng.integers(len(self.hands.printed)))]

    def _print_line(self, top: float, left: float, right: float, typeface: Path, size: int, numbered: float) -> None:
        """Print words on one baseline, that part of them numbers."""
        rng, start = self.rng, left
        while left < right:
            words = rng.random() >= numbered
            text = _punctuated(choose_words(rng).split()[0], rng) if words else choose_text(rng)
            ink = _printed(text, typeface, size)
            if left > start and left + ink.shape[1] > right:
                break
            self._lay(ink, left, top + _top_of(text, typeface, size), words=words)
            left += ink.shape[1] + 0.28 * size

    def _written(self, size: float, *, words: bool) -> Layer:
        rng = self.rng
        writer: Writer = self.hands.choose_letters(rng) if words else self.hands.choose(rng)
        return _resized(write(choose_words(rng) if words else choose_text(rng), writer, rng), size)

    def _lay(self, ink: Layer, left: float, top: float, *, words: bool) -> None:
        lay(self.words if words else self.numbers, ink, round(left), round(top))

    def _rule(self, left: float, top: float, right: float, bottom: float, thickness: int) -> None:
        draw_segment(self.lines, (left, top), (right, bottom), thickness, 1.0)


def _punctuated(word: str, rng: Generator) -> str:
    return word + str(rng.choice(list(".,:;?!)"))) if rng.random() < 0.15 else word


def _resized(ink: Layer, size: float) -> Layer:
    """Give what was written with digits `size` pixels high, 0…1."""
    height, width = ink.shape
    shape = max(2, round(width * size / GLYPH)), max(2, round(height * size / GLYPH))
    return np.asarray(cv2.resize(ink, shape, interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)


@lru_cache(maxsize=256)
def _font(typeface: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(typeface), size)


def _top_of(text: str, typeface: Path, size: int) -> float:
    """Give where the ink of a text begins, in pixels below the ascent of its typeface."""
    return _font(typeface, size).getbbox(text)[1]


def _printed(text: str, typeface: Path, size: int) -> Layer:
    """Print a text, 0…1, cut off at its ink; a typeface may have nothing to print it with."""
    font = _font(typeface, size)
    left, top, right, bottom = (round(side) for side in font.getbbox(text))
    picture = Pillow.new("L", (max(right - left, 1), max(bottom - top, 1)))
    ImageDraw.Draw(picture).text((-left, -top), text, fill=255, font=font)
    return np.asarray(picture, np.float32) / np.float32(255)

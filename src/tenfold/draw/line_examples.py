"""Lines to learn from, with what they say: drawn pictures of numbers, real cells of tables, and strips of pages.

Each line is made as reading makes it, so that a line recogniser learns from what it will be given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import LINE_HEIGHT, Line
from tenfold.data.datasets import load_examples
from tenfold.data.lines import WrittenNumber, load_lines
from tenfold.draw.lines import HELD_OUT, LineGlyphs, draw_line
from tenfold.draw.numbers import draw_number
from tenfold.draw.pages import PageKind, draw_page
from tenfold.draw.sheets import DigitGlyphs
from tenfold.draw.snapshots import vary_picture
from tenfold.draw.writers import Hands
from tenfold.page.free import find_free
from tenfold.page.line import whole_line
from tenfold.page.paper import even_out
from tenfold.page.quads import Points
from tenfold.picture.frame import Ink

__all__ = ["BOOKS_HELD_OUT", "LineExample", "LineSources", "Target"]

SOURCES: Mapping[str, float] = {"picture": 0.62, "cell": 0.23, "strip": 0.07, "page": 0.08}
"""Where lines come from, and the share of each: drawn pictures of a number, real cells of tables, strips with print,
letters or rules beside digits, and rows as they are found on drawn pages."""

PAGES: Mapping[PageKind, float] = {"rows": 0.5, "pairs": 0.15, "boxes": 0.12, "combs": 0.11, "grid": 0.12}
"""What the pages show that rows are found on, and the share of each."""

PAGE_SEEDS = 2**30, 2**31
"""Seeds of the pages: those below are for measuring and for calibrating."""

INSIDE, FILLS, LEVEL = 0.85, 0.6, 0.3
"""A row says a number that lies within it for this share of the number's width at least, and that takes up this share
of the row's; what shares less than this part of its height with the row is on another level."""

BOOKS_HELD_OUT = ("7851", "6460", "6554", "7028")
"""Books of weather tables that no line is made of, to choose models on: 642 of the 6,565 cells."""

EMPTY_BOX = "_"
"""How labels of pages write an empty box."""

STRIP_SCALE, STRIP_SPREAD = 1.5, 0.08
"""Median size of a strip in a line, and its logarithm's standard deviation: 32 rows fill 48."""

Target: TypeAlias = tuple[str, ...]
"""What a line says: one text, or several where its label does not tell which of them it is."""

LineExample: TypeAlias = tuple[Line, Target]


@dataclass(frozen=True, eq=False)
class LineSources:
    """What lines are made of.

    Attributes:
        hands: Who writes the numbers of pictures.
        glyphs: What strips are written with.
        digits: What pages are written with.
        cells: Real numbers.
    """

    hands: Hands
    glyphs: LineGlyphs
    digits: DigitGlyphs
    cells: Sequence[WrittenNumber]

    @classmethod
    def gather(cls, rng: Generator) -> "LineSources":
        """Gather nine in ten of MNIST's training digits and the known sets of handwriting, without what is held out.

        Args:
            rng: Decides what strips are drawn with.

        Raises:
            DataError: A file of a set is not what it should be.
            FetchError: A set is neither on this machine nor to be had.
        """
        cells = [cell for cell in load_lines("weather-cells") if cell.book not in BOOKS_HELD_OUT]
        examples = load_examples("mnist", "train")
        learned = np.arange(len(examples.images)) % HELD_OUT != 0
        images, labels = examples.images[learned], examples.labels[learned]
        glyphs = LineGlyphs.gather(images, labels, rng)
        return cls(Hands.gather(images, labels, "train"), glyphs, DigitGlyphs(images, labels), cells)

    def draw(self, count: int, rng: Generator) -> list[LineExample]:
        """Make lines, `uint8 (48, width)` each, and give what they say; `rng` decides everything."""
        shares = dict(zip(SOURCES, rng.multinomial(count, list(SOURCES.values())).tolist(), strict=True))
        made = [self._from(source, rng) for source in ("picture", "cell", "strip") for _ in range(shares[source])]
        rows: list[LineExample] = []
        while len(rows) < shares["page"]:
            rows += rows_of_page(self.digits, rng)
        return [*made, *rows[: shares["page"]]]

    def _from(self, source: str, rng: Generator) -> LineExample:
        if source == "picture":
            picture, text = draw_number(self.hands, rng)
            return whole_line(picture), (text,)
        if source == "cell":
            cell = self.cells[int(rng.integers(len(self.cells)))]
            return whole_line(vary_picture(cell.picture, rng)), _readings(cell.text)
        strip, text = draw_line(self.glyphs, rng)
        return as_line(strip, STRIP_SCALE * float(np.exp(rng.normal(0, STRIP_SPREAD)))), (text,)


def rows_of_page(digits: DigitGlyphs, rng: Generator) -> list[LineExample]:
    """Draw a page, find the rows on half of it, and give those of which it is known what they say, in any order.

    Rows of print come with it, as many as rows with a number, or four.
    """
    kind: PageKind = rng.choice(list(PAGES), p=list(PAGES.values()))
    page = draw_page(digits, kind, int(rng.integers(*PAGE_SEEDS)))
    height = page.grey.shape[0] // 2
    top = int(rng.integers(0, height))
    half = page.grey[top : top + height]
    written = [(number.text, np.subtract(number.quad, (0, top))) for number in page.numbers]
    found = [(row.line, _said(np.array(row.quad), written, height)) for row in find_free(half, even_out(half))]
    rng.shuffle(found)
    numbers: list[LineExample] = [(line, (text,)) for line, text in found if text]
    others: list[LineExample] = [(line, ("",)) for line, text in found if text == ""]
    return numbers + others[: max(4, len(numbers))]


def _said(row: Points, written: Sequence[tuple[str, Points]], height: int) -> str | None:
    """Give what a row says: a number, nothing, or None where it shows a part of a number or more than one."""
    low, high = row.min(axis=0), row.max(axis=0)
    said = ""
    for text, quad in written:
        first, last = quad.min(axis=0), quad.max(axis=0)
        wide, tall = np.minimum(high, last) - np.maximum(low, first)
        if wide <= 0 or tall <= LEVEL * min(high[1] - low[1], last[1] - first[1]):
            continue
        whole = wide > INSIDE * (last[0] - first[0]) and first[1] > 0 and last[1] < height
        if said or EMPTY_BOX in text or not whole or wide < FILLS * (high[0] - low[0]):
            return None
        said = text
    return said


def _readings(text: str) -> Target:
    """Give what a cell may say: its label has a point for the decimal sign, whatever stands on paper."""
    return (text, text.replace(".", ",")) if "." in text else (text,)


def as_line(strip: Ink, scale: float) -> Line:
    """Lay a strip into the middle of a line.

    Args:
        strip: `uint8 (height, width)`, 0 paper, 255 ink.
        scale: Its size in the line; what is higher than the line is cut off above and below.
    """
    shown = np.asarray(cv2.resize(strip, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)
    shown = shown[max(0, len(shown) - LINE_HEIGHT) // 2 :][:LINE_HEIGHT]
    free = LINE_HEIGHT - len(shown)
    return np.asarray(np.pad(shown, ((free // 2, free - free // 2), (0, 0))))

"""What stands where on a page, words, numbers or lines, and which way up it lies: one look of a network at all of it.

The network learned from drawn pieces of pages (`tenfold.draw.pieces`, `tenfold.learn.ink_kinds`).
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.model.engine import Network, open_network
from tenfold.page.paper import Paper, even_out
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink

__all__ = ["CELL", "NETWORK", "Cells", "InkKinds", "Kind", "ink_kinds", "look_at"]

NETWORK = Path(__file__).with_name("ink_kinds.onnx")
"""The network's file, which ships with the package."""

CELL = 8
"""Height and width of what is told of one by one, in pixels of the copy that the network sees."""

LONGEST = 1184
"""Longer side of that copy, at most, in pixels: of A4 it is 100 dpi."""

SURELY = 4.0
"""Cells are words where the network says so, of them and of those around, this many times as surely as numbers."""

AROUND = (3, 3)
"""Height and width of what is around a cell, in cells."""

MOSTLY, LETTERS = 0.7, 8
"""MOSTLY: share of words among the words and numbers of a region, at least. LETTERS: pieces of ink in it, at least."""

LONG = 16
"""Length of a word without a gap in its ink, at most, in cells: boxes and combs are longer."""

FEW, SURELY_SO = 30, 1.5
"""SURELY_SO: how much more probable one way up is than each other, as the mean logarithm of the cells with words, at
least. FEW: fewer such cells count as less. Words say it with 3 and more; digits taken for words say less than 1."""

Cells: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.float32]]
"""`float32 (4, rows, columns)`, for each cell of a page."""


class Kind(IntEnum):
    """What a cell holds."""

    NOTHING = 0
    WORDS = 1
    NUMBERS = 2
    LINES = 3


@dataclass(frozen=True, eq=False)
class InkKinds:
    """What stands where on a page.

    Attributes:
        kinds: How probable each `Kind` is in each cell, 0…1.
        turns: The logarithm of how probable it is that what is in a cell is turned by 0 to 3 quarter turns against the
            clock.
        pieces: How many pieces of ink have their middle in each cell, `int64 (rows, columns)`.
        outlined: Whether ink goes through a cell that is longer than any word, `bool (rows, columns)`.
    """

    kinds: Cells
    turns: Cells
    pieces: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
    outlined: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]"

    @property
    def lies(self) -> int | None:
        """By how many quarter turns against the clock the page is turned, as its words say; None where too few do."""
        words = self.kinds[Kind.WORDS]
        likely = (self.turns * words).sum(axis=(1, 2)) / max(float(words.sum()), FEW)
        second, first = np.sort(likely)[-2:]
        return int(likely.argmax()) if first - second > SURELY_SO else None

    @property
    def words(self) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
        """Where there are words, `bool (rows, columns)`, the paper about their letters included.

        Cells with numbers near are none, nor is what stands alone: a few digits may look like a word.
        """
        of_words, of_numbers, likely = self.kinds[Kind.WORDS], self.kinds[Kind.NUMBERS], self.kinds.argmax(axis=0)
        sure = (likely == Kind.WORDS) & (cv2.blur(of_words, AROUND) > SURELY * cv2.blur(of_numbers, AROUND))
        text = ((likely == Kind.WORDS) | (likely == Kind.NUMBERS)).astype(np.uint8)
        count, regions = cv2.connectedComponents(cv2.dilate(text, np.ones(AROUND, np.uint8)), connectivity=8)

        def total(values: "np.ndarray") -> "np.ndarray":
            return np.bincount(regions.ravel(), values.ravel(), count)

        wordy = total(of_words * text) > MOSTLY * total((of_words + of_numbers) * text)
        sure &= (wordy & (total(self.pieces) >= LETTERS))[regions] & ~self.outlined
        about = cv2.dilate(sure.astype(np.uint8), np.ones(AROUND, np.uint8)) > 0
        return np.asarray(sure | (about & (likely == Kind.NOTHING) & ~self.outlined), np.bool_)


def look_at(page: Grey, *, words: bool = False) -> tuple[Paper, int | None]:
    """Look at a page, whichever way up it lies.

    Args:
        page: `uint8 (height, width)`, in any light.
        words: Keep the words on it, for a model that reads letters.

    Returns:
        Its paper, and by how many quarter turns against the clock it is turned, 0 to 3; None where too few words stand
        on it to know.
    """
    paper = even_out(page)
    kinds = ink_kinds(paper)
    if not words:
        cells = kinds.words.astype(np.uint8)
        paper = paper.without(
            np.asarray(cv2.resize(cells, page.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
        )
    return paper, kinds.lies


def ink_kinds(paper: Paper) -> InkKinds:
    """Ask the network what stands where on a page."""
    copy = _copy(paper.dark)
    [kinds], [turns] = _network().run(["kinds", "turns"], copy[None])
    _, labels, stats, middles = cv2.connectedComponentsWithStats((copy > paper.floor).astype(np.uint8), connectivity=8)
    rows, columns = kinds.shape[1:]
    pieces = np.zeros((rows, columns), np.int64)
    np.add.at(pieces, tuple((middles[1:, ::-1] // CELL).astype(np.intp).T), 1)
    long = stats[:, 2:4].max(axis=1) > LONG * CELL
    long[0] = False
    return InkKinds(kinds, turns, pieces, long[labels].reshape(rows, CELL, columns, CELL).any(axis=(1, 3)))


def _copy(dark: Ink) -> Ink:
    """Make a page small enough for the network; its sides become whole cells."""
    height, width = dark.shape
    scale = min(1.0, LONGEST / max(height, width))
    size: Any = tuple(max(1, round(scale * side / CELL)) * CELL for side in (width, height))
    return np.asarray(cv2.resize(dark, size, interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _network() -> Network:
    return open_network(NETWORK.read_bytes(), threads=1, source=NETWORK.name)

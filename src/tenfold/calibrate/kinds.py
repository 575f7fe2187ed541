"""Labelled pictures of single digits that neither network of the shipped model learned from, by kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Columns, Recognizer
from tenfold.data.datasets import load_data
from tenfold.data.lines import WrittenNumber, load_lines
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.layers import Layer
from tenfold.draw.line_examples import BOOKS_HELD_OUT
from tenfold.draw.lines import HELD_OUT
from tenfold.draw.numbers import draw_digit
from tenfold.draw.typeset import PrintWriter
from tenfold.draw.writers import FontWriter, Hands, PenWriter
from tenfold.page.line import whole_line
from tenfold.page.paper import even_out
from tenfold.picture.decode import Grey
from tenfold.read.ctc import positions

__all__ = ["LabelledDigit", "cells", "cut_digits", "pens", "typefaces", "worn"]

LabelledDigit: TypeAlias = tuple[Grey, int]
"""A picture `uint8 (height, width)`, 0 black, 255 white, and the digit that it shows."""

MARGIN = (0.05, 0.35)
"""Least and largest paper around a digit that is cut out of a cell, as a share of its height."""

NARROWEST, WIDEST = 0.15, 0.3
"""From the middle of a cell's first or last digit to where it is cut, at least and at most, as a share of the cell's
height; between, it is as far as the cell's signs are apart."""

SMALLEST = 8
"""Height and width of what is cut out, at least, in pixels."""

INKED = 0.25
"""Rows of a digit's columns that hold ink, at least, as a share of what the fullest row holds."""


def pens(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits of the fourteen pen writers that nothing was learned from, on plain paper."""
    yield from _drawn(replace(_hands(), images=(), fonts=(), printed=()), (PenWriter,), count, rng, worn=False)


def typefaces(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits in the typefaces, of print and after handwriting, that nothing was learned from, on plain paper."""
    hands = replace(_hands(), images=(), people=())
    yield from _drawn(hands, (FontWriter, PrintWriter), count, rng, worn=False)


def worn(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits of the same writers and typefaces on worn paper, badly taken: many of them nobody can read."""
    hands = replace(_hands(), images=())
    yield from _drawn(hands, (PenWriter, FontWriter, PrintWriter), count, rng, worn=True)


def cells(model: Recognizer, rng: Generator) -> Iterator[LabelledDigit]:
    """Cut every digit out of the cells of the four books that nothing was learned from."""
    held_out = [cell for cell in load_lines("weather-cells") if cell.book in BOOKS_HELD_OUT]
    for cell in held_out:
        yield from cut_digits(model, cell, rng)


def cut_digits(model: Recognizer, cell: WrittenNumber, rng: Generator) -> Iterator[LabelledDigit]:
    """Cut the digits out of a picture of one number, whose text says in which order they stand.

    Args:
        model: Its line recogniser says where in the picture the signs of the text are.
        cell: The number.
        rng: Decides how much of what is around each digit comes along.

    Yields:
        Each digit with its label, cut half way to its neighbours, and above and below where its ink ends.
    """
    line = whole_line(cell.picture)
    columns: Columns = model.lines([line])[0]
    height, width = cell.picture.shape
    signs = [model.alphabet.index(sign) for sign in cell.text]
    middles = np.array(positions(columns, signs)) * width / line.shape[1]
    between = [float(before + after) / 2 for before, after in pairwise(middles)]
    ink = even_out(cell.picture).dark.astype(np.float32)
    ink = np.clip(ink - np.median(ink, axis=1, keepdims=True), 0, None)  # in a row of a rule most pixels are ink
    for place, sign in enumerate(cell.text):
        if not sign.isdigit():
            continue
        reach = min(WIDEST * height, max(float(np.diff(middles).max()), NARROWEST * height))
        left = between[place - 1] if place else middles[place] - reach
        right = between[place] if place < len(between) else middles[place] + reach
        first, last = max(0, round(left)), min(width, round(right))
        top, bottom = _rows_of_ink(ink[:, first:last])
        around = round((bottom - top) * rng.uniform(*MARGIN))
        cut = cell.picture[max(0, top - around) : bottom + around, first:last]
        if min(cut.shape) >= SMALLEST:
            yield np.ascontiguousarray(cut), int(sign)


def _rows_of_ink(ink: Layer) -> tuple[int, int]:
    """Give the first row of the band that holds most ink, and the row behind it."""
    profile = cv2.blur(ink.mean(axis=1, keepdims=True), (1, 5))[:, 0]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], profile > INKED * profile.max(), [0]]).astype(np.int8)))
    bands = edges.reshape(-1, 2).tolist()
    top, bottom = max(bands, key=lambda band: float(profile[band[0] : band[1]].sum()), default=(0, len(profile)))
    return top, bottom


def _hands() -> Hands:
    images, labels = load_data("mnist")[0]
    hands = Hands.gather(images[::HELD_OUT], labels[::HELD_OUT], "test")
    known = {font_path(name) for name in FONTS}  # the digit network learned these
    return replace(hands, printed=[path for path in hands.printed if path not in known])


def _drawn(
    hands: Hands, writers: tuple[type, ...], count: int, rng: Generator, *, worn: bool
) -> Iterator[LabelledDigit]:
    while count:
        writer = hands.choose(rng)
        if isinstance(writer, writers):
            digit = int(rng.integers(10))
            yield draw_digit(digit, writer, rng, worn=worn), digit
            count -= 1

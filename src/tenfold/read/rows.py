"""Rows of a page, read: rows of boxes, and free rows of digits, cut where a space is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from tenfold.arrays import SEPARATORS, Columns, Image, Line, OutOfDistribution, Probabilities, Recognizer
from tenfold.deadline import check_deadline
from tenfold.page.layout import FreeRow, Row
from tenfold.page.quads import Quad
from tenfold.picture.ink import runs_of
from tenfold.read.ctc import best_path, most_probable, no_number, positions, without
from tenfold.read.forms import Field
from tenfold.read.options import NumberOptions
from tenfold.read.pooling import Opinion, third_opinion
from tenfold.read.readings import WEIGHED, Boxes, Free, Reading, Sign
from tenfold.read.surroundings import columns_of_digits, in_the_middle

__all__ = ["EVEN", "SURE", "ReadRow", "read_boxes", "read_free"]

SURE, EVEN = 0.95, 0.5
"""SURE: probability from which on a number is not looked at again. EVEN: a row that holds no number with
this probability or more is left out; asking about its digits cannot make a number more probable."""

SPACE = " "
"""How a gap between groups of digits is written."""

PERHAPS = 0.1
"""Probability of a space in any column of a row's wide gaps, at least: where one of them is one, so are they all."""

INKLESS = 0.5
"""Darkness of a gap's columns, at most, as a share of that of strokes: a pattern is no ink."""

APART, WIDE = 1.8, 0.25
"""APART: width of a space, at least, as a multiple of the widest other gap of the row. WIDE: and as a share of the
line's height. What is narrower is one number, written wide."""


@dataclass(frozen=True, eq=False)
class ReadRow:
    """A row that was read, before it is decided what it says.

    Attributes:
        says: What is known of it.
        readings: The most probable ones, the best first; at least one.
        quad: Its corners on the page.
        field: The field of the form that it was read in; None where there is no form.
        file: The page's file; empty where it came without a name.
        page: The page's number in its file, from 1.
        row: The line of its page that it stands in, from 0.
        column: Its column in that line, from 0.
    """

    says: Boxes | Free
    readings: tuple[Reading, ...]
    quad: Quad
    field: Field | None = None
    file: str = ""
    page: int = 1
    row: int = 0
    column: int = 0

    @property
    def kind(self) -> Literal["boxes", "free", "alone"]:
        """What promise it falls under, without a list."""
        return self.says.kind

    def placed(self, place: Callable[[Quad], Quad]) -> "ReadRow":
        """Give the same row on another plane than it was read on; `place` takes corners there."""
        return replace(self, says=self.says.placed(place), quad=place(self.quad))


def read_boxes(model: Recognizer, rows: Sequence[Row]) -> list[ReadRow]:
    """Read rows of boxes, their digits in one batch: each framed, and the box as it is on its page."""
    images = [part.image for row in rows for part in row.parts if part.image is not None]
    probable, outliers = _digits_in_alphabet(model, images)
    lines = [part.line for row in rows for part in row.parts if part.line is not None]
    columns = [in_the_middle(each) for each in columns_of_digits(model, lines)]
    found, start = [], 0
    for row in rows:
        check_deadline()
        end = start + sum(part.image is not None for part in row.parts)
        says = Boxes(row, (probable[start:end], outliers[start:end]), columns[start:end], model.alphabet)
        found.append(ReadRow(says, tuple(says.readings(WEIGHED)), row.quad))
        start = end
    return found


def read_free(model: Recognizer, rows: Sequence[FreeRow], options: NumberOptions) -> list[ReadRow]:
    """Read free rows; those that hold no number are left out, and those that are read surely are looked at once."""
    found = []
    for row, columns in zip(rows, model.lines([row.line for row in rows]), strict=True):
        check_deadline()
        if no_number(columns) < EVEN:
            others = row.looked_at_again() if best_path(columns) < SURE else ()
            said = [columns, *model.lines(others)]
            found += [_free_row(*part, model.alphabet, options) for part in _apart(row, said, model.alphabet, options)]
    return [row for row in found if row]


def _free_row(
    row: FreeRow, said: Sequence[Columns], apart: float, alphabet: str, options: NumberOptions
) -> ReadRow | None:
    opinions = [Opinion(columns, alphabet, 1 / len(said)) for columns in said]
    says = Free(row, third_opinion(opinions, row.grey) if options.ocr else opinions, options.type, apart=apart)
    readings = says.readings(WEIGHED, options.digits)
    if not readings or not readings[0].text:
        return None
    told = tuple(reading for reading in readings if reading.text)
    return ReadRow(says, told, _around(says.signs(told[0].text)))


def _apart(
    row: FreeRow, said: Sequence[Columns], alphabet: str, options: NumberOptions
) -> Iterator[tuple[FreeRow, Sequence[Columns], float]]:
    """Cut a row where a space is read: what stands apart is several numbers, unless it is known to be one.

    Yields:
        A number's row, what is said of it, and how probable it is that it stands apart.
    """
    if SPACE not in alphabet or options.type is not None:
        yield row, said, 1.0
        return
    space, columns = alphabet.index(SPACE), said[0]
    cuts, apart = ([], 1.0) if options.digits else _cuts(row.line, columns, alphabet)
    if not cuts:
        yield row, [without(each, [space]) for each in said], 1.0
        return
    for first, last in pairwise([0, *cuts, len(columns)]):
        right = 2 * last if last < len(columns) else row.line.shape[1]
        yield row.between(2 * first, right), [without(columns[first:last], [space])], apart


def _cuts(line: Line, columns: Columns, alphabet: str) -> tuple[list[int], float]:
    """Give the columns of a line's spaces, and how probable they are.

    Spaces are gaps without ink, between digits, that are clearly wider than the line's others.
    """
    likely = columns[:, alphabet.index(SPACE)]
    if likely.max() < np.log(PERHAPS):
        return [], 1.0
    text = most_probable(without(columns, [alphabet.index(SPACE)]), 1, alphabet)[0]
    middles = [round(middle) for middle in positions(columns, [alphabet.index(sign) for sign in text])]
    darkest = line.max(axis=0).astype(np.float64)
    empty = darkest < INKLESS * np.quantile(darkest, 0.9)
    gaps = [int(np.ptp(runs_of(empty[left:right]), axis=1).max(initial=0)) for left, right in pairwise(middles)]
    spaces = [likely[left // 2 : right // 2 + 1].max() for left, right in pairwise(middles)]
    between = [not {left, right} & set(SEPARATORS) for left, right in pairwise(text)]
    ranked = sorted((gap for gap, digits in enumerate(between) if digits), key=lambda gap: -gaps[gap])
    for count in range(1, len(ranked) + 1):
        wide, others = ranked[:count], ranked[count:]
        said = [spaces[gap] for gap in wide]
        is_space = max(said) >= np.log(PERHAPS) if others else min(said) >= np.log(EVEN)
        if is_space and gaps[wide[-1]] >= max([WIDE * len(line), *(APART * gaps[gap] for gap in others)]):
            return sorted((middles[gap] + middles[gap + 1]) // 4 for gap in wide), float(np.exp(max(said)))
    return [], 1.0


def _around(signs: Sequence[Sign]) -> Quad:
    """Give the corners of what was read, from its first sign to its last."""
    first, last = signs[0].quad, signs[-1].quad
    return first[0], last[1], last[2], first[3]


def _digits_in_alphabet(model: Recognizer, images: Sequence[Image]) -> tuple[Probabilities, OutOfDistribution]:
    """Ask about single digits; their probabilities come in the order of the alphabet, 0 for its separators."""
    if not images:
        return np.zeros((0, len(model.alphabet)), np.float32), np.zeros(0, np.float32)
    probable, outliers = model.digits(np.stack(images))
    ordered = np.zeros((len(images), len(model.alphabet)), np.float32)
    for place, sign in enumerate(model.alphabet):
        if sign in model.classes:
            ordered[:, place] = probable[:, model.classes.index(sign)]
    return ordered, outliers

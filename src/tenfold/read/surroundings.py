"""A digit seen in its surroundings: what the line recogniser says of its whole picture, beside the digit network.

The digit network sees the digit alone, cut out and framed; where the cutting went wrong, among neighbours and the edges
of boxes, the grey picture still shows it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tenfold.arrays import LINE_HEIGHT, Columns, Line, Probabilities, Recognizer, without_separators
from tenfold.page.line import line_of, wider
from tenfold.page.paper import even_out
from tenfold.picture.decode import Grey
from tenfold.picture.light import shrunk
from tenfold.read.ctc import Scores, no_number, single_signs, without

__all__ = [
    "LEAST",
    "SUREST",
    "Surroundings",
    "columns_around",
    "columns_of_digits",
    "in_the_middle",
    "pooled_digits",
    "pooled_with",
    "sees_surroundings",
]

SIDE, EDGE = 0.25, 0.1
"""SIDE: share of a picture on each side in which digits are neighbours of the one between, if there is one. EDGE: share
in which they are cut off, and do not make a picture one of several digits."""

ALONE = 1 / 3
"""How much the opinion of the digit network counts, 0…1; chosen, as the wider look, on digits cut out of real cells
with some of their neighbours. docs/log.md, "Grey lines"."""

ENOUGH = 2 * LINE_HEIGHT
"""Height of a picture, in pixels, from which on more of them show nothing more in a line."""

UNSEEN, AROUND = 0.5, 0.2
"""UNSEEN: probability above which nothing is seen in a picture. AROUND: it is then looked at again with this much paper
around it, as a share of its height: what fills a picture from edge to edge looks like no writing. docs/log.md, "Grey
lines"."""

A_DIGIT = 0.95
"""How probable it is that a picture given for one of a digit shows one, before it is looked at: a stroke is then a 1.
The line recogniser learned to expect words and empty cells as often. docs/log.md, "Promises"."""

LEAST = 1e-3
"""Least probability of a digit in either opinion: networks are at times surely wrong."""

SUREST = 1e-9
"""The same where answers are put into an order: there is no order among those that a higher floor makes alike."""


class Surroundings(NamedTuple):
    """What digits are, seen in their surroundings.

    Attributes:
        probabilities: `float32 (n, k)`, of both opinions pooled.
        several: How probably each picture shows several digits, 0…1.
        sureness: `float32 (n,)`, 0…1: how probable it is that the picture shows its most probable digit, no other, no
            second one, and not nothing. It orders answers for promises of error.
    """

    probabilities: Probabilities
    several: list[float]
    sureness: "np.ndarray[tuple[int], np.dtype[np.float32]]"


def sees_surroundings(model: Recognizer) -> bool:
    """Say whether a model's line recogniser reads the signs that its digit network tells apart."""
    return set(without_separators(model.alphabet)) == set(model.classes)


def columns_around(model: Recognizer, pictures: Sequence[Grey]) -> list[Columns]:
    """Give what the line recogniser says of pictures of single digits, `uint8 (height, width)` each."""
    columns = columns_of_digits(model, [_line(picture) for picture in pictures])
    unseen = [place for place, each in enumerate(columns) if no_number(each) > UNSEEN]
    again = columns_of_digits(model, [_line(pictures[place], AROUND) for place in unseen])
    for place, each in zip(unseen, again, strict=True):
        columns[place] = each
    return columns


def pooled_with(model: Recognizer, columns: Sequence[Columns], alone: Probabilities) -> Surroundings:
    """Pool what `columns_around` gave, at least one, with what the digit network says, `float32 (n, k)`.

    Source:
        Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori probabilities".
    """
    signs = [model.alphabet.index(name) for name in model.classes]
    around = np.stack([single_signs(in_the_middle(each), signs) for each in columns])
    around -= np.logaddexp.reduce(around, axis=1, keepdims=True)
    pooled = pooled_digits(alone, around, LEAST)
    several = [_several(each, signs) for each in columns]
    surest = pooled_digits(alone, around, SUREST)[np.arange(len(pooled)), pooled.argmax(axis=1)]
    nothing = np.array([no_number(each) for each in columns])
    shows_one = A_DIGIT * (1 - nothing) / (A_DIGIT * (1 - nothing) + (1 - A_DIGIT) * nothing)
    one = (1 - np.clip(several, 0, 1)) * shows_one
    return Surroundings(np.asarray(pooled, np.float32), several, np.asarray(surest * one, np.float32))


def pooled_digits(alone: Probabilities, around: Scores, least: float) -> Scores:
    """Pool two opinions of digits.

    Args:
        alone: `float32 (n, k)`: what the digit network says.
        around: `float64 (n, k)`: the logarithms of what the line recogniser says.
        least: The least probability of a digit in either; `LEAST` to decide, `SUREST` to put decisions into an order.

    Returns:
        `float64 (n, k)`: probabilities.

    Source:
        Heskes 1998, "Selecting weighting factors in logarithmic opinion pools".
    """
    pooled = ALONE * np.log(np.maximum(alone, least)) + (1 - ALONE) * np.maximum(around, np.log(least))
    return np.asarray(np.exp(pooled - np.logaddexp.reduce(pooled, axis=1, keepdims=True)), np.float64)


def _line(picture: Grey, around: float = 0.0) -> Line:
    """Make a digit's picture a line, with some paper around it, as a share of its height.

    A large one has its light divided out of no more pixels than that takes.
    """
    dark = even_out(shrunk(picture, ENOUGH * max(picture.shape) // len(picture))).dark
    return line_of(wider(np.pad(dark, round(around * len(dark)))))


def columns_of_digits(model: Recognizer, lines: Sequence[Line]) -> list[Columns]:
    """Give what the line recogniser says of lines in which digits alone are written, `uint8 (48, width)` each."""
    passed = [place for place, sign in enumerate(model.alphabet) if sign not in model.classes]
    return [without(each, passed) for each in model.lines(lines)]


def _several(columns: Columns, signs: Sequence[int]) -> float:
    """Say how probably a picture shows more than one digit, those left out that its left or right edge cuts off."""
    inside = _without_sides(columns, EDGE)
    return 1 - no_number(inside) - float(np.exp(single_signs(inside, signs)).sum())


def in_the_middle(columns: Columns) -> Columns:
    """Keep the middle half of a picture's columns; all of them where no digit is in it."""
    middle = _without_sides(columns, SIDE)
    return middle if no_number(middle) < 0.5 else columns


def _without_sides(columns: Columns, share: float) -> Columns:
    side = round(share * len(columns))
    return columns[side : len(columns) - side]

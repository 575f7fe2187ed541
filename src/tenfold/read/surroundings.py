"""A digit seen in its surroundings: what the line recogniser says of its whole picture, beside the digit network.

The digit network sees the digit alone, cut out and framed; where the cutting went wrong, among neighbours and the edges
of boxes, the grey picture still shows it.
"""

from collections.abc import Sequence

import numpy as np

from tenfold.arrays import Columns, Line, Probabilities, Recognizer, without_separators
from tenfold.page.line import line_of, wider
from tenfold.page.paper import even_out
from tenfold.picture.decode import Grey
from tenfold.read.ctc import SignPlaces, no_number, probabilities, without

__all__ = ["columns_of_digits", "in_the_middle", "with_surroundings"]

SIDE, EDGE = 0.25, 0.1
"""SIDE: share of a picture on each side in which digits are neighbours of the one between, if there is one. EDGE: share
in which they are cut off, and do not make a picture one of several digits."""

ALONE = 1 / 3
"""How much the opinion of the digit network counts, 0…1; chosen, as the wider look, on digits cut out of real cells
with some of their neighbours. docs/log.md, "Grey lines"."""

LEAST = 1e-3
"""Least probability of a digit in either opinion: networks are at times surely wrong."""


def with_surroundings(
    model: Recognizer, pictures: Sequence[Grey], alone: Probabilities
) -> tuple[Probabilities, list[float]]:
    """Pool two opinions of digits: the digit network's, and the line recogniser's of the whole picture, made wider.

    Args:
        model: What reads digits and lines.
        pictures: `uint8 (height, width)` each: the pictures of the digits.
        alone: `float32 (n, k)`: what the digit network says of them.

    Returns:
        `float32 (n, k)`, and how probably each picture shows several digits, 0…1; of a model whose line recogniser
        reads other signs, or none, `alone`, and 0.

    Source:
        Heskes 1998, "Selecting weighting factors in logarithmic opinion pools".
    """
    if not pictures or set(without_separators(model.alphabet)) != set(model.classes):
        return alone, [0.0] * len(pictures)
    signs = np.array([[model.alphabet.index(name)] for name in model.classes], np.int8)
    columns = columns_of_digits(model, [line_of(wider(even_out(picture).dark)) for picture in pictures])
    around = np.stack([probabilities(in_the_middle(each), signs) for each in columns])
    around -= np.logaddexp.reduce(around, axis=1, keepdims=True)
    pooled = ALONE * np.log(np.maximum(alone, LEAST)) + (1 - ALONE) * np.maximum(around, np.log(LEAST))
    pooled -= np.logaddexp.reduce(pooled, axis=1, keepdims=True)
    return np.asarray(np.exp(pooled), np.float32), [_several(each, signs) for each in columns]


def columns_of_digits(model: Recognizer, lines: Sequence[Line]) -> list[Columns]:
    """Give what the line recogniser says of lines in which digits alone are written, `uint8 (48, width)` each."""
    passed = [place for place, sign in enumerate(model.alphabet) if sign not in model.classes]
    return [without(each, passed) for each in model.lines(lines)]


def _several(columns: Columns, signs: SignPlaces) -> float:
    """Say how probably a picture shows more than one digit, those left out that its left or right edge cuts off."""
    inside = _without_sides(columns, EDGE)
    return 1 - no_number(inside) - float(np.exp(probabilities(inside, signs)).sum())


def in_the_middle(columns: Columns) -> Columns:
    """Keep the middle half of a picture's columns; all of them where no digit is in it."""
    middle = _without_sides(columns, SIDE)
    return middle if no_number(middle) < 0.5 else columns


def _without_sides(columns: Columns, share: float) -> Columns:
    side = round(share * len(columns))
    return columns[side : len(columns) - side]

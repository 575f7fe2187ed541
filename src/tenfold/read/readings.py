"""What a row may say: its readings, weighed against one another, and how well numbers of a list fit it.

Two networks look at every digit: one at the digit alone, one at the columns around it. Their probabilities are
multiplied, the second opinion with less weight, and made to add up to one again.

Source:
    Heskes 1998, "Selecting weighting factors in logarithmic opinion pools".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from tenfold.arrays import Columns, Image, OutOfDistribution, Probabilities
from tenfold.page.layout import FreeRow, Row, Span, parts_of
from tenfold.page.quads import Quad
from tenfold.picture.frame import Ink
from tenfold.read.ctc import Scores, SignPlaces, most_probable, positions, probabilities

__all__ = ["EMPTY", "Boxes", "Free", "Reading", "Sign"]

EMPTY = "_"
"""How an empty box is written."""

BEAM = 16
"""Readings of boxes that are followed from box to box."""

GUESSES = 3
"""Signs that are tried for each box."""

TRIED = 8
"""Readings of a free row that are looked at sign by sign."""

FLOOR = 1e-4
"""The least probability of any sign: networks are at times surely wrong."""

LINE_WEIGHT, CUT_WEIGHT = 0.5, 0.5
"""Exponents in the pool: of the line recogniser's opinion of a box, and of the digit network's opinion of a digit that
was cut off another."""

POOL_FLOOR = 1e-2
"""The least probability that either opinion gives a sign in the pool."""

HALF, REACH, AWAY = 14, 7, 0.1
"""HALF: distance from the middle of an outer digit to its end, in pixels of the line. REACH: the end is moved by up to
this to where there is least ink. AWAY: cost of each pixel moved, in full pixels of ink in that column."""

NO_PART, FAR = 0.05, 6
"""Probability that a piece as high as a digit is part of none, where it is more than 6 pixels of the line from each
that is read."""

UNLIKELY_EMPTY = 0.01
"""Probability that an empty box holds a sign of a number on a list."""


@dataclass(frozen=True, eq=False)
class Sign:
    """One character of a reading.

    Attributes:
        text: A sign of the alphabet, or `_` for an empty box.
        probability: How probable it is, 0…1, given that something is written.
        out_of_distribution: How probably it is none, 0…1.
        quad: Its corners on the page.
        image: `uint8 (28, 28)`, what the digit network sees of it; None where there is no ink.
    """

    text: str
    probability: float
    out_of_distribution: float
    quad: Quad
    image: Image | None = None

    @property
    def weight(self) -> float:
        """How probably it is a digit, and this one."""
        return self.probability * (1 - self.out_of_distribution)


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a row.

    Attributes:
        text: Its digits, `_` for an empty box.
        probability: How probable it is beside all others.
        signs: Its characters.
    """

    text: str
    probability: float
    signs: tuple[Sign, ...]


class Boxes:
    """A row of boxes, and what may be written in each.

    Args:
        row: The row.
        answers: What the digit network says of each box that is not empty: probabilities in the order of the alphabet
            `float32 (n, k)`, and out-of-distribution scores `float32 (n,)`.
        columns: What the line recogniser says of the same boxes.
        alphabet: The signs that both tell apart.
    """

    kind: Literal["boxes"] = "boxes"

    def __init__(
        self, row: Row, answers: tuple[Probabilities, OutOfDistribution], columns: Sequence[Columns], alphabet: str
    ) -> None:
        self._parts = row.parts
        self._alphabet = alphabet
        given = iter(zip(*answers, columns, strict=True))
        self._boxes = [None if part.image is None else _pooled(*next(given)) for part in row.parts]

    def readings(self, count: int) -> list[Reading]:
        """Give the `count` most probable readings, the best first."""
        found: list[tuple[float, tuple[Sign, ...]]] = [(1.0, ())]
        for box, part in zip(self._boxes, self._parts, strict=True):
            if box is None:
                signs = [Sign(EMPTY, 1.0, 0.0, part.quad)]
            else:
                probable, outlier = box
                best = np.argsort(-probable)[:GUESSES].tolist()
                signs = [
                    Sign(self._alphabet[place], float(probable[place]), outlier, part.quad, part.image)
                    for place in best
                ]
            followed = [(share * sign.weight, (*before, sign)) for share, before in found for sign in signs]
            found = sorted(followed, key=lambda each: -each[0])[:BEAM]
        return [Reading("".join(sign.text for sign in signs), share, signs) for share, signs in found[:count]]

    def on_list(self, numbers: SignPlaces) -> Scores:
        """Give how many times as likely the row is if it says a number than if it says any number of that length."""
        count, length = numbers.shape
        if length > len(self._boxes):
            return np.zeros(count)
        whole = length == len(self._boxes)
        scores = np.zeros((length + 1, count))
        scores[0] = 1.0
        for box in self._boxes:
            before = scores.copy()
            if box is None:
                if whole:
                    scores[1:] = UNLIKELY_EMPTY * before[:-1]
                    scores[0] = 0.0
                continue
            probable, outlier = box
            kinds = len(self._alphabet)
            likely = kinds * (1 - outlier) * ((1 - kinds * FLOOR) * probable + FLOOR)
            scores[1:] = likely[numbers.T] * before[:-1]
            scores[0] = 0.0
        return np.asarray(scores[length], np.float64)


def _pooled(probable: "np.ndarray", outlier: np.float32, columns: Columns) -> tuple[Scores, float]:
    """Pool two opinions about one box."""
    second = np.exp(probabilities(columns, np.arange(len(probable), dtype=np.int8)[:, None]))
    second = np.maximum(second / max(float(second.sum()), 1e-12), POOL_FLOOR)
    both = probable.astype(np.float64) * second**LINE_WEIGHT
    return both / both.sum(), float(outlier)


class Free:
    """A free row: the line recogniser says what it may say, and each digit of that is looked at by itself.

    A row is cut into digits in one way for each number of digits: as the most probable of such numbers is.

    Args:
        row: The row.
        columns: What the line recogniser says of it.
        alphabet: The signs that both networks tell apart.

    Attributes:
        images: `uint8 (28, 28)` each: what to ask about, before anything else.
    """

    kind: Literal["free"] = "free"

    def __init__(self, row: FreeRow, columns: Columns, alphabet: str) -> None:
        self._columns = columns
        self._places = {sign: place for place, sign in enumerate(alphabet)}
        self._unseen = np.full(len(alphabet), 1 / len(alphabet)), 1.0  # what is said of a part without ink
        self._pieces = row.components
        self._texts = list(dict.fromkeys([*most_probable(columns, TRIED, alphabet), ""]))
        first = {len(text): text for text in reversed(self._texts)}
        self._middles = {
            length: positions(columns, [self._places[sign] for sign in text]) for length, text in first.items() if text
        }
        self._spans = {length: _spans(row.line, places) for length, places in self._middles.items()}
        self._parts = parts_of(row, (span for spans in self._spans.values() for span in spans))
        self._asked = [span for span, part in self._parts.items() if part.image is not None]
        self._answers: dict[Span, tuple[Scores, float]] = {}
        self.images: list[Image] = [part.image for part in self._parts.values() if part.image is not None]

    def answered(self, probable: Probabilities, outliers: OutOfDistribution) -> None:
        """Take in what the digit network says of the images, in their order, probabilities in that of the alphabet."""
        for span, share, outlier in zip(self._asked, probable, outliers, strict=True):
            self._answers[span] = share.astype(np.float64), float(outlier)

    def readings(self, count: int, digits: int | None = None) -> list[Reading]:
        """Give the most probable readings, the best first; an empty one says that there is no number.

        Args:
            count: How many.
            digits: How many digits the number has, where that is known.
        """
        weights = {text: self._weight(text) for text in self._texts if digits is None or len(text) in {0, digits}}
        total = sum(weights.values())
        ranked = sorted(weights, key=lambda text: -weights[text])[:count]
        return [Reading(text, weights[text] / total, self._signs(text)) for text in ranked if total > 0]

    def on_list(self, numbers: SignPlaces) -> Scores:
        """Give how many times as likely the row is if it says a number than if it says any number of that length."""
        total = sum(self._weight(text) for text in self._texts)
        return np.asarray(
            self._weights(numbers) / max(total, 1e-300) * float(len(self._places)) ** numbers.shape[1], np.float64
        )

    def _weight(self, text: str) -> float:
        return float(self._weights(np.array([[self._places[sign] for sign in text]], np.int8))[0])

    def _weights(self, numbers: SignPlaces) -> Scores:
        """Give the weights of numbers of one length, cut as the most probable of that length is."""
        length = numbers.shape[1]
        found = probabilities(self._columns, numbers)
        for digit, span in enumerate(self._spans.get(length, [None] * length)):
            probable, outlier = self._answers.get(span, self._unseen) if span else self._unseen
            weight = CUT_WEIGHT if span and self._parts[span].through_ink else 1.0
            found = found + weight * np.log(np.maximum(probable * (1 - outlier), POOL_FLOOR))[numbers[:, digit]]
        if length in self._middles and len(self._pieces):
            places = np.array(self._middles[length])
            away = np.maximum(self._pieces[:, :1] - places, places - self._pieces[:, 1:]).min(axis=1)
            found = found + (away > FAR).sum() * np.log(NO_PART)
        return np.asarray(np.exp(found), np.float64)

    def _signs(self, text: str) -> tuple[Sign, ...]:
        return tuple(
            Sign(sign, float(probable[self._places[sign]]), outlier, self._parts[span].quad, self._parts[span].image)
            for sign, span in zip(text, self._spans.get(len(text), ()), strict=True)
            for probable, outlier in [self._answers.get(span, self._unseen)]
        )


def _spans(strip: Ink, middles: Sequence[float]) -> list[Span]:
    """Give what lies between the middles of digits, with half a digit before the first and behind the last."""
    inner = [round((left + right) / 2) for left, right in pairwise(middles)]
    ink = strip.sum(axis=0, dtype=np.float64) / 255
    return list(pairwise([_end(ink, middles[0] - HALF), *inner, _end(ink, middles[-1] + HALF)]))


def _end(ink: Scores, column: float) -> int:
    """Give the column with the least ink near one."""
    first = max(0, round(column) - REACH)
    near = ink[first : max(0, round(column) + REACH) + 1]
    return (
        first + int((near + AWAY * np.abs(np.arange(first, first + len(near)) - column)).argmin())
        if len(near)
        else first
    )

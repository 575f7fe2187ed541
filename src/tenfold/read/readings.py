"""What a row may say: its readings, weighed against one another, and how well numbers of a list fit it.

Two networks look at every digit in a box: one at the digit alone, one at the columns around it. Their opinions are
pooled as those of a single digit in its picture are. A free row is read by the line recogniser.

Source:
    Heskes 1998, "Selecting weighting factors in logarithmic opinion pools".
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from tenfold.arrays import SEPARATORS, Columns, Image, OutOfDistribution, Probabilities, without_separators
from tenfold.page.layout import FreeRow, Row
from tenfold.page.quads import Quad
from tenfold.read.ctc import Scores, SignPlaces, no_number, positions, probabilities, single_signs, without
from tenfold.read.pooling import Opinion, PooledText, pool
from tenfold.read.surroundings import LEAST, SUREST, pooled_digits
from tenfold.read.types import NumberType

__all__ = ["EMPTY", "WEIGHED", "Boxes", "Free", "Reading", "Sign"]

EMPTY = "_"
"""How an empty box is written."""

BEAM = 16
"""Readings of boxes that are followed from box to box."""

GUESSES = 3
"""Signs that are tried for each box."""

WEIGHED = 64
"""Readings of a row that are kept, at most, to weigh them against the type of its number."""

FLOOR = 1e-4
"""The least probability of any sign: networks are at times surely wrong."""

TWICE = 2
"""Exponent of the pool of two opinions of a box: a number of nine boxes that both agree on is surer than either says;
docs/log.md, "Numbers in boxes"."""

EVEN = 0.5
"""Probability from which on something faint in a box is no digit: that it is out of the digit network's distribution,
times that the line recogniser sees no digit. Of 2,798 drawn digits none has it, faint or not."""

LEAST_SURE = 1e-6
"""How sure or unsure anything is at most; docs/log.md, "Promises"."""

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


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a row.

    Attributes:
        text: Its digits, `_` for an empty box.
        probability: How probable it is beside all others.
        sureness: How probable it is that the row says this and nothing else, 0…1: promises of error put answers into
            an order by it.
    """

    text: str
    probability: float
    sureness: float


class _Box(NamedTuple):
    """What is said of one box.

    Attributes:
        probable: `float64 (k,)`: how probable each sign of the alphabet is in it.
        sure: The same, with no floor, to put answers into an order.
        outlier: How probably it holds none.
    """

    probable: Scores
    sure: Scores
    outlier: float


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
        digits = [place for place, sign in enumerate(alphabet) if sign not in SEPARATORS]
        self._boxes = [
            None if part.image is None else _pooled(*next(given), digits, faint=part.faint) for part in row.parts
        ]

    def readings(self, count: int) -> list[Reading]:
        """Give the `count` most probable readings, the best first."""
        found = [(1.0, "")]
        for box in self._boxes:
            if box is None:
                signs = [(1.0, EMPTY)]
            else:
                best = np.argsort(-box.probable)[:GUESSES].tolist()
                signs = [(float(box.probable[place]) * (1 - box.outlier), self._alphabet[place]) for place in best]
            followed = [(share * weight, before + sign) for share, before in found for weight, sign in signs]
            found = sorted(followed, key=lambda each: -each[0])[: max(BEAM, count)]
        return [Reading(text, share, self._sureness(text)) for share, text in found[:count]]

    def _sureness(self, text: str) -> float:
        """Say how sure a reading is: in every box that it is this sign, and that it is one."""
        written = [(self._alphabet.index(sign), box) for sign, box in zip(text, self._boxes, strict=True) if box]
        return float(np.prod([box.sure[place] * (1 - box.outlier) for place, box in written]))

    def signs(self, text: str) -> tuple[Sign, ...]:
        """Give the characters of a reading; none of a text that does not have one for each box."""
        if len(text) != len(self._boxes):
            return ()
        return tuple(
            Sign(EMPTY, 1.0, 0.0, part.quad)
            if box is None
            else Sign(sign, float(box.probable[self._alphabet.index(sign)]), box.outlier, part.quad, part.image)
            for sign, box, part in zip(text, self._boxes, self._parts, strict=True)
        )

    def placed(self, place: Callable[[Quad], Quad]) -> "Boxes":
        """Give the same row on another plane; `place` takes corners there."""
        other = copy(self)
        other._parts = tuple(replace(part, quad=place(part.quad)) for part in self._parts)
        return other

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
            kinds = len(without_separators(self._alphabet))
            likely = kinds * (1 - box.outlier) * ((1 - kinds * FLOOR) * box.probable + FLOOR)
            scores[1:] = likely[numbers.T] * before[:-1]
            scores[0] = 0.0
        return np.asarray(scores[length], np.float64)


def _pooled(
    alone: "np.ndarray", outlier: np.float32, columns: Columns, digits: Sequence[int], *, faint: bool
) -> _Box | None:
    """Pool two opinions about one box, in which no separator is; None where something faint is no digit in either."""
    if faint and outlier * no_number(columns) > EVEN:
        return None
    around = single_signs(columns, digits)
    around -= np.logaddexp.reduce(around)
    probable, sure = np.zeros((2, len(alone)))
    probable[digits] = pooled_digits(alone[None, digits], around[None], LEAST)[0] ** TWICE
    sure[digits] = pooled_digits(alone[None, digits], around[None], SUREST)[0]
    return _Box(probable / probable.sum(), sure, float(outlier))


class Free:
    """A free row, or a picture of one number: what line recognisers say of it.

    Args:
        row: The row.
        opinions: What they say; the first is that of the model, whose alphabet numbers on lists are of.
        grammar: The type that the row's number is of, if it is one.
        apart: How probable it is that the row is all of its number, where it was cut out of a longer one.
    """

    def __init__(
        self, row: FreeRow, opinions: Sequence[Opinion], grammar: NumberType | None = None, *, apart: float = 1.0
    ) -> None:
        self._row, self._opinions, self._apart = row, opinions, apart
        self._texts = pool(opinions, WEIGHED, grammar)

    @property
    def kind(self) -> Literal["free", "alone"]:
        """Whether it is the only number of its picture."""
        return "alone" if self._row.alone else "free"

    def readings(self, count: int, digits: int | None = None) -> list[Reading]:
        """Give the most probable readings, the best first; an empty one says that there is no number.

        Args:
            count: How many.
            digits: How many digits the number has, where that is known.
        """
        fitting = [
            each
            for each in self._texts
            if digits is None or not each.text or digits == len(without_separators(each.text))
        ]
        total = sum(each.probability for each in fitting)
        return [self._reading(each, each.probability / total) for each in fitting[:count] if total]

    def _reading(self, pooled: PooledText, probability: float) -> Reading:
        """Give a reading, and how sure it is.

        Two opinions of that are pooled: how probable the text is beside the others that were weighed, and how probable
        the looks at the row say it is, among all texts. Either alone is at times surely wrong.
        """
        found = np.clip((self._apart * probability, self._apart * pooled.said), LEAST_SURE, 1 - LEAST_SURE)
        odds = float(np.sqrt(np.prod(found / (1 - found))))
        return Reading(pooled.text, probability, odds / (1 + odds))

    def signs(self, text: str) -> tuple[Sign, ...]:
        """Give the characters of a reading."""
        if not text:
            return ()
        columns, alphabet = self._opinions[0].columns, self._opinions[0].alphabet
        places = [alphabet.index(sign) for sign in text]
        middles = positions(columns, places)
        inner = [(left + right) / 2 for left, right in pairwise(middles)]
        spans = pairwise([self._row.ends[0], *inner, self._row.ends[1]])
        return tuple(
            Sign(sign, _sureness(columns, place, middle), 0.0, self._row.part(*span))
            for sign, place, middle, span in zip(text, places, middles, spans, strict=True)
        )

    def placed(self, place: Callable[[Quad], Quad]) -> "Free":
        """Give the same row on another plane; `place` takes corners there."""
        other = copy(self)
        other._row = replace(self._row, quad=place(self._row.quad))
        return other

    def on_list(self, numbers: SignPlaces) -> Scores:
        """Give how many times as likely the row is if it says a number than if it says any number of that length.

        Separators that stand in none of the numbers are passed over in the row.
        """
        columns, alphabet = self._opinions[0].columns, self._opinions[0].alphabet
        passed = [place for place, sign in enumerate(alphabet) if sign in SEPARATORS and not (numbers == place).any()]
        found = probabilities(without(columns, passed), numbers)
        return np.asarray(np.exp(found) * float(len(alphabet) - len(passed)) ** numbers.shape[1], np.float64)


def _sureness(columns: Columns, place: int, middle: float) -> float:
    """Give how probable a sign is beside the others of the alphabet, where in its columns it is surest."""
    near = columns[max(0, int(middle / 2) - 1) : int(middle / 2) + 2, :-1]
    surest = near[near[:, place].argmax()].astype(np.float64)
    return float(np.exp(surest[place] - np.logaddexp.reduce(surest)))

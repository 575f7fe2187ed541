"""What a row of digits may say: every way to read its parts, weighed against one another."""

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Probabilities, Strangeness
from tenfold.picture.rows import Part, Row

__all__ = ["EMPTY", "Lattice", "Reading", "Way"]

EMPTY = "_"
"""How an empty box is written."""

KEPT = 16
"""So many readings are followed from each place of a row."""

GUESSES = 3
"""So many digits are tried for each part."""

FLOOR = 1e-4
"""No digit is less probable than this: networks are at times surely wrong."""

CUT = 0.35
"""The weight of a part falls by this power for every width of the pen that was cut through."""

SMALL_DIGIT, SMALL_SIGN, SIGN = 0.03, 0.5, 0.2
"""The weight of a low part as a digit and as a sign to pass over, and of a stranger of a digit's height as such."""

UNLIKELY_EMPTY = 0.01
"""How probable it is that an empty box holds one digit of a number on a list."""

Scores: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Way:
    """A part of a row that is read as one digit, or passed over.

    Attributes:
        part: The part.
        probabilities: `float64 (10,)` of each digit; None for an empty box.
        strangeness: How probably it is no digit.
        digit: The weight of reading it as a digit, 0…1.
        sign: The weight of passing it over, 0…1.
    """

    part: Part
    probabilities: Scores | None
    strangeness: float
    digit: float
    sign: float


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a row.

    Attributes:
        text: Its digits, `_` for an empty box.
        probability: How probable it is beside all others.
        ways: What its characters were read from.
        quality: The geometric mean of the weights of its digits: near 0 for print and scribbles.
    """

    text: str
    probability: float
    ways: tuple[Way, ...]
    quality: float


@dataclass
class _Trail:
    mass: float = 0.0
    best: float = 0.0
    ways: tuple[Way, ...] = ()
    weights: float = field(default=0.0)


class Lattice:
    """All ways to read one row.

    Args:
        row: The row.
        probabilities: `float32 (n, 10)`, of its parts that have an image, in their order.
        strangeness: `float32 (n,)`, of the same.
    """

    def __init__(self, row: Row, probabilities: Probabilities, strangeness: Strangeness) -> None:
        self.row = row
        answers = iter(zip(probabilities, strangeness, strict=True))
        self.ways = [_way(part, row.kind, answers) for part in row.parts]
        self._from: dict[int, list[Way]] = {}
        for way in self.ways:
            self._from.setdefault(way.part.start, []).append(way)

    def total(self, digits: int | None = None) -> float:
        """Give the weight of all ways to read the row, with so many digits where that is known."""
        longest = digits if digits is not None else 0
        weights = np.zeros((self.row.places, longest + 1))
        weights[0, 0] = 1.0
        for start in range(self.row.places):
            for way in self._from.get(start, []):
                weights[way.part.end] += way.sign * weights[start]
                step = weights[start] if digits is None else np.concatenate([[0.0], weights[start, :-1]])
                weights[way.part.end] += way.digit * step
        return float(weights[-1, -1] if digits is not None else weights[-1].sum())

    def readings(self, digits: int | None = None) -> list[Reading]:
        """Give the most probable readings, the best first.

        Args:
            digits: How many digits the number has, where that is known; in boxes the empty ones count too.
        """
        trails: list[dict[str, _Trail]] = [{} for _ in range(self.row.places)]
        trails[0][""] = _Trail(1.0, 1.0)
        for start in range(self.row.places):
            best = sorted(trails[start].items(), key=lambda each: -each[1].mass)[:KEPT]
            for way in self._from.get(start, []):
                for text, trail in best:
                    _follow(trails[way.part.end], text, trail, way, digits)
        ends = {text: trail for text, trail in trails[-1].items() if text and digits in (None, len(text))}
        total = self.total(digits) if self.row.kind == "free" else 1.0
        ranked = sorted(ends.items(), key=lambda each: -each[1].mass)
        return [
            Reading(text, min(trail.mass / total, 1.0), trail.ways, math.exp(trail.weights / max(len(trail.ways), 1)))
            for text, trail in ranked
            if total > 0
        ]

    def on_list(self, entries: "np.ndarray[tuple[int, int], np.dtype[np.int8]]") -> Scores:
        """Give how well numbers of one length fit, beside numbers of that length drawn blindly.

        Args:
            entries: `int8 (n, length)`: the digits of each.

        Returns:
            `float64 (n,)`: how many times as likely the row is if it says this than if it says any number.
        """
        count, length = entries.shape
        scores = np.zeros((self.row.places, length + 1, count))
        scores[0, 0] = 1.0
        whole = length == self.row.places - 1
        for start in range(self.row.places):
            for way in self._from.get(start, []):
                end = way.part.end
                if way.probabilities is None:
                    if not whole:
                        scores[end] += scores[start]
                    else:
                        scores[end, 1:] += UNLIKELY_EMPTY * scores[start, :-1]
                    continue
                likely = 10 * way.digit * ((1 - 10 * FLOOR) * way.probabilities + FLOOR)
                scores[end, 1:] += likely[entries.T] * scores[start, :-1]
                scores[end] += way.sign * scores[start]
        total = self.total() if self.row.kind == "free" else 1.0
        return np.asarray(scores[-1, length] / max(total, 1e-12), np.float64)


def _way(part: Part, kind: str, answers: "object") -> Way:
    if part.image is None:
        return Way(part, None, 0.0, 1.0, 0.0)
    probabilities, strange = next(answers)  # type: ignore[call-overload]
    strange = float(strange)
    digit, sign = 1 - strange, 0.0
    if kind == "free":
        digit *= math.exp(-CUT * part.crossed) * (SMALL_DIGIT if part.small else 1)
        if part.end == part.start + 1:
            sign = SMALL_SIGN if part.small else SIGN * strange
    return Way(part, np.asarray(probabilities, np.float64), strange, max(digit, 1e-6), sign)


def _follow(ends: dict[str, _Trail], text: str, trail: _Trail, way: Way, digits: int | None) -> None:
    """Go on from a place along one part: past it, or reading it as each of its likeliest digits."""
    if way.probabilities is None:
        _reach(ends, text + EMPTY, trail, way, 1.0, 1.0)
        return
    if way.sign:
        _reach(ends, text, trail, None, way.sign, way.sign)
    if digits is not None and len(text) >= digits:
        return
    for digit in np.argsort(-way.probabilities)[:GUESSES]:
        weight = way.digit * float(way.probabilities[digit])
        _reach(ends, text + str(digit), trail, way, weight, way.digit)


def _reach(ends: dict[str, _Trail], text: str, trail: _Trail, way: Way | None, weight: float, quality: float) -> None:
    end = ends.setdefault(text, _Trail())
    end.mass += trail.mass * weight
    if trail.best * weight > end.best:
        end.best = trail.best * weight
        end.ways = (*trail.ways, way) if way else trail.ways
        end.weights = trail.weights + math.log(max(quality, 1e-9)) * (way is not None)

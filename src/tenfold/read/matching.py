"""Numbers that were read already, held against a list again: only their most probable readings are needed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tenfold.arrays import SEPARATORS, without_separators
from tenfold.read.lists import STRAY, Known
from tenfold.read.promises import NEVER
from tenfold.read.readings import EMPTY

__all__ = ["Match", "Readings", "match"]

Readings: TypeAlias = Sequence[tuple[str, float]]
"""The most probable readings of a row, and how probable each is, 0…1, the best first, as `Number.alternatives`."""

DIGITS = 10
"""Signs that a digit is one of: a number of n digits is 10**n times as likely where it is written as anywhere."""


@dataclass(frozen=True)
class Match:
    """What a row says, in the knowledge of a list.

    Attributes:
        text: The number of the list, or, where none fits, the first reading.
        probability: How probable it is, 0…1.
        reason: Why not to believe it; None where it is accepted.
        times: Of how many rows it is the number; 0 where none of the list fits.
    """

    text: str
    probability: float
    reason: Literal["blank", "not-on-list", "uncertain", "not-calibrated"] | None
    times: int


def match(rows: Iterable[Readings], known: Known, least: float) -> list[Match]:
    """Say which number of a list each row says, by Bayes' rule as `Known.posterior` does, without reading it again.

    A number that is none of a row's readings cannot be found; reading the row again with the list can.

    Args:
        rows: For each row its readings, asked for once and not kept; one without any, or whose first is of empty boxes
            alone, is blank.
        known: The list.
        least: The least probability to accept, as a promise about lists asks for.

    Returns:
        For each row what it says, in their order.
    """
    passed = str.maketrans("", "", "".join(sign for sign in SEPARATORS + EMPTY if not _stands_in(known, sign)))
    listed = set(known.numbers)
    chosen = [(readings[0] if readings else ("", 0.0), *_choose(readings, known, listed, passed)) for readings in rows]
    times = Counter(text for _, text, _ in chosen if text is not None)
    return [_decided(*each, least, times) for each in chosen]


def _stands_in(known: Known, sign: str) -> bool:
    return any(sign in number for number in known.numbers)


def _choose(
    readings: Readings, known: Known, listed: set[str], passed: dict[int, int | None]
) -> tuple[str | None, float]:
    """Give the most probable number of the list, and how probable it is; None where it is more probably none."""
    likely: dict[str, float] = {}
    for text, probability in readings:
        number = text if text.isdigit() else text.translate(passed)
        if number in listed:
            prior = (1 - STRAY) / len(known.numbers) * DIGITS ** len(without_separators(number))
            likely[number] = likely.get(number, 0.0) + probability * prior
    if not likely:
        return None, 0.0
    total = sum(likely.values()) + STRAY
    best = max(likely, key=likely.__getitem__)
    return (best, likely[best] / total) if likely[best] > STRAY else (None, 0.0)


def _decided(read: tuple[str, float], text: str | None, sure: float, least: float, times: Mapping[str, int]) -> Match:
    first, probability = read
    if not first.strip(EMPTY):
        return Match(first, probability, "blank", 0)
    if text is None:
        return Match(first, probability, "not-on-list", 0)
    if least >= NEVER:
        return Match(text, sure, "not-calibrated", times[text])
    return Match(text, sure, None if sure >= least else "uncertain", times[text])

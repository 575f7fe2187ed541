"""Repeated measurements, taken in turns, so that a slow minute of the machine slows all of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Spread", "repeat_in_turns"]


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one figure.

    Attributes:
        median: The figure to quote.
        least: The smallest.
        most: The largest.
        values: All of them, in the order in which they were taken.
    """

    median: float
    least: float
    most: float
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up measurements, at least one."""
        return cls(statistics.median(values), min(values), max(values), tuple(values))


def repeat_in_turns(takers: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Take each measurement once a round, in the order given.

    Args:
        takers: Functions that take one measurement each.
        rounds: Measurements of each; one more before them is thrown away.

    Returns:
        For each of `takers` its measurements, one per round.
    """
    for take in takers:
        take()
    taken = [[take() for take in takers] for _ in range(rounds)]
    return [list(column) for column in zip(*taken, strict=True)]

"""Sums: what the fields of a form add up to, and the readings with which they do."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from tenfold.read.types import Value, believed

__all__ = ["Reconciled", "adds_up", "reconciled"]

Candidates: TypeAlias = Sequence[tuple[Value, float]]
"""What a field may say, the most probable first, each with its probability."""

MOST_SUMS = 1_000
"""Partial sums that are followed from field to field, the most probable ones."""


class Reconciled(NamedTuple):
    """Readings that add up.

    Attributes:
        choice: For each field, the total last, which of its candidates.
        probability: How probable they are together.
    """

    choice: tuple[int, ...]
    probability: float


def adds_up(addends: Sequence[Value], total: Value) -> bool:
    """Say whether numbers add up, to the last decimal."""
    return sum(map(_exact, addends)) == _exact(total)


def reconciled(addends: Sequence[Candidates], total: Candidates) -> Reconciled | None:
    """Find the most probable readings of some fields that add up.

    Args:
        addends: What each field that is added may say.
        total: What the field with their sum may say.

    Returns:
        The readings; None where it is more probable that what is written does not add up. Nine of ten sums are taken to
        be right before anything is read, so readings that add up are believed together where they have more than a
        tenth of the probability: `types.believed`.
    """
    sums: dict[Decimal, tuple[float, float, tuple[int, ...]]] = {Decimal(0): (1.0, 1.0, ())}
    for candidates in addends:
        further: dict[Decimal, tuple[float, float, tuple[int, ...]]] = {}
        for so_far, (mass, best, choice) in sums.items():
            for place, (value, share) in enumerate(candidates):
                reached = so_far + _exact(value)
                other_mass, other_best, other = further.get(reached, (0.0, 0.0, ()))
                longer = (best * share, (*choice, place)) if best * share > other_best else (other_best, other)
                further[reached] = (other_mass + mass * share, *longer)
        sums = dict(sorted(further.items(), key=lambda each: -each[1][0])[:MOST_SUMS])
    found = [
        (mass * share, best * share, (*choice, place))
        for place, (value, share) in enumerate(total)
        for mass, best, choice in [sums.get(_exact(value), (0.0, 0.0, ()))]
        if mass > 0
    ]
    holding = sum(mass for mass, _, _ in found)
    [belief] = believed([holding], [True])
    if belief <= 0.5:
        return None
    _, best, choice = max(found, key=lambda each: each[1])
    return Reconciled(choice, belief * best / holding)


def _exact(value: Value) -> Decimal:
    return Decimal(str(value))

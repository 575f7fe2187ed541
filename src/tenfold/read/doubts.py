"""What a number's probability is lost to: a digit, a digit too few or too many, or another number altogether."""

from collections.abc import Sequence

from tenfold.arrays import without_separators

__all__ = ["doubt_of"]

TOLD = 0.02
"""Probability of a second reading from which on it is told."""


def doubt_of(text: str, probability: float, alternatives: Sequence[tuple[str, float]]) -> str | None:
    """Say in a few words why a number is not sure.

    Args:
        text: What was read.
        probability: How probable it is, 0…1.
        alternatives: The most probable readings with their probabilities, itself included.

    Returns:
        As “digit 3 may be 7 (12%)”, “a digit may be missing: 1234 (12%)”; None where no other reading has 2%, and all
        others together less than a half.
    """
    others = [(other, share) for other, share in alternatives if other != text]
    other, share = max(others, key=lambda each: each[1], default=("", 0.0))
    if share < TOLD:
        return f"many other readings, none above {TOLD:.0%}" if text and probability < 0.5 else None
    return f"{_difference(text, other)} ({share:.0%})"


def _difference(text: str, other: str) -> str:
    digits, others = without_separators(text), without_separators(other)
    if not other:
        return "perhaps no number"
    if digits == others:
        return f"may be written {other}"
    apart = [place for place, pair in enumerate(zip(digits, others, strict=False), 1) if pair[0] != pair[1]]
    if len(digits) == len(others) and len(apart) == 1:
        return f"digit {apart[0]} may be {others[apart[0] - 1]}"
    if len(others) == len(digits) + 1 and _lacks_one(digits, others):
        return f"a digit may be missing: {other}"
    if len(digits) == len(others) + 1 and _lacks_one(others, digits):
        return f"a digit may be too many: {other}"
    return f"may be {other}"


def _lacks_one(shorter: str, longer: str) -> bool:
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))

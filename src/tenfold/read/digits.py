"""A digit: what one picture shows, and whether to believe it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["Digit", "DigitReason"]

DigitReason: TypeAlias = Literal["blank", "several-digits", "not-a-digit", "uncertain"]
"""Why not to believe an answer; the first that holds is told."""


@dataclass(frozen=True)
class Digit:
    """What a picture shows.

    Attributes:
        digit: The most probable class; None in a blank picture.
        probability: How probable it is, 0…1.
        probabilities: Of every class, in the order of the model's classes; they sum to 1.
        accepted: Whether to believe it.
        reason: Why not: `blank`, no ink at all; `several-digits`, a number, which `Reader.numbers` reads;
            `not-a-digit`, ink that the model takes for none of its classes; `uncertain`, not sure enough for the error
            that was allowed; None where it is accepted.
        steps: What was done to the picture before the network saw it.
    """

    digit: str | None
    probability: float
    probabilities: tuple[float, ...]
    accepted: bool
    reason: DigitReason | None
    steps: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as plain values that JSON can hold."""
        return asdict(self)

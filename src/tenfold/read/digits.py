"""A digit: what one picture shows, and whether to believe it."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

from tenfold.read.promises import HALF

__all__ = ["Digit", "DigitReason", "Look"]

DigitReason: TypeAlias = Literal["blank", "several-digits", "not-a-digit", "uncertain", "not-calibrated"]
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
            that was allowed, 0.02 where none was named, or below a half where that can't be promised;
            `not-calibrated`, so small an error can't be promised for such pictures, or it is sure enough, but the
            pictures of its run are not like those that the promise rests on;
            None where it is accepted.
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


@dataclass(frozen=True)
class Look:
    """A digit, and what a promise of error needs to know of it.

    Attributes:
        digit: What the picture shows.
        sureness: How sure the answer is, 0…1; 0 where it is refused. It is what promises compare.
        seen: Whether the picture was seen in its surroundings.
    """

    digit: Digit
    sureness: float
    seen: bool

    def not_calibrated(self) -> Digit:
        """Give the digit as an answer that nothing is promised of."""
        if not self.digit.accepted:
            return self.digit
        return replace(self.digit, accepted=False, reason="not-calibrated")

    def by_halves(self) -> Digit:
        """Give the digit where nothing can be promised and nothing was asked for: accepted where a half is probable."""
        if self.digit.reason not in (None, "uncertain"):
            return self.digit
        accepted = self.digit.probability >= HALF
        return replace(self.digit, accepted=accepted, reason=None if accepted else "uncertain")

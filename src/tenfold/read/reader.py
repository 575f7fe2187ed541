"""The reader: pictures in, digits out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tenfold.arrays import Probabilities
from tenfold.model.store import SHIPPED, load_model
from tenfold.picture.decode import Prepared, prepare

__all__ = ["Digit", "Reader"]

Reason = Literal["blank", "not-a-digit"]

FAINTEST_INK = 32
"""A picture whose strongest ink is below this, of 255, is blank."""


@dataclass(frozen=True)
class Digit:
    """What a picture shows.

    Attributes:
        digit: The most probable class; None in a blank picture.
        probability: How probable it is, 0…1.
        probabilities: Of every class, in the order of the model's classes; they sum to 1.
        accepted: Whether to believe it.
        reason: Why not: `blank`, no ink at all; `not-a-digit`, ink that the model takes for none of its classes; None
            where it is accepted.
        steps: What was done to the picture before the network saw it.
    """

    digit: str | None
    probability: float
    probabilities: tuple[float, ...]
    accepted: bool
    reason: Reason | None
    steps: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as plain values that JSON can hold."""
        return asdict(self)


class Reader:
    """Reads digits from pictures with a model folder; PyTorch is not needed.

    Args:
        model: A model folder; without it the one that ships with Tenfold.

    Attributes:
        model: The model, loaded and checked.

    Raises:
        ModelError: The model folder is missing or damaged.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.model = load_model(SHIPPED if model is None else model)
        self._strange = self.model.info.calibration.get("strangeness") or 1.0

    def digit(self, picture: bytes | str | Path) -> Digit:
        """Read the digit in one picture.

        Args:
            picture: A picture file, or its content.

        Returns:
            The digit, and how sure.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        return self.digits([prepare(picture)])[0]

    def digits(self, prepared: Sequence[Prepared]) -> list[Digit]:
        """Read the digits of many prepared pictures at once, in their order."""
        if not prepared:
            return []
        probabilities, strangeness = self.model.answer(np.stack([each.image for each in prepared]))
        return [
            self._digit(each, row, strange=bool(strange >= self._strange))
            for each, row, strange in zip(prepared, probabilities, strangeness, strict=True)
        ]

    def _digit(self, prepared: Prepared, probabilities: Probabilities, *, strange: bool) -> Digit:
        best = int(probabilities.argmax())
        blank = prepared.image.max() < FAINTEST_INK
        reason: Reason | None = "blank" if blank else "not-a-digit" if strange else None
        return Digit(
            digit=None if blank else self.model.info.classes[best],
            probability=float(probabilities[best]),
            probabilities=tuple(float(value) for value in probabilities),
            accepted=reason is None,
            reason=reason,
            steps=prepared.steps,
        )

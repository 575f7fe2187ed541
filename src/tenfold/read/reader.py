"""The reader: pictures in, digits out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np

from tenfold.arrays import Image, Images, Probabilities
from tenfold.errors import OptionError
from tenfold.model.calibrate import HeldOut, surest_enough
from tenfold.model.store import SHIPPED, Model, load_model
from tenfold.picture.decode import LIMIT
from tenfold.picture.opening import open_pages
from tenfold.picture.prepare import Prepared, prepare
from tenfold.read.explain import Explanation, covered
from tenfold.read.numbers import Number, decide
from tenfold.read.pages import NumberOptions, ReadRow, read_rows
from tenfold.read.promises import ANY, least_probable

__all__ = ["Digit", "Reader"]

Reason = Literal["blank", "not-a-digit", "uncertain"]

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
        reason: Why not: `blank`, no ink at all; `not-a-digit`, ink that the model takes for none of its classes;
            `uncertain`, not sure enough for the error that was allowed; None where it is accepted.
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
        model: A model folder, or a model that is loaded already; without it the one that ships with Tenfold.
        max_error: The share of wrong answers among the accepted that must not be passed, with 95% confidence on
            images like those that the model was calibrated on; None accepts however unsure.

    Attributes:
        model: The model, loaded and checked.
        max_error: As given.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: So small an error cannot be promised with what the model was calibrated on.
    """

    def __init__(self, model: str | Path | Model | None = None, *, max_error: float | None = None) -> None:
        self.model = model if isinstance(model, Model) else load_model(SHIPPED if model is None else model)
        self.max_error = max_error
        self._strange = self.model.info.calibration.get("strangeness") or 1.0
        self._least = 0.0 if max_error is None else surest_enough(_held_out(self.model), max_error)

    def numbers(
        self,
        pages: bytes | str | Path,
        options: NumberOptions | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> list[Number]:
        """Read the numbers on the pages of a file.

        Args:
            pages: A photo, a scan, a PDF or TIFF of many pages; a file, or its content.
            options: What to look for; by default any rows of boxes, grids, or free rows of digits.
            changes: Options by name, as `digits=9`.

        Returns:
            The numbers, page by page, from top to bottom.

        Raises:
            PictureError: The file cannot be read as pages.
            OptionError: An option is not allowed.
        """
        options = replace(options or NumberOptions(), **changes)
        name = "" if isinstance(pages, bytes) else str(pages)
        rows = [
            (name, number, place, row)
            for number, page in enumerate(open_pages(pages), 1)
            for place, row in enumerate(read_rows(self.model, page, options))
        ]
        return self.decided(rows, options)

    def decided(self, rows: Sequence[tuple[str, int, int, ReadRow]], options: NumberOptions) -> list[Number]:
        """Say what rows that were read say; arguments as for `tenfold.read.numbers.decide`."""
        allowed = self.max_error if options.max_error is None else options.max_error
        least = ANY if allowed is None else least_probable(self.model, allowed)
        return decide(rows, options, strange=self._strange, least=least)

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

    def explain(self, picture: bytes | str | Path, *, pixels: int = LIMIT) -> Explanation:
        """Read the digit in one picture, and say what the answer rests on.

        Args:
            picture: A picture file, or its content.
            pixels: How many pixels it may have.

        Returns:
            The digit, what the network saw, and how the answer changes where a part of that is covered.

        Raises:
            PictureError: It cannot be read as a picture.
        """
        prepared = self.settle([prepare(picture, pixels=pixels, stages=True)])[0]
        [digit] = self.digits([prepared])
        return Explanation(digit, prepared, covered(self.model, prepared.image))

    def image(self, picture: bytes | str | Path) -> Image:
        """Give the image `uint8 (28, 28)` that the model is asked about for a picture; arguments as for `digit`."""
        return self.settle([prepare(picture)])[0].image

    def digits(self, prepared: Sequence[Prepared]) -> list[Digit]:
        """Read the digits of many prepared pictures at once, in their order."""
        if not prepared:
            return []
        prepared = self.settle(prepared)
        probabilities, reasons = self.answer(np.stack([each.image for each in prepared]))
        return [
            self._digit(each, row, reason) for each, row, reason in zip(prepared, probabilities, reasons, strict=True)
        ]

    def settle(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """Decide for pictures of an image's size whether to read what was made of them or the picture as it came.

        What was made is right where a digit is small, off the middle, or on paper; the picture itself where it is an
        image of MNIST's making that was spoiled afterwards, by noise or by lines.

        Returns:
            The same pictures, with the image that the model is surer of and nothing left to decide.
        """
        settled = list(prepared)
        open_ones = [index for index, each in enumerate(prepared) if each.as_it_came is not None]
        if open_ones:
            made = self._sureness(np.stack([prepared[index].image for index in open_ones]))
            came = self._sureness(np.stack([cast(Image, prepared[index].as_it_came) for index in open_ones]))
            for index, better in zip(open_ones, came > made, strict=True):
                settled[index] = _as_it_came(prepared[index]) if better else replace(prepared[index], as_it_came=None)
        return settled

    def _sureness(self, images: Images) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Say how probably each image shows its most probable class and nothing strange, `float32 (n,)`."""
        probabilities, strangeness = self.model.answer(images)
        sureness: np.ndarray[tuple[int], np.dtype[np.float32]] = probabilities.max(axis=1) * (1 - strangeness)
        return sureness

    def answer(self, images: Images) -> tuple[Probabilities, list[Reason | None]]:
        """Say what prepared images show, and why not to believe it.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            The probabilities of each class `float32 (n, k)`, and for each image a reason to refuse, as in `Digit`.

        Raises:
            DataError: `images` are not what they should be.
        """
        probabilities, strangeness = self.model.answer(images)
        refused = [
            images.max(axis=(1, 2)) < FAINTEST_INK,
            strangeness >= self._strange,
            probabilities.max(axis=1) < self._least,
        ]
        reasons = np.select(refused, [np.array(reason, object) for reason in get_args(Reason)], np.array(None, object))
        return probabilities, reasons.tolist()

    def _digit(self, prepared: Prepared, probabilities: Probabilities, reason: Reason | None) -> Digit:
        best = int(probabilities.argmax())
        return Digit(
            digit=None if reason == "blank" else self.model.info.classes[best],
            probability=float(probabilities[best]),
            probabilities=tuple(float(value) for value in probabilities),
            accepted=reason is None,
            reason=reason,
            steps=prepared.steps,
        )


def _as_it_came(prepared: Prepared) -> Prepared:
    image = cast(Image, prepared.as_it_came)
    stages = (*prepared.stages[:1], ("as it came", image)) if prepared.stages else ()
    return Prepared(image, ("taken as it came",), stages)


def _held_out(model: Model) -> HeldOut:
    held_out = model.info.calibration.get("held_out")
    if not held_out:
        raise OptionError(
            "this model cannot promise an error: it was trained with nothing held out; train with validation_split"
        )
    return HeldOut.from_dict(held_out)

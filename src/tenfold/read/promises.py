"""Promises about error: they rest on answers to labelled pictures and pages, which the model folder keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from tenfold.arrays import Recognizer
from tenfold.errors import OptionError
from tenfold.model.folder import Model
from tenfold.model.promise import NUMBERS, PICTURES, HeldOut, KindsPromise, acceptance_threshold, promise_of_kinds

__all__ = ["ANY", "DigitPromise", "ReadingKind", "calibration_of", "digit_kinds", "digit_promise", "least_probable"]

ReadingKind: TypeAlias = Literal["boxes", "free", "list"]
"""What was read: rows of boxes, free rows, or either beside a list."""

ANY: dict[ReadingKind, float] = {"boxes": 0.0, "free": 0.0, "list": 0.0}
"""Accept whatever was read, however unsure."""

NEVER = 2.0
"""A least probability that nothing reaches."""


def calibration_of(model: Recognizer) -> Mapping[str, Any]:
    """Give what makes a model's answers hold; of anything but a model folder nothing is known."""
    return model.info.calibration if isinstance(model, Model) else {}


@dataclass(frozen=True, eq=False)
class DigitPromise:
    """A promise about error of single digits.

    Attributes:
        max_error: The share of wrong answers among the accepted that is not passed.
        images: For images of 28×28 given alone; None where it cannot be made for them.
        pictures: For pictures that are seen in their surroundings too; None likewise.
        by_kind: Whether that rests on pictures seen so, by kind; if not, on images alone, and then both networks must
            say the same.
    """

    max_error: float
    images: KindsPromise | None
    pictures: KindsPromise | None
    by_kind: bool


def digit_kinds(model: Recognizer) -> tuple[dict[str, HeldOut], dict[str, HeldOut]]:
    """Give what a model keeps of its answers to single digits: to images given alone, and by kind to pictures."""
    calibration = calibration_of(model)
    images = calibration.get("held_out")
    pictures = calibration.get(PICTURES) or {}
    return (
        {"images": HeldOut.from_dict(images)} if images else {},
        {kind: HeldOut.from_dict(values) for kind, values in pictures.items()},
    )


def digit_promise(model: Recognizer, max_error: float) -> DigitPromise:
    """Find from where on answers to single digits may be accepted.

    Args:
        model: The model that reads.
        max_error: The share of wrong digits among the accepted that must not be passed, with 95% confidence on pictures
            like those of any of the kinds calibrated on.

    Raises:
        OptionError: The model keeps no answers to images held out, or so small an error can be promised for none.
    """
    images, kinds = digit_kinds(model)
    if not images and not kinds:
        raise OptionError(
            "this model cannot promise an error: it keeps no answers to images held out; `tenfold calibrate MODEL "
            "--data …` makes them, or train with validation_split"
        )
    found: list[KindsPromise | None] = []
    refusals: list[OptionError] = []
    for each in (images, kinds or images):
        try:
            found.append(promise_of_kinds(each, max_error))
        except OptionError as error:
            found.append(None)
            refusals.append(error)
    if len(refusals) > 1:
        raise refusals[0]
    return DigitPromise(max_error, found[0], found[1], bool(kinds))


def least_probable(model: Recognizer, max_error: float) -> dict[ReadingKind, float]:
    """Find from which probability on whole numbers may be accepted.

    Args:
        model: The model that reads.
        max_error: The share of wrong numbers among the accepted that must not be passed, with 95% confidence on pages
            like those calibrated on.

    Returns:
        For each kind of reading the least probability to accept; above 1 where that cannot be promised.

    Raises:
        OptionError: The model was not calibrated on pages, or for no kind so small an error can be promised.
    """
    held_out = calibration_of(model).get(NUMBERS)
    if not held_out:
        raise OptionError(
            "this model cannot promise an error for whole numbers, for it was not calibrated on pages: leave out "
            "max_error, read with the shipped model, or run `tenfold calibrate MODEL --pages FOLDER`"
        )
    found: dict[ReadingKind, float] = {}
    refusal: OptionError | None = None
    for kind in get_args(ReadingKind):
        try:
            found[kind] = acceptance_threshold(HeldOut.from_dict(held_out[kind]), max_error)
        except KeyError:
            found[kind] = NEVER
        except OptionError as error:
            found[kind], refusal = NEVER, error
    if refusal and min(found.values()) > 1:
        raise OptionError(str(refusal).replace("images", "numbers"))
    return found

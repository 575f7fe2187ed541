"""Promises about error: they rest on answers to labelled pictures and pages, which the model folder keeps."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from tenfold.arrays import Recognizer
from tenfold.errors import OptionError
from tenfold.model.folder import Model
from tenfold.model.promise import (
    ERRORS,
    NUMBERS,
    PICTURES,
    HeldOut,
    KindsPromise,
    acceptance_threshold,
    check_max_error,
    promise_of_kinds,
    promises,
)

__all__ = [
    "ANY",
    "BY_HALVES",
    "DEFAULT_ERROR",
    "HALF",
    "READINGS",
    "DigitPromise",
    "NumberPromise",
    "ReadingKind",
    "all_promises",
    "calibration_of",
    "default_digit_promise",
    "digit_kinds",
    "digit_promise",
    "least_probable",
    "number_kinds",
    "number_promise",
]

ReadingKind: TypeAlias = Literal["boxes", "free", "alone", "list"]
"""What was read: rows of boxes, free rows, free numbers alone in their pictures, or any of them beside a list."""

READINGS: Mapping[ReadingKind, str] = {
    "boxes": "numbers in boxes",
    "free": "numbers written freely",
    "alone": "pictures of one number",
    "list": "numbers beside a list",
}
"""What a kind of reading is called where it is told of."""

RESTS_ON: Mapping[ReadingKind, tuple[str, ...]] = {
    "boxes": ("boxes", "pens"),
    "free": ("free", "alone"),
    "alone": ("alone", "cells"),
    "list": ("list",),
}
"""What the promise of each kind of reading rests on, as a calibration names it: on answers to its own kind, and on
those to another where that asks for more. `pens` are boxes filled in by people of whom nothing was learned, `cells`
real ones, of tables."""

ANY: dict[ReadingKind, float] = {"boxes": 0.0, "free": 0.0, "alone": 0.0, "list": 0.0}
"""Accept whatever was read, however unsure."""

DEFAULT_ERROR = 0.02
"""The largest error where none is named, wherever it can be promised."""

HALF = 0.5
"""Probability below which nothing is accepted where nothing can be promised and nothing was asked for: it is more
probably wrong than right."""

BY_HALVES = "what is below a half is refused, the rest accepted"
"""What is done where nothing can be promised and nothing was asked for."""

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
        refusal: Why it cannot be made for one of the two; empty where it can for both.
        by_kind: Whether that rests on pictures seen so, by kind; if not, on images alone, and then both networks must
            say the same.
    """

    max_error: float
    images: KindsPromise | None
    pictures: KindsPromise | None
    refusal: str
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
        OptionError: The error is no number above 0 and below 1, the model keeps no answers to images held out, or so
            small an error can be promised for none.
    """
    check_max_error(max_error)
    images, kinds = digit_kinds(model)
    if not images and not kinds:
        raise OptionError(
            "this model cannot promise an error: it keeps no answers to images held out; `tenfold calibrate MODEL "
            "--data …` makes them, or train with validation_split"
        )
    found: list[KindsPromise | None] = []
    refusals: list[OptionError] = []
    told = ""
    for each, what in ((images, "images given alone"), (kinds or images, "pictures")):
        try:
            found.append(promise_of_kinds(each, max_error))
        except OptionError as error:
            found.append(None)
            refusals.append(error)
            told = f"an error of at most {max_error:.3%} cannot be promised for {what}; {_smallest(each)}"
    if len(refusals) > 1:
        raise OptionError(f"{refusals[-1]}. {_smallest(kinds or images).capitalize()}")
    return DigitPromise(max_error, found[0], found[1], told, bool(kinds))


def default_digit_promise(model: Recognizer) -> DigitPromise | None:
    """Give the promise about single digits where no error is named; None where it cannot be made."""
    try:
        return digit_promise(model, DEFAULT_ERROR)
    except OptionError:
        return None


def _smallest(kinds: Mapping[str, HeldOut]) -> str:
    """Say the smallest error that can be promised for single digits."""
    errors = [error for error in ERRORS if _accepted(kinds, error) is not None]
    return (
        f"the smallest that can be is {min(errors):.3g} (`tenfold info`)" if errors else "none can be (`tenfold info`)"
    )


def least_probable(
    model: Recognizer, max_error: float, kinds: Collection[ReadingKind] = get_args(ReadingKind)
) -> dict[ReadingKind, float]:
    """Find from which probability on whole numbers may be accepted.

    Args:
        model: The model that reads.
        max_error: The share of wrong numbers among the accepted that must not be passed, with 95% confidence on pages
            like those calibrated on.
        kinds: The kinds of reading that there may be.

    Returns:
        For each kind of reading the least probability to accept; above 1 where that cannot be promised.

    Raises:
        OptionError: The model was not calibrated on pages, or for none of the kinds so small an error can be promised.
    """
    held_out = number_kinds(model)
    if not held_out:
        raise OptionError(
            "this model cannot promise an error for whole numbers, for it was not calibrated on pages: leave out "
            "max_error, read with the shipped model, or run `tenfold calibrate MODEL --pages FOLDER`"
        )
    found: dict[ReadingKind, float] = dict.fromkeys(get_args(ReadingKind), NEVER)
    refusals: dict[ReadingKind, str] = {}
    for kind, answered in held_out.items():
        try:
            found[kind] = max(acceptance_threshold(answers, max_error) for answers in answered)
        except OptionError as error:
            refusals[kind] = str(error).replace("images", "numbers")
    if min(found[kind] for kind in kinds) > 1 and (told := [refusals[kind] for kind in kinds if kind in refusals]):
        possible = {
            kind: promises(held_out[kind][0], ERRORS, *held_out[kind][1:]) for kind in kinds if kind in held_out
        }
        raise OptionError(f"{told[0]}. {_possible(possible)}")
    return found


@dataclass(frozen=True, eq=False)
class NumberPromise:
    """From where on whole numbers are accepted, and what is promised of them.

    Attributes:
        least: For each kind of reading the least probability to accept; above 1 where nothing is accepted.
        errors: For each kind of reading that there may be the share of wrong numbers among the accepted that is not
            passed; None where nothing is promised.
    """

    least: Mapping[ReadingKind, float]
    errors: Mapping[ReadingKind, float | None]

    def none_of(self, kinds: Collection[ReadingKind]) -> list[ReadingKind]:
        """Give those of some kinds of which nothing is promised."""
        return [kind for kind, error in self.errors.items() if error is None and kind in kinds]

    def told(self, kinds: Collection[ReadingKind]) -> str | None:
        """Say of which of some kinds nothing is promised; None where of each something is."""
        without = [READINGS[kind] for kind in self.none_of(kinds)]
        if not without:
            return None
        return (
            f"nothing is promised of {' and '.join(without)}: {BY_HALVES}; `tenfold calibrate MODEL --pages FOLDER` "
            "makes promises of your own pages"
        )


def number_promise(
    model: Recognizer, max_error: float | None, kinds: Collection[ReadingKind], *, ocr: bool = False
) -> NumberPromise:
    """Find from where on whole numbers are accepted.

    Args:
        model: The model that reads.
        max_error: As for `least_probable`; None for 0.02 where that can be promised, else what is more probably right.
        kinds: As for `least_probable`.
        ocr: Whether a third opinion is asked for, which no promise rests on.

    Raises:
        OptionError: As for `least_probable`, where an error is named.
    """
    if max_error is not None:
        least = least_probable(model, max_error, kinds)
        return NumberPromise(least, {kind: None if least[kind] >= NEVER else max_error for kind in kinds})
    found: dict[ReadingKind, float] = dict.fromkeys(get_args(ReadingKind), NEVER)
    with suppress(OptionError):
        found = found if ocr else least_probable(model, DEFAULT_ERROR)
    return NumberPromise(
        {kind: HALF if least >= NEVER else least for kind, least in found.items()},
        {kind: None if found[kind] >= NEVER else DEFAULT_ERROR for kind in kinds},
    )


def number_kinds(model: Recognizer) -> dict[ReadingKind, list[HeldOut]]:
    """Give what a model keeps of its answers to whole numbers: all that each promise rests on, its own kind first."""
    kept = calibration_of(model).get(NUMBERS) or {}
    return {
        kind: [HeldOut.from_dict(kept[name]) for name in names if name in kept]
        for kind, names in RESTS_ON.items()
        if kind in kept
    }


def _possible(kinds: Mapping[ReadingKind, Mapping[float, float | None]]) -> str:
    """Say the smallest error that can be promised for each kind of reading, and what is accepted then."""
    told = []
    for kind, shares in kinds.items():
        can = [(error, share) for error, share in shares.items() if share]
        error, share = min(can, default=(0.0, 0.0))
        told.append(f"{READINGS[kind]}: {f'{error:.3g}, {share:.0%} accepted' if can else 'none'}")
    return f"The smallest error that can be promised: {'; '.join(told)}"


def all_promises(model: Recognizer) -> dict[str, dict[float, float | None]]:
    """Say what can be promised with a model.

    Returns:
        For each kind of picture and of number, and for `digits`, all pictures of single digits together, the share of
        the held-out answers that is accepted for each largest error; None where it cannot be promised. Of `digits` it
        is the least share of the kinds that it is promised for.
    """
    images, pictures = digit_kinds(model)
    found = {kind: promises(held_out, ERRORS) for kind, held_out in {**images, **pictures}.items()}
    numbers = number_kinds(model).items()
    found |= {str(kind): promises(first, ERRORS, *others) for kind, (first, *others) in numbers}
    if pictures or images:
        found = {"digits": {error: _accepted(pictures or images, error) for error in ERRORS}, **found}
    return found


def _accepted(kinds: Mapping[str, HeldOut], max_error: float) -> float | None:
    try:
        promise = promise_of_kinds(kinds, max_error)
    except OptionError:
        return None
    return min(float((each.probability >= np.float32(promise.least)).mean()) for each in promise.kinds.values())

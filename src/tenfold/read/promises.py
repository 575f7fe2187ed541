"""The promise about error of whole numbers: it rests on answers to labelled pages, which the model folder keeps."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from tenfold.arrays import Recognizer
from tenfold.errors import OptionError
from tenfold.model.folder import Model
from tenfold.model.promise import NUMBERS, HeldOut, acceptance_threshold

__all__ = ["ANY", "ReadingKind", "calibration_of", "least_probable"]

ReadingKind: TypeAlias = Literal["boxes", "free", "list"]
"""What was read: rows of boxes, free rows, or either beside a list."""

ANY: dict[ReadingKind, float] = {"boxes": 0.0, "free": 0.0, "list": 0.0}
"""Accept whatever was read, however unsure."""

NEVER = 2.0
"""A least probability that nothing reaches."""


def calibration_of(model: Recognizer) -> Mapping[str, Any]:
    """Give what makes a model's answers hold; of anything but a model folder nothing is known."""
    return model.info.calibration if isinstance(model, Model) else {}


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

"""The promise about error of whole numbers, and what it rests on: answers to labelled pages held apart."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from tenfold.errors import OptionError
from tenfold.model.calibrate import HeldOut, surest_enough
from tenfold.model.rows import row_network
from tenfold.model.store import Model

__all__ = ["ANY", "ROWS", "SHIPPED_PROMISES", "Kind", "fingerprint", "least_probable"]

Kind = Literal["boxes", "free", "list"]
"""What was read: rows of boxes, free rows, or either beside a list."""

ANY: dict[Kind, float] = {"boxes": 0.0, "free": 0.0, "list": 0.0}
"""Accept whatever was read, however unsure."""

ROWS = "rows"
"""Under this name a calibration keeps the SHA-256 of the network of rows that it was made with."""

SHIPPED_PROMISES = Path(__file__).with_name("promises.json")
"""What the model that ships answered on drawn pages; `python -m benchmarks.promises` makes it again."""


def fingerprint(model: Model) -> str:
    """Give the SHA-256 of a model's network and of the network of rows: of both that read numbers."""
    return hashlib.sha256(model.content("model.onnx") + row_network().sha256.encode()).hexdigest()


def least_probable(model: Model, max_error: float) -> dict[Kind, float]:
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
    held_out = _held_out(model)
    found: dict[Kind, float] = {}
    refusal: OptionError | None = None
    for kind in get_args(Kind):
        try:
            found[kind] = surest_enough(HeldOut.from_dict(held_out[kind]), max_error)
        except KeyError:
            found[kind] = 2.0
        except OptionError as error:
            found[kind], refusal = 2.0, error
    if refusal and min(found.values()) > 1:
        raise OptionError(str(refusal).replace("images", "numbers"))
    return found


def _held_out(model: Model) -> Mapping[str, Any]:
    own = model.info.calibration.get("numbers")
    if own and own.get(ROWS) == row_network().sha256:
        return dict(own)
    if own:
        raise OptionError(
            f"{model.folder} was calibrated on pages with another network of rows than this Tenfold has; run "
            "`tenfold calibrate --pages` again"
        )
    shipped = json.loads(SHIPPED_PROMISES.read_text(encoding="utf-8")) if SHIPPED_PROMISES.exists() else {}
    if shipped.get("model") != fingerprint(model):
        raise OptionError(
            "this model cannot promise an error for whole numbers: only the model that ships was calibrated on pages; "
            "leave out the largest error, or the model, or run `tenfold calibrate --pages`"
        )
    return dict(shipped["numbers"])

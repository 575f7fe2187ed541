"""`model.json`: what a model is and how it was made, of this and of earlier formats."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tenfold.errors import DataError, ModelError
from tenfold.files import content_of_file
from tenfold.model.bounds import MOST_JSON_BYTES, check_description

__all__ = ["DOCUMENT", "FORMAT", "Epoch", "ModelInfo", "document_digest", "info_of", "read_document"]

DOCUMENT = "model.json"

FORMAT = 3
"""Version of the folder's layout; a folder with a higher one is refused, one with a lower one is read."""

NAMES_OF_1 = {
    "averaging": "ema",
    "strangeness": "out_of_distribution",
    "strangers": "outliers",
    "views": "test_time_augmentation",
    "wear": "degradation",
    "whole_numbers": "int8",
}
"""What format 1 called options and parts of the calibration, and what they are called now."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images.

    Attributes:
        number: Counted from 1.
        seconds: Training time of this epoch, validation not counted.
        learning_rate: At its end.
        training: `loss` and the metrics, means over the epoch's images as they were trained on.
        validation: The same over the images held out, or None where none were.
    """

    number: int
    seconds: float
    learning_rate: float
    training: dict[str, float]
    validation: dict[str, float] | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What a model is and how it was made.

    Attributes:
        name: What to call it.
        classes: Names of the classes, in the order of the probabilities.
        network: Its architecture, as `tenfold.learn.networks.build` takes it; empty for a module of the user's own.
        parameters: How many weights it has.
        options: The training options.
        data: The training data: `name`, `n` images, `sha256` over the decoded images and labels.
        history: One entry per epoch trained.
        calibration: What makes its answers hold. `temperature`: what the logits are divided by. `graph_temperature`:
            the part of it that `model.onnx` divides by itself, where that is another. `out_of_distribution`: the
            score from which on an image is refused as none of the classes, None where the network gives no score.
            `held_out`: a `HeldOut` as plain values, or None. `numbers`: one for each kind of number.
            `pictures`: one for each kind of picture of a single digit.
        scores: An `Evaluation` as plain values, or None where nothing was measured.
        version: The version of Tenfold that wrote it.
        alphabet: The signs that its line recogniser tells apart; empty where it reads single digits only.
    """

    name: str
    classes: tuple[str, ...]
    network: Mapping[str, Any]
    parameters: int
    options: Mapping[str, Any]
    data: Mapping[str, Any]
    history: tuple[Epoch, ...]
    calibration: Mapping[str, Any]
    scores: Mapping[str, Any] | None
    version: str
    alphabet: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the information as plain values that JSON can hold."""
        return asdict(self)


def read_document(folder: Path) -> dict[str, Any]:
    """Read a folder's `model.json`, checked by its own hash; of earlier formats as one of today.

    Raises:
        ModelError: There is none, it is damaged or was edited, says what no model may, or a newer Tenfold wrote it.
    """
    file = folder / DOCUMENT
    try:
        content = content_of_file(file, MOST_JSON_BYTES)
        document = json.loads(content.decode("utf-8"))
    except DataError as error:
        raise ModelError(f"{file}: {error}") from error
    except RecursionError as error:
        raise ModelError(f"{file} is not a model description: it is nested too deep") from error
    except OSError as error:
        raise ModelError(
            f"no model at {folder}: expected a folder with {DOCUMENT} ({error.strerror}); "
            "`tenfold train --out FOLDER` makes one"
        ) from error
    except ValueError as error:
        raise ModelError(f"{file} is not whole: {error}") from error
    found = document.get("format") if isinstance(document, dict) else None
    if type(found) is not int:
        raise ModelError(f"{file} is not a model description: it has no format number")
    if found > FORMAT:
        raise ModelError(
            f"{folder} has model format {found}, this Tenfold reads up to {FORMAT}: upgrade with "
            "`pip install --upgrade tenfold`"
        )
    if document.get("sha256") != document_digest(document):
        raise ModelError(f"{file} was changed after it was written: its own SHA-256 does not match")
    document = document if found == FORMAT else _as_today(document)
    check_description(document, str(file))
    return document


def document_digest(document: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a description, itself left out, as hexadecimal."""
    content = {key: value for key, value in document.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def info_of(folder: Path, document: Mapping[str, Any]) -> ModelInfo:
    """Make a `ModelInfo` of a folder's description.

    Raises:
        ModelError: Something is missing.
    """
    values = {field.name: document.get(field.name, field.default) for field in fields(ModelInfo)}
    try:
        values["classes"] = tuple(document["classes"])
        values["history"] = tuple(Epoch(**epoch) for epoch in document["history"])
        return ModelInfo(**values)
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder / DOCUMENT} is not a model description: {error}") from error


def _as_today(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a description of an earlier format as one of today.

    Format 1 had no line recogniser, that of format 2 sees lines otherwise: neither is asked, and promises go with it.
    """
    renamed = {name: _renamed(document.get(name) or {}) for name in ("network", "options", "calibration")}
    if isinstance(renamed["calibration"], dict):
        renamed["calibration"].pop("numbers", None)
    return {**document, **renamed, "alphabet": ""}


def _renamed(values: Any) -> Any:  # noqa: ANN401 (anything may stand in a damaged description, which is checked after)
    if not isinstance(values, dict):
        return values
    return {
        NAMES_OF_1.get(name, name): _renamed(value) if name == "member" else value for name, value in values.items()
    }

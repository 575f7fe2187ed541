"""What a model folder may say of itself: types, ranges and sizes of all of `model.json` that anything relies on."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tenfold.errors import ModelError

__all__ = ["MOST_GOLDEN", "MOST_JSON_BYTES", "check_description"]

MOST_JSON_BYTES = 64 << 20
"""Bytes of `model.json`: that of the model that ships has 0.5 million."""

MOST_CLASSES = 10_000
MOST_SIGNS = 1_000
MOST_HELD_OUT = 10_000_000
MOST_GOLDEN = 1_000
MOST_EPOCHS = 100_000
LONGEST_NAME = 1_000
"""Classes, signs of an alphabet, answers held out, golden images, epochs, and characters of a name."""

Check = Callable[[Any], bool]


def check_description(document: Mapping[str, Any], source: str) -> None:
    """Check what a description of today's format says, whoever wrote it.

    Args:
        document: The content of `model.json`.
        source: What to call it in errors.

    Raises:
        ModelError: A value is missing, or is not of the type or in the range that it must be; named.
    """
    _check(document, TOP, source)
    _check(document["data"], DATA, f"{source}: data")
    if document["scores"]:
        _check(document["scores"], SCORES, f"{source}: scores")
    for epoch in document["history"]:
        _check(epoch, EPOCH, f"{source}: history")
    calibration = document["calibration"]
    _check(calibration, CALIBRATION, f"{source}: calibration")
    kinds = [pair for name in ("numbers", "pictures") for pair in (calibration.get(name) or {}).items()]
    for name, held_out in [("held_out", calibration.get("held_out")), *kinds]:
        if held_out is not None:
            _check(held_out, HELD_OUT, f"{source}: calibration: {name}")


def _check(values: Any, checks: Mapping[str, tuple[Check, str]], source: str) -> None:  # noqa: ANN401
    if not isinstance(values, Mapping):
        raise ModelError(f"{source} is not a model description: expected an object, got {type(values).__name__}")
    for name, (fits, expected) in checks.items():
        value = values.get(name)
        if not fits(value):
            raise ModelError(f"{source} is not a model description: {name}: expected {expected}, got {value!r:.60}")


def _is_text(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and len(value) <= LONGEST_NAME


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_count(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _is_share(value: Any) -> bool:  # noqa: ANN401
    return _is_number(value) and 0 <= value <= 1


def _is_temperature(value: Any) -> bool:  # noqa: ANN401
    return value is None or (_is_number(value) and 1e-3 <= value <= 1e3)


def _are_classes(value: Any) -> bool:  # noqa: ANN401
    return (
        isinstance(value, list)
        and 1 < len(value) <= MOST_CLASSES
        and all(_is_text(name) and name for name in value)
        and len(set(value)) == len(value)
    )


def _is_interval(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_object(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, dict)


def _or_none(fits: Check) -> Check:
    return lambda value: value is None or fits(value)


COUNT = _is_count, "a whole number from 0"
NUMBER = _is_number, "a finite number"
OBJECT = _is_object, "an object"
TEXT = _is_text, f"text of at most {LONGEST_NAME:,} characters"

TOP: dict[str, tuple[Check, str]] = {
    "name": TEXT,
    "classes": (_are_classes, f"2 to {MOST_CLASSES:,} names, each once"),
    "network": OBJECT,
    "parameters": COUNT,
    "options": OBJECT,
    "data": OBJECT,
    "history": (
        lambda value: isinstance(value, list) and len(value) <= MOST_EPOCHS,
        f"a list of at most {MOST_EPOCHS:,} epochs",
    ),
    "calibration": OBJECT,
    "scores": (_or_none(_is_object), "an object or null"),
    "version": TEXT,
    "alphabet": (
        lambda value: isinstance(value, str) and len(value) <= MOST_SIGNS and len(set(value)) == len(value),
        f"at most {MOST_SIGNS:,} signs, each once",
    ),
    "files": (lambda value: isinstance(value, dict) and all(map(_is_text, value.values())), "hashes by file"),
    "golden": OBJECT,
}
DATA: dict[str, tuple[Check, str]] = {"name": TEXT, "n": COUNT}
SCORES: dict[str, tuple[Check, str]] = {
    "data": TEXT,
    "n": COUNT,
    "accuracy": (_is_share, "a share"),
    "interval": (_is_interval, "two numbers"),
    "loss": NUMBER,
    "ece": (_is_share, "a share"),
}
EPOCH: dict[str, tuple[Check, str]] = {
    "number": COUNT,
    "seconds": NUMBER,
    "learning_rate": NUMBER,
    "training": OBJECT,
    "validation": (_or_none(_is_object), "an object or null"),
}
CALIBRATION: dict[str, tuple[Check, str]] = {
    "temperature": (_is_temperature, "a temperature from 0.001 to 1,000"),
    "graph_temperature": (_is_temperature, "a temperature from 0.001 to 1,000"),
    "out_of_distribution": (_or_none(_is_number), "a number or null"),
    "held_out": (_or_none(_is_object), "an object or null"),
    "numbers": (_or_none(_is_object), "an object or null"),
    "pictures": (_or_none(_is_object), "an object or null"),
}
HELD_OUT: dict[str, tuple[Check, str]] = {
    "n": (lambda value: _is_count(value) and value <= MOST_HELD_OUT, f"at most {MOST_HELD_OUT:,}"),
    "probability": (lambda value: isinstance(value, str), "numbers in base64"),
    "wrong": (lambda value: isinstance(value, list) and all(map(_is_count, value)), "whole numbers"),
}

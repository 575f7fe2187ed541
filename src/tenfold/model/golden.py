"""Golden answers: what a model answered when it was written, and is asked again at every load."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.arrays import SIDE, Columns, Images, Probabilities
from tenfold.errors import ModelError
from tenfold.model.bounds import MOST_GOLDEN

__all__ = ["COLUMN_TOLERANCE", "GOLDEN_TOLERANCE", "check_golden", "stored_golden", "stored_images"]

GOLDEN_TOLERANCE = 1e-4
"""How far an answer to a golden image may be from the stored one: processors round differently."""

COLUMN_TOLERANCE = 0.05
"""The same for a line's columns in int8, where one rounding more changes by a hundredth what was undecided."""


def stored_golden(images: Images, probabilities: Probabilities, columns: Columns | None) -> dict[str, Any]:
    """Give golden images and the answers to them as `model.json` keeps them.

    Args:
        images: `uint8 (n, 28, 28)`.
        probabilities: `float32 (n, k)`, the answers to them one by one.
        columns: The answer to them side by side as a line; None without a line recogniser.
    """
    stored: dict[str, Any] = {
        "images": base64.b64encode(images.tobytes()).decode(),
        "probabilities": [[round(float(value), 7) for value in row] for row in probabilities],
    }
    if columns is not None:
        stored["columns"] = base64.b64encode(columns.astype("<f4").tobytes()).decode()
    return stored


def stored_images(golden: Mapping[str, Any], document: Path) -> Images:
    """Give the golden images of a document.

    Raises:
        ModelError: It holds none, or more than are asked.
    """
    try:
        images = np.frombuffer(base64.b64decode(golden["images"]), dtype=np.uint8).reshape(-1, SIDE, SIDE)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{document} is not a model description: golden: {error}") from error
    if not 1 <= len(images) <= MOST_GOLDEN:
        raise ModelError(f"{document}: golden: expected 1 to {MOST_GOLDEN:,} images, got {len(images):,}")
    return images


def check_golden(
    golden: Mapping[str, Any], probabilities: Probabilities, columns: Columns | None, document: Path
) -> None:
    """Check that a model still answers to its golden images as it did.

    Args:
        golden: What `stored_golden` gave.
        probabilities: The answers to the images one by one.
        columns: The answer to them side by side as a line; None without a line recogniser.
        document: Where the golden answers were read.

    Raises:
        ModelError: It does not.
    """
    try:
        expected = np.array(golden["probabilities"], dtype=np.float64)
        expected_columns = None if columns is None else np.frombuffer(base64.b64decode(golden["columns"]), "<f4")
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{document} is not a model description: golden: {error}") from error
    _compare(probabilities, expected, GOLDEN_TOLERANCE, document)
    if columns is not None and expected_columns is not None:
        _compare(np.exp(columns).ravel(), np.exp(expected_columns), COLUMN_TOLERANCE, document)


def _compare(got: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], tolerance: float, document: Path) -> None:
    difference = np.abs(got - expected).max() if got.shape == expected.shape else np.nan
    if not difference <= tolerance:
        raise ModelError(
            f"{document.parent} no longer gives the answers it was saved with (off by {difference:.2g}, allowed "
            f"{tolerance:g}): its weights are not finite, or not the ones it was saved with"
        )

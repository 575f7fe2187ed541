"""A trained model made to keep its promises on labelled pictures of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.arrays import Columns, Images, Labels, Probabilities, as_labels
from tenfold.errors import DataError
from tenfold.model.evaluate import expected_calibration_error
from tenfold.model.folder import Model, shipped_lines
from tenfold.model.promise import (
    ERRORS,
    NUMBERS,
    OWN,
    PICTURES,
    HeldOut,
    fit_temperature,
    out_of_distribution_threshold,
    promises,
    told_promises,
    without_answers,
)
from tenfold.model.saving import save_again
from tenfold.read.reader import SEVERAL_PROMISED
from tenfold.read.surroundings import pooled_with

__all__ = ["CalibratedPictures", "calibrate_on_pictures"]

LEAST_SHOWN = 0.5
"""Share of the labelled images, at least, that were pictures with something to see around the digit: promises rest on
these then, else on the images alone."""


@dataclass(frozen=True)
class CalibratedPictures:
    """What calibrating on own images did.

    Attributes:
        data: The name of the images.
        n: How many there were.
        accuracy: Share that the model reads right, 0…1, which calibrating does not change.
        temperature: What all logits are divided by now, and were before.
        ece: Expected calibration error on these images now and before, 0…1.
        promises: For each largest error the share of these images that is accepted; None where they are too few, or
            read wrong too often, to promise it.
        numbers_dropped: Whether promises about whole numbers were given up, which rested on the probabilities of
            before.
    """

    data: str
    n: int
    accuracy: float
    temperature: tuple[float, float]
    ece: tuple[float, float]
    promises: dict[float, float | None]
    numbers_dropped: bool

    def to_dict(self) -> dict[str, Any]:
        """Give the findings as plain values that JSON can hold."""
        return {
            "data": self.data,
            "n": self.n,
            "accuracy": self.accuracy,
            "temperature": list(self.temperature),
            "ece": list(self.ece),
            "promises": told_promises(self.promises),
        }


def calibrate_on_pictures(
    model: Model,
    images: Images,
    labels: Labels,
    folder: str | Path,
    *,
    columns: Sequence[Columns | None] | None = None,
    data: str = "",
    sha256: str = "",
) -> CalibratedPictures:
    """Write a model again so that its probabilities, its refusals and its promises hold on own images.

    What it reads stays the same; how sure it says it is, from where on it takes something for no digit, and what
    `max_error` accepts are found anew.

    Args:
        model: The model; its folder is left as it is.
        images: `uint8 (n, 28, 28)`, prepared as they will be when they are read, and not learned from.
        labels: `int64 (n,)`, indices into the model's classes.
        folder: Where to write the model.
        columns: What `Reader.surroundings` says of the pictures that the images were prepared from: promises then rest
            on what is answered to pictures, and all kinds that they rested on before are replaced. Without them they
            rest on the images alone.
        data: What to call the images.
        sha256: Their digest.

    Returns:
        What changed, and what can be promised now.

    Raises:
        DataError: There is no image, or labels and images do not match.
        ModelError: The folder cannot be written.
    """
    if not len(images):
        raise DataError("expected at least one labelled image to calibrate on, got none")
    labels = as_labels(labels, count=len(images), classes=len(model.classes))
    before, outliers = model.digits(images)
    factor = fit_temperature(np.log(np.maximum(before, np.finfo(np.float32).tiny)), labels)
    calibration = without_answers(model.info.calibration)  # they rest on the digits' probabilities of before
    old = float(calibration.get("temperature") or 1.0)
    calibration["temperature"] = old * factor
    calibration.setdefault("graph_temperature", old)
    known = np.ones(len(images), bool)
    if calibration.get("out_of_distribution"):
        calibration["out_of_distribution"] = out_of_distribution_threshold(outliers)
        known = outliers < calibration["out_of_distribution"]
    calibration["data"] = {"name": data, "n": len(images), "sha256": sha256}
    after = before ** (1 / factor)
    after /= after.sum(axis=1, keepdims=True)
    held_out = HeldOut.of(after[known], labels[known])
    calibration["held_out"] = held_out.to_dict()
    pooled, own = _in_their_surroundings(model, after, known, labels, columns or ())
    if own is not None:
        calibration[PICTURES] = {OWN: own.to_dict()}
    info = replace(model.info, calibration=calibration, scores=None)
    save_again(model, folder, info, lines=model.line_network() or shipped_lines(model.classes))
    return CalibratedPictures(
        data=data,
        n=len(images),
        accuracy=float((pooled.argmax(axis=1) == labels).mean()),
        temperature=(old * factor, old),
        ece=(expected_calibration_error(after, labels), expected_calibration_error(before, labels)),
        promises=promises(own or held_out, ERRORS),
        numbers_dropped=NUMBERS in model.info.calibration,
    )


def _in_their_surroundings(
    model: Model,
    alone: Probabilities,
    known: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    labels: Labels,
    columns: Sequence[Columns | None],
) -> tuple[Probabilities, HeldOut | None]:
    """Pool the digit network's answers with what is seen around those images that were pictures.

    Returns:
        What is answered to all images, and what promises rest on; None where fewer than half of them were pictures.
    """
    shown = [place for place, each in enumerate(columns) if each is not None]
    if not shown or len(shown) < LEAST_SHOWN * len(alone):
        return alone, None
    around = pooled_with(model, [each for each in columns if each is not None], alone[shown])
    pooled = alone.copy()
    pooled[shown] = around.probabilities
    refused = ~known[shown] | (np.array(around.several) > SEVERAL_PROMISED)
    right = (around.probabilities.argmax(axis=1) == labels[shown]) & ~refused
    return pooled, HeldOut.ranked(zip(np.where(refused, 0.0, around.sureness).tolist(), right.tolist(), strict=True))

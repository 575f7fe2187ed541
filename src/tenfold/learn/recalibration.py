"""A trained model made to keep its promises on somebody's own labelled images."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tenfold.arrays import Images, Labels, as_labels
from tenfold.errors import DataError
from tenfold.learn.export import golden_images
from tenfold.model.calibrate import HeldOut, fit_temperature, promises, strange_from
from tenfold.model.evaluate import expected_calibration_error
from tenfold.model.store import Model, save_model

__all__ = ["Recalibration", "recalibrate"]

ERRORS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""The largest errors that are looked at."""


@dataclass(frozen=True)
class Recalibration:
    """What calibrating on own images did.

    Attributes:
        data: The name of the images.
        n: How many there were.
        accuracy: Share that the model reads right, 0…1, which calibrating does not change.
        temperature: What all logits are divided by now, and were before.
        ece: Expected calibration error on these images now and before, 0…1.
        promises: For each largest error the share of these images that is accepted; None where they are too few, or
            read wrong too often, to promise it.
    """

    data: str
    n: int
    accuracy: float
    temperature: tuple[float, float]
    ece: tuple[float, float]
    promises: dict[float, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Give the findings as plain values that JSON can hold."""
        now, before = self.temperature, self.ece
        return {
            "data": self.data,
            "n": self.n,
            "accuracy": self.accuracy,
            "temperature": list(now),
            "ece": list(before),
            "promises": [{"max_error": error, "accepted": share} for error, share in self.promises.items()],
        }


def recalibrate(
    model: Model, images: Images, labels: Labels, folder: str | Path, *, data: str = "", sha256: str = ""
) -> Recalibration:
    """Write a model again so that its probabilities, its refusals and its promises hold on own images.

    What it reads stays the same; how sure it says it is, from where on it takes something for no digit, and what
    `max_error` accepts are found anew.

    Args:
        model: The model; its folder is left as it is.
        images: `uint8 (n, 28, 28)`, prepared as they will be when they are read, and not learned from.
        labels: `int64 (n,)`, indices into the model's classes.
        folder: Where to write the model.
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
    labels = as_labels(labels, count=len(images), classes=len(model.info.classes))
    before, strangeness = model.answer(images)
    factor = fit_temperature(np.log(np.maximum(before, np.finfo(np.float32).tiny)), labels)
    content = _divided(model.content("model.onnx"), factor)
    calibration = dict(model.info.calibration)
    old = float(calibration.get("temperature") or 1.0)
    calibration["temperature"] = old * factor
    known = np.ones(len(images), bool)
    if calibration.get("strangeness"):
        calibration["strangeness"] = strange_from(strangeness)
        known = strangeness < calibration["strangeness"]
    calibration["data"] = {"name": data, "n": len(images), "sha256": sha256}
    after = before ** (1 / factor)
    after /= after.sum(axis=1, keepdims=True)
    held_out = HeldOut.of(after[known], labels[known])
    calibration["held_out"] = held_out.to_dict()
    save_model(
        folder,
        replace(model.info, calibration=calibration, scores=None),
        onnx=content,
        weights=model.content("model.safetensors"),
        golden=golden_images(images, labels, len(model.info.classes)),
    )
    return Recalibration(
        data=data,
        n=len(images),
        accuracy=float((before.argmax(axis=1) == labels).mean()),
        temperature=(old * factor, old),
        ece=(expected_calibration_error(after, labels), expected_calibration_error(before, labels)),
        promises=promises(held_out, ERRORS),
    )


def _divided(content: bytes, factor: float) -> bytes:
    """Divide the logits by one more factor, just before the softmax that gives the probabilities."""
    model = onnx.load_from_string(content)
    nodes, tensors = model.graph.node, model.graph.initializer
    position, softmax = next((place, node) for place, node in enumerate(nodes) if "probabilities" in node.output)
    numbers = sum(tensor.name.startswith("factor_") for tensor in tensors)
    factor_name, result = f"factor_{numbers}", f"divided_{numbers}"
    tensors.append(numpy_helper.from_array(np.array(1 / factor, np.float32), factor_name))
    nodes.insert(position, helper.make_node("Mul", [softmax.input[0], factor_name], [result]))
    softmax.input[0] = result
    divided: bytes = model.SerializeToString()
    return divided

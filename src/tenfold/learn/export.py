"""From a trained network to a model folder and back."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from safetensors.torch import load, save
from torch import nn

from tenfold.arrays import SIDE, Classifier, Images, Labels, Probabilities, as_images, as_labels, data_digest
from tenfold.errors import DataError, ModelError
from tenfold.learn.held_out import calibrated
from tenfold.learn.networks import Ensemble, build, normalised
from tenfold.learn.onnx_graph import to_onnx
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Trained
from tenfold.model.description import ModelInfo
from tenfold.model.engine import open_network
from tenfold.model.evaluate import Evaluation
from tenfold.model.folder import Model, shipped_lines
from tenfold.model.promise import HeldOut
from tenfold.model.saving import save_model

__all__ = [
    "calibrated_onnx",
    "classifier_of",
    "float_onnx",
    "golden_images",
    "load_network",
    "load_trained",
    "onnx_of",
    "save_module",
    "save_trained",
]

INT8_TOLERANCE = 0.05
"""Largest difference of a probability in int8 from the same in float32; beyond it the int8 network is broken."""


def save_trained(
    folder: str | Path,
    trained: Trained,
    *,
    name: str,
    data: Mapping[str, Any],
    golden: Images,
    onnx: bytes | None = None,
    evaluation: Evaluation | None = None,
    options: Mapping[str, Any] | None = None,
) -> Model:
    """Write a trained network as a model folder.

    Args:
        folder: Where to; an older model there is replaced, anything else is left alone.
        trained: What `train` gave.
        name: What to call the model.
        data: What to say of the training data: `name`, `n`, `sha256`.
        golden: `uint8 (n, 28, 28)`, images whose answers are stored and asked again at every load.
        onnx: What `onnx_of` gave, where that was asked already.
        evaluation: What the network scored, where that was measured.
        options: What to say of how it was trained; by default the options of `trained`.

    Returns:
        The model, loaded from the folder.

    Raises:
        ModelError: A weight is not finite, the network answers otherwise as ONNX, or the folder cannot be written.
    """
    _check_finite(name, trained)
    content = onnx or onnx_of(trained)
    answers = trained.classifier()(golden)
    int8 = trained.options.int8
    if int8 and np.abs(classifier_of(content)(golden) - answers).max() > INT8_TOLERANCE:
        raise ModelError(f"the network of {name} answers otherwise in int8; train it without")
    info = ModelInfo(
        name=name,
        classes=trained.classes,
        network=trained.architecture,
        parameters=sum(parameter.numel() for parameter in trained.network.parameters()),
        options=trained.options.to_dict() if options is None else options,
        data=data,
        history=trained.history,
        calibration={
            "temperature": trained.temperature,
            "out_of_distribution": trained.out_of_distribution,
            "held_out": trained.held_out.to_dict() if trained.held_out else None,
        },
        scores=evaluation.to_dict() if evaluation else None,
        version=version("tenfold"),
    )
    return save_model(
        folder,
        info,
        onnx=content,
        weights=save({key: weight.contiguous().clone() for key, weight in trained.network.state_dict().items()}),
        golden=golden,
        lines=shipped_lines(trained.classes),
        answers=None if int8 else answers,
    )


def save_module(
    folder: str | Path,
    module: nn.Module,
    images: Any,  # noqa: ANN401
    labels: Any,  # noqa: ANN401
    *,
    classes: Sequence[str] | None = None,
) -> Model:
    """Write a module of your own as a model folder, which predicts and is evaluated like any other, without PyTorch.

    It may have been trained by `tenfold.train(…, network=module)`, by a loop of your own, or elsewhere.

    Args:
        folder: Where to; an older model there is replaced, anything else is left alone.
        module: From `float32 (n, 1, 28, 28)` in 0…1 to logits `(n, k)`, on the CPU; left in evaluation mode.
        images: `uint8 (n, 28, 28)`, some hundred that it was not trained on: its probabilities are calibrated on them.
        labels: `int64 (n,)`, each the place of its class in `classes`.
        classes: Names of the classes; by default the numbers of the logits, from 0.

    Returns:
        The model, loaded from the folder.

    Raises:
        DataError: Images and labels do not match, or there are none.
        ModelError: The module does not give a logit for each class, a weight is not finite, PyTorch cannot export it,
            or the folder cannot be written.
    """
    images = as_images(images)
    if not len(images):
        raise DataError("expected labelled images to calibrate the module on, got none")
    network = normalised(module).eval()
    with torch.inference_mode():
        logits = network(torch.from_numpy(np.array(images[:2])))
    if logits.ndim != 2 or (classes is not None and logits.shape[1] != len(classes)):
        wanted = "k" if classes is None else len(classes)
        raise ModelError(f"expected a module that gives logits of shape (n, {wanted}), got {tuple(logits.shape)}")
    names = tuple(classes) if classes is not None else tuple(map(str, range(logits.shape[1])))
    labels = as_labels(labels, count=len(images), classes=len(names))
    given = torch.from_numpy(np.array(images)), torch.from_numpy(labels)
    options = TrainingOptions()
    temperature, _, held_out = calibrated([(network, given)], options, len(names))
    trained = Trained(network, {}, options, (), names, temperature, None, held_out, images[:0], finished=True)
    return save_trained(
        folder,
        trained,
        name=Path(folder).resolve().name,
        data={"name": "arrays", "n": len(images), "sha256": data_digest(images, labels)},
        golden=golden_images(images, labels, len(names)),
        options={},
    )


def _check_finite(name: str, trained: Trained) -> None:
    for key, weight in trained.network.state_dict().items():
        if not torch.isfinite(weight).all():
            raise ModelError(f"weight {key} of {name} is not finite; no model was written")


def onnx_of(trained: Trained) -> bytes:
    """Give a trained network as ONNX, the way its model folder has it: in int8 where the options ask for it."""
    content = to_onnx(trained.network, trained.temperature, len(trained.classes) if trained.options.outliers else None)
    if not trained.options.int8:
        return content
    from tenfold.learn.quantize import to_int8  # loads slowly, and is seldom needed

    return to_int8(content, trained.range_images, precise=True)


def float_onnx(model: Model) -> bytes:
    """Give a model's network as ONNX in float32, also where the folder's own file is in int8.

    Raises:
        ModelError: As for `load_network`.
    """
    if not model.info.options.get("int8"):
        return calibrated_onnx(model)
    temperature = float(model.info.calibration.get("temperature") or 1.0)
    knows_outliers = model.info.options.get("outliers")
    return to_onnx(load_network(model), temperature, len(model.info.classes) if knows_outliers else None)


def calibrated_onnx(model: Model) -> bytes:
    """Give a model's own network as ONNX that answers as the model does.

    Calibrating on pictures leaves `model.onnx` as it is: `Model` divides the logits by the rest of the temperature. For
    use elsewhere the graph has to do it.

    Returns:
        An ONNX file; that of the folder where nothing is left to divide by.
    """
    content = model.content("model.onnx")
    temperature = float(model.info.calibration.get("temperature") or 1.0)
    in_graph = float(model.info.calibration.get("graph_temperature") or temperature)
    if in_graph == temperature:
        return content
    network = onnx.load_from_string(content)
    for node in network.graph.node:
        for names in (node.input, node.output):
            names[:] = ["uncalibrated" if name == "probabilities" else name for name in names]
    factor = numpy_helper.from_array(np.array(in_graph / temperature, np.float32), "rest_of_temperature")
    network.graph.initializer.append(factor)
    network.graph.node.extend(
        [
            helper.make_node("Log", ["uncalibrated"], ["uncalibrated_logits"]),
            helper.make_node("Mul", ["uncalibrated_logits", factor.name], ["logits_of_probabilities"]),
            helper.make_node("Softmax", ["logits_of_probabilities"], ["probabilities"], axis=1),
        ]
    )
    divided: bytes = network.SerializeToString()
    return divided


def classifier_of(content: bytes) -> Classifier:
    """Open an ONNX file that `onnx_of` gave, to answer on all cores."""
    network = open_network(content, threads=None, source="the network as ONNX")

    def classify(images: Images, /) -> Probabilities:
        return cast(Probabilities, network.run(["probabilities"], images)[0])

    return classify


def load_network(model: Model) -> nn.Sequential | Ensemble:
    """Give the network of a model folder, to train on.

    Raises:
        ModelError: The model was trained from a module of the user's own, which only they can make again.
    """
    if not model.info.network:
        raise ModelError(
            f"{model.folder} was trained from a module of your own: make that module and load its weights from "
            "model.safetensors"
        )
    network = build(model.info.network)
    network.load_state_dict(load(model.content("model.safetensors")))
    return network.eval()


def load_trained(model: Model) -> Trained:
    """Give what a model folder keeps of training: the network in float32 and its calibration.

    Raises:
        ModelError: As for `load_network`.
    """
    calibration = model.info.calibration
    held_out = calibration.get("held_out")
    options = TrainingOptions.from_dict(model.info.options)
    return Trained(
        network=load_network(model),
        architecture=model.info.network,
        options=options,
        history=model.info.history,
        classes=model.classes,
        temperature=float(calibration.get("temperature") or 1.0),
        out_of_distribution=calibration.get("out_of_distribution"),
        held_out=HeldOut.from_dict(held_out) if held_out else None,
        range_images=model.golden[:0],
        finished=len(model.info.history) == options.epochs * options.members,
    )


def golden_images(images: Images, labels: Labels, classes: int) -> Images:
    """Choose images to ask a model at every load: the first image of each class, an empty and a full one.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0 to `classes - 1`.
        classes: How many classes there are.

    Returns:
        `uint8 (m, 28, 28)`, at most `classes + 2`.
    """
    firsts = [images[np.flatnonzero(labels == label)[:1]] for label in range(classes)]
    ends = np.stack([np.zeros((SIDE, SIDE), np.uint8), np.full((SIDE, SIDE), 255, np.uint8)])
    golden: Images = np.concatenate([*firsts, ends])
    return golden

"""From a trained network to a model folder and back."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import nn

from tenfold.arrays import SIDE, Images, Labels
from tenfold.errors import ModelError
from tenfold.learn.networks import Ensemble, build
from tenfold.learn.onnx_graph import to_onnx
from tenfold.learn.training import Trained
from tenfold.model.evaluate import Evaluation
from tenfold.model.store import Model, ModelInfo, save_model

__all__ = ["golden_images", "load_network", "save_trained"]


def save_trained(
    folder: str | Path,
    trained: Trained,
    *,
    name: str,
    classes: tuple[str, ...],
    data: Mapping[str, Any],
    golden: Images,
    evaluation: Evaluation | None = None,
) -> Model:
    """Write a trained network as a model folder.

    Args:
        folder: Where to; an older model there is replaced, anything else is left alone.
        trained: What `train` gave.
        name: What to call the model.
        classes: The names of the classes.
        data: What to say of the training data: `name`, `n`, `sha256`.
        golden: `uint8 (n, 28, 28)`, images whose answers are stored and asked again at every load.
        evaluation: What the network scored, where that was measured.

    Returns:
        The model, loaded from the folder.

    Raises:
        ModelError: A weight is not finite, the network answers otherwise as ONNX, or the folder cannot be written.
    """
    weights = trained.network.state_dict()
    for key, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise ModelError(f"weight {key} of {name} is not finite; no model was written")
    info = ModelInfo(
        name=name,
        classes=classes,
        network=trained.architecture,
        parameters=sum(parameter.numel() for parameter in trained.network.parameters()),
        options=trained.options.to_dict(),
        data=data,
        history=trained.history,
        calibration={
            "temperature": trained.temperature,
            "strangeness": trained.strangeness,
            "held_out": trained.held_out.to_dict() if trained.held_out else None,
        },
        scores=evaluation.to_dict() if evaluation else None,
        version=version("tenfold"),
    )
    return save_model(
        folder,
        info,
        onnx=to_onnx(trained.network, trained.temperature, trained.classes if trained.options.strangers else None),
        weights=save({key: weight.contiguous().clone() for key, weight in weights.items()}),
        golden=golden,
        answers=trained.classifier()(golden),
    )


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


def golden_images(images: Images, labels: Labels, classes: int) -> Images:
    """Choose images to ask a model at every load: the first of each class, an empty and a full one.

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

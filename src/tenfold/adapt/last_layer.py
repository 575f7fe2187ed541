"""The last layer of a network, refitted: logistic regression on its features, with the old weights as the prior."""

import json
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Features
from tenfold.errors import ModelError
from tenfold.model.folder import DIGITS_FILE, WEIGHTS_FILE, Model

__all__ = ["Examples", "LastLayer", "contents_with", "last_layer_of", "refit"]

Floats: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]

STEPS = 25
"""Most steps of the minimisation; it ends sooner where a step gains next to nothing."""

MEMORY = 10
"""Steps that the minimisation remembers; Nocedal's choice is 3 to 20."""

ENOUGH = 1e-5
"""Gain of a step, as a share of the objective, below which it ends."""

GAINS = 1e-4
"""Share of the gain that the slope promises which a step must make: Armijo's rule."""


@dataclass(frozen=True, eq=False)
class LastLayer:
    """A linear layer.

    Attributes:
        weights: `float64 (k, f + 1)`: for each logit the weights of the features, and last its bias.
        names: What the weights and the biases are called in `model.safetensors`.
    """

    weights: Floats
    names: tuple[str, str]

    def logits(self, features: Features) -> Floats:
        """Give the logits, `float64 (n, k)`, of features `float32 (n, f)`."""
        logits: Floats = features.astype(np.float64) @ self.weights[:, :-1].T + self.weights[:, -1]
        return logits

    def probabilities(self, features: Features) -> Floats:
        """Give the softmax of the logits, `float64 (n, k)`."""
        return _softmax(self.logits(features))[0]


@dataclass(frozen=True, eq=False)
class Examples:
    """What a layer shall answer to some features.

    Attributes:
        features: `float32 (n, f)`.
        wanted: `float64 (n, k)`, the probabilities that it shall give; rows sum to 1.
        weight: How much all of them together count, in examples.
    """

    features: Features
    wanted: Floats
    weight: float


def last_layer_of(model: Model) -> LastLayer:
    """Read the last layer of a model folder's network, without PyTorch.

    Raises:
        ModelError: The network has no such layer, or several: an ensemble, or a module of the user's own.
    """
    made = model.info.network
    if not made or made["network"] == "ensemble":
        kind = "an ensemble" if made else "a module of its author's own"
        raise ModelError(
            f"{model.info.name} is {kind}, which has no last layer to refit: go on from it by `tenfold train --from`, "
            "or adapt a single network"
        )
    content = model.content(WEIGHTS_FILE)
    stored = _header(content)
    number = max(int(name.partition(".")[0]) for name in stored)
    names = f"{number}.weight", f"{number}.bias"
    weight, bias = (np.frombuffer(content[slice(*stored[name])], "<f4") for name in names)
    return LastLayer(np.column_stack([weight.reshape(len(bias), -1), bias]).astype(np.float64), names)


def contents_with(model: Model, layer: LastLayer) -> tuple[bytes, bytes]:
    """Give a model's `model.onnx` and `model.safetensors` with another last layer.

    Both files keep the layer as plain float32 numbers, so that its bytes can be replaced where they stand; no library
    of ONNX is needed.

    Raises:
        ModelError: The network's file does not hold the layer as it was trained.
    """
    network, weights = bytearray(model.content(DIGITS_FILE)), bytearray(model.content(WEIGHTS_FILE))
    stored = _header(bytes(weights))
    for name, values in zip(layer.names, (layer.weights[:, :-1], layer.weights[:, -1]), strict=True):
        start, end = stored[name]
        before, after = bytes(weights[start:end]), values.astype("<f4").tobytes()
        if network.count(before) != 1 or len(before) != len(after):
            raise ModelError(f"{model.folder}: {DIGITS_FILE} does not hold the last layer of {WEIGHTS_FILE}")
        place = network.index(before)
        network[place : place + len(after)] = after
        weights[start:end] = after
    return bytes(network), bytes(weights)


def refit(layer: LastLayer, examples: list[Examples], pull: float) -> LastLayer:
    """Fit a layer to examples, near to what it was.

    Args:
        layer: What it was.
        examples: What it shall answer.
        pull: The precision of the prior: what one unit of squared distance of the weights from the old ones costs,
            in examples.

    Returns:
        The layer with the least sum of the examples' cross-entropy, in nats, and `pull / 2` times the squared distance:
        the most probable weights where the old ones are the mean of a Gaussian prior.

    Source:
        Daumé and Marcu 2006, "Domain adaptation for statistical classifiers", and Chelba and Acero 2004, "Adaptation of
        maximum entropy capitalizer", for the prior; Liu and Nocedal 1989, "On the limited memory BFGS method", for the
        minimisation.
    """
    features = np.concatenate([each.features for each in examples])
    features = np.column_stack([features, np.ones(len(features), np.float32)])
    wanted = np.concatenate([each.wanted for each in examples])
    weight = np.concatenate([np.full(len(each.wanted), each.weight / max(1, len(each.wanted))) for each in examples])

    def objective(weights: Floats) -> tuple[float, Floats]:
        logits = (features @ weights.astype(np.float32).T).astype(np.float64)
        given, normaliser = _softmax(logits)
        losses = normaliser - (wanted * logits).sum(axis=1)
        moved = weights - layer.weights
        slope = ((given - wanted) * weight[:, None]).astype(np.float32).T @ features + pull * moved
        return float(weight @ losses + pull / 2 * (moved**2).sum()), slope

    weights = layer.weights
    value, slope = objective(weights)
    moves: list[tuple[Floats, Floats]] = []
    for _ in range(STEPS):
        direction = -_curved(slope, moves, pull)
        promised, length = float((slope * direction).sum()), 1.0
        found, steeper = objective(weights + direction)
        while found > value + GAINS * length * promised and length > 1e-6:
            length /= 2
            found, steeper = objective(weights + length * direction)
        moves = [*moves[1 - MEMORY :], (length * direction, steeper - slope)]
        weights, gained, value, slope = weights + length * direction, value - found, found, steeper
        if gained < ENOUGH * abs(value):
            break
    return LastLayer(weights, layer.names)


def _curved(slope: Floats, moves: list[tuple[Floats, Floats]], pull: float) -> Floats:
    """Multiply a slope by the inverse curvature that the last moves and changes of slope show."""
    direction, shares = slope.copy(), []
    for move, change in reversed(moves):
        shares.append(float((move * direction).sum()) / float((move * change).sum()))
        direction -= shares[-1] * change
    if moves:
        move, change = moves[-1]
        direction *= float((move * change).sum()) / float((change**2).sum())
    else:
        direction /= max(pull, float(np.abs(slope).max()))
    for (move, change), share in zip(moves, reversed(shares), strict=True):
        direction += (share - float((change * direction).sum()) / float((move * change).sum())) * move
    return direction


def _softmax(logits: Floats) -> tuple[Floats, "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    """Give the softmax, and the logarithm of the sum of the exponentials."""
    highest = logits.max(axis=1, keepdims=True)
    powers = np.exp(logits - highest)
    sums = powers.sum(axis=1, keepdims=True)
    return powers / sums, (highest + np.log(sums))[:, 0]


def _header(content: bytes) -> dict[str, tuple[int, int]]:
    """Give where each tensor of a safetensors file begins and ends, in bytes."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    start = 8 + length
    return {name: (start + each["data_offsets"][0], start + each["data_offsets"][1]) for name, each in header.items()}

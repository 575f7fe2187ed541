"""The networks: flat lists of layers whose first is the normalisation.

Each takes `uint8 (n, 28, 28)` and gives logits `float32 (n, k)`; the softmax that makes probabilities of them stands
in the loss while training and in the exported model afterwards.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from tenfold.arrays import SIDE
from tenfold.learn.recipes import TrainingOptions

__all__ = ["ACTIVATIONS", "Normalise", "architecture", "build", "convolutional", "dense", "normalised"]

ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
)


class Normalise(nn.Module):
    """Scale pixels from 0…255 to 0…1: `uint8 (n, 28, 28)` in, `float32 (n, 1, 28, 28)` out."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:  # noqa: D102
        return images.unsqueeze(1).to(torch.float32) * (1 / 255)


def dense(hidden: tuple[int, ...] = (128, 128), activation: str = "relu", classes: int = 10) -> nn.Sequential:
    """Make the founding network: flatten, hidden layers, one logit per class.

    Args:
        hidden: Units of each hidden layer.
        activation: One of `ACTIVATIONS`, after each hidden layer.
        classes: How many classes to tell apart.

    Returns:
        The network with fresh random weights.
    """
    layers: list[nn.Module] = [Normalise(), nn.Flatten()]
    sizes = (SIDE * SIDE, *hidden)
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], classes))


def convolutional(
    channels: tuple[int, ...] = (32, 64), hidden: tuple[int, ...] = (128,), activation: str = "relu", classes: int = 10
) -> nn.Sequential:
    """Make a small convolutional network that a plain CPU trains in seconds.

    Its first convolution stops at every second pixel of every second row, which leaves a quarter of the work to all
    that follows; pooling stands before normalisation and activation, which saves three quarters of theirs.

    Args:
        channels: Filters of each block of convolution, pooling, batch normalisation and activation; 1 to 3 blocks.
        hidden: Units of each hidden layer after the last block.
        activation: One of `ACTIVATIONS`.
        classes: How many classes to tell apart.

    Returns:
        The network with fresh random weights.
    """
    layers: list[nn.Module] = [Normalise()]
    side, inputs = SIDE // 2, 1
    for outputs in channels:
        first = inputs == 1
        size, stride = (5, 2) if first else (3, 1)
        convolution = nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False)
        layers += [convolution, nn.MaxPool2d(2), nn.BatchNorm2d(outputs), ACTIVATIONS[activation]()]
        side, inputs = side // 2, outputs
    layers.append(nn.Flatten())
    sizes = (side * side * inputs, *hidden)
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], classes))


NETWORKS: Mapping[str, Callable[..., nn.Sequential]] = MappingProxyType(
    {"dense": dense, "convolutional": convolutional}
)


def architecture(options: TrainingOptions, classes: int) -> dict[str, Any]:
    """Describe the network that training options ask for, as `build` takes it."""
    description: dict[str, Any] = {
        "network": options.network,
        "hidden": list(options.hidden),
        "activation": options.activation,
        "classes": classes,
    }
    return description | ({"channels": list(options.channels)} if options.network == "convolutional" else {})


def build(description: Mapping[str, Any]) -> nn.Sequential:
    """Make the network that an `architecture` describes, with fresh random weights."""
    arguments = {name: value for name, value in description.items() if name != "network"}
    return NETWORKS[description["network"]](**arguments)


def normalised(module: nn.Module) -> nn.Sequential:
    """Give a network whose first layer is the normalisation.

    Args:
        module: A network as above, or any module from `float32 (n, 1, 28, 28)` in 0…1 to logits `(n, k)`.

    Returns:
        The same network if it starts with `Normalise`, else one that puts it before.
    """
    if isinstance(module, nn.Sequential) and len(module) and isinstance(module[0], Normalise):
        return module
    layers = list(module) if isinstance(module, nn.Sequential) else [module]
    return nn.Sequential(Normalise(), *layers)

"""The networks: flat lists of layers whose first is the normalisation.

Each takes `uint8 (n, 28, 28)` and gives logits `float32 (n, k)`; the softmax that makes probabilities of them stands
in the loss while training and in the exported model afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from tenfold.arrays import SIDE
from tenfold.learn.recipes import TrainingOptions

__all__ = [
    "ACTIVATIONS",
    "Ensemble",
    "Normalise",
    "Residual",
    "architecture",
    "build",
    "build_single",
    "convolutional",
    "deep",
    "dense",
    "normalised",
]

ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
)


PLACES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
"""Where test-time augmentation moves the image to, in pixels down and right: its first 1, 5 or 9."""


class Normalise(nn.Module):
    """Scale pixels from 0…255 to 0…1: `uint8 (n, 28, 28)` in, `float32 (n, 1, 28, 28)` out.

    Where training computes in bfloat16 the pixels come out in it, without a detour.
    """

    def forward(self, images: torch.Tensor) -> torch.Tensor:  # noqa: D102
        device = images.device.type
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else torch.float32
        return images.unsqueeze(1).to(dtype) * (1 / 255)


class TestTimeAugmentation(nn.Sequential):
    """A list of layers that answers for each image moved to several places, the probabilities averaged.

    While it is trained, it answers for the image as it is.

    Attributes:
        places: `(down, right)` in pixels, for each move.
    """

    def __init__(self, network: Iterable[nn.Module], count: int) -> None:
        super().__init__(*network)
        self.places = PLACES[:count]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.training:
            return self._through_layers(images)
        padded = nn.functional.pad(images, (1, 1, 1, 1))
        moved = [padded[:, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE] for down, right in self.places]
        answers = self._through_layers(torch.cat(moved)).softmax(1)
        return torch.stack(answers.tensor_split(len(moved))).mean(0).log()

    def _through_layers(self, values: torch.Tensor) -> torch.Tensor:
        for layer in self:
            values = layer(values)
        return values


class Ensemble(nn.Module):
    """Networks whose probabilities are averaged: `uint8 (n, 28, 28)` in, logits of the mean, `float32 (n, k)`, out.

    Args:
        members: The networks, each from `uint8 (n, 28, 28)` to logits.
    """

    def __init__(self, members: Iterable[nn.Sequential]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, images: torch.Tensor) -> torch.Tensor:  # noqa: D102
        return torch.stack([member(images).softmax(1) for member in self.members]).mean(0).log()


class Residual(nn.Module):
    """Two convolutions, the result of which is added to what they were given: `float32 (n, channels, h, w)` in and out.

    Args:
        channels: Of what goes in and comes out.
        kernel: Height and width of both convolutions, odd.
        dilation: Pixels from one of a convolution's weights to the next.

    Source:
        He et al. 2016, "Deep residual learning for image recognition"; dilation is that of Yu and Koltun 2016,
        "Multi-scale context aggregation by dilated convolutions".
    """

    def __init__(self, channels: int, kernel: tuple[int, int] = (3, 3), dilation: int = 1) -> None:
        super().__init__()
        self.dilation = dilation
        padding = kernel[0] // 2 * dilation, kernel[1] // 2 * dilation

        def convolution() -> nn.Conv2d:
            return nn.Conv2d(channels, channels, kernel, padding=padding, dilation=dilation, bias=False)

        self.body = nn.Sequential(
            convolution(), nn.BatchNorm2d(channels), nn.ReLU(), convolution(), nn.BatchNorm2d(channels)
        )

    def forward(self, values: torch.Tensor) -> torch.Tensor:  # noqa: D102
        return torch.relu(values + self.body(values))


def dense(hidden: tuple[int, ...] = (128, 128), activation: str = "relu", *, classes: int) -> nn.Sequential:
    """Make the founding network: flatten, hidden layers, one logit per class.

    Args:
        hidden: Units of each hidden layer.
        activation: One of `ACTIVATIONS`, after each hidden layer.
        classes: How many classes to tell apart.

    Returns:
        The network with fresh random weights.
    """
    return nn.Sequential(Normalise(), *_decision(SIDE * SIDE, hidden, activation, classes))


def convolutional(
    channels: tuple[int, ...] = (32, 64), hidden: tuple[int, ...] = (128,), activation: str = "relu", *, classes: int
) -> nn.Sequential:
    """Make a small convolutional network that a plain CPU trains in seconds.

    Its first convolution has stride 2, which leaves a quarter of the work to the layers after it; pooling comes before
    normalisation and activation, which saves three quarters of theirs.

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
    return nn.Sequential(*layers, *_decision(side * side * inputs, hidden, activation, classes))


def deep(
    channels: tuple[int, ...] = (24, 32, 64, 64, 128, 128),
    hidden: tuple[int, ...] = (),
    activation: str = "relu",
    *,
    classes: int,
) -> nn.Sequential:
    """Make a deeper convolutional network, slower and right more often.

    A 5×5 convolution with stride 2 comes first; two 3×3 convolutions follow, pooling, and two more. With six, a 3×3
    convolution at full size comes before them all. At the end each channel is summed over its places with one learned
    weight per place, so that it still matters where something was seen.

    Args:
        channels: Filters of each convolution, each followed by batch normalisation and activation; 1 to 6.
        hidden: Units of each hidden layer after them.
        activation: One of `ACTIVATIONS`.
        classes: How many classes to tell apart.

    Returns:
        The network with fresh random weights.
    """
    layers: list[nn.Module] = [Normalise()]
    side, inputs = SIDE, 1
    strided = 1 if len(channels) == 6 else 0
    for number, outputs in enumerate(channels):
        if number == strided + 3:
            layers.append(nn.MaxPool2d(2))
            side //= 2
        size, stride = (5, 2) if number == strided else (3, 1)
        convolution = nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False)
        layers += [convolution, nn.BatchNorm2d(outputs), ACTIVATIONS[activation]()]
        side, inputs = side // stride, outputs
    places = nn.Conv2d(inputs, inputs, side, groups=inputs, bias=False)
    nn.init.constant_(places.weight, 1 / side**2)  # the mean over all places, to begin with
    layers += [places, nn.BatchNorm2d(inputs)]
    return nn.Sequential(*layers, *_decision(inputs, hidden, activation, classes))


def _decision(inputs: int, hidden: tuple[int, ...], activation: str, classes: int) -> list[nn.Module]:
    """Make the last layers: flatten, hidden layers, one logit per class."""
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise((inputs, *hidden)):
        layers += [nn.Linear(before, after), ACTIVATIONS[activation]()]
    return [*layers, nn.Linear((inputs, *hidden)[-1], classes)]


NETWORKS: Mapping[str, Callable[..., nn.Sequential]] = MappingProxyType(
    {"dense": dense, "convolutional": convolutional, "deep": deep}
)


def architecture(options: TrainingOptions, classes: int) -> dict[str, Any]:
    """Describe a network that training options ask for, as `build` takes it: one logit more if it knows outliers.

    Of an ensemble it is one of the members.
    """
    description: dict[str, Any] = {
        "network": options.network,
        "hidden": list(options.hidden),
        "activation": options.activation,
        "classes": classes + (options.outliers > 0),
    }
    if options.network != "dense":
        description["channels"] = list(options.channels)
    if options.test_time_augmentation > 1:
        description["test_time_augmentation"] = options.test_time_augmentation
    return description


def build(description: Mapping[str, Any]) -> nn.Sequential | Ensemble:
    """Make the network of a model folder's description, with fresh random weights."""
    if description["network"] == "ensemble":
        return Ensemble(build_single(description["member"]) for _ in range(description["members"]))
    return build_single(description)


def build_single(description: Mapping[str, Any]) -> nn.Sequential:
    """Make a network that is no ensemble, as `architecture` describes it."""
    arguments = dict(description)
    places = arguments.pop("test_time_augmentation", 1)
    network = NETWORKS[arguments.pop("network")](**arguments)
    return TestTimeAugmentation(network, places) if places > 1 else network


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

"""What the layers of a digit network make of an image."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from tenfold.arrays import Images, as_images
from tenfold.model.engine import open_network
from tenfold.model.folder import DIGITS_FILE, Model
from tenfold.model.onnx_wire import nodes_of, with_outputs

__all__ = ["Activation", "Activations"]

WEIGHTED = {"Conv", "Gemm", "MatMul"}
"""The nodes that have weights."""

FOLLOWED = {"Add", "BatchNormalization", "Clip", "DequantizeLinear", "Elu", "Gelu", "LeakyRelu", "QuantizeLinear"} | {
    "Relu",
    "Sigmoid",
    "Tanh",
}
"""Nodes that belong to the layer before them: its bias, its normalisation, its activation."""

MOST = 8
"""Layers that are told; of several networks in one the first has as many or fewer."""

Values: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, eq=False)
class Activation:
    """What one layer makes of an image.

    Attributes:
        kind: What the layer is; a convolution over all of its maps is a dense layer.
        values: `float32 (channels, height, width)` of a convolution, `float32 (units,)` of a dense one.
    """

    kind: Literal["convolution", "dense"]
    values: Values


class Activations:
    """The digit network of a model, opened so that its layers can be looked at.

    Args:
        model: The model.

    Raises:
        ModelError: The model folder is damaged.
    """

    def __init__(self, model: Model) -> None:
        content = model.content(DIGITS_FILE)
        self._layers = _layers(content)
        self._network = open_network(with_outputs(content, self._layers), threads=1, source=str(model.folder))

    def of(self, images: Images) -> list[Activation]:
        """Say what the layers make of one image, in the order in which they are computed.

        Args:
            images: `uint8 (1, 28, 28)`.

        Returns:
            At most eight layers; the last, whose answers are the probabilities, is left out.
        """
        found: list[Any] = self._network.run(self._layers, as_images(images))
        values = [np.atleast_1d(np.asarray(each[0], np.float32).squeeze()) for each in found]
        return [Activation("convolution" if each.ndim == 3 else "dense", each) for each in values]


def _layers(content: bytes) -> list[str]:
    """Give the name of what each layer of a network gives after its activation."""
    found: list[str] = []
    belongs: dict[str, int] = {}
    for does, given, gives in nodes_of(content):
        if does in WEIGHTED:
            belongs[gives[0]] = len(found)
            found.append(gives[0])
        elif (
            does in FOLLOWED and (layer := next((belongs[name] for name in given if name in belongs), None)) is not None
        ):
            belongs[gives[0]] = layer
            if does != "QuantizeLinear":  # whole numbers, which mean nothing by themselves
                found[layer] = gives[0]
    return found[:-1][:MOST]

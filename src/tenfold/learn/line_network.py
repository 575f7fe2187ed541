"""The line recogniser's network: its layers, and their way into an ONNX file and back.

It learns 2,814,891 weights; its ONNX file holds 2,819,886 numbers in float32, what batch normalisation measured among
them, and the same in int8 with it folded into the convolutions.
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import nn

from tenfold.arrays import LINE_HEIGHT, SEPARATORS
from tenfold.data.examples import DIGITS
from tenfold.errors import ModelError
from tenfold.learn.networks import Residual
from tenfold.learn.onnx_graph import LAYERS, Graph

__all__ = ["ALPHABET", "lines_from_onnx", "lines_to_onnx", "network", "without_context"]

ALPHABET = "".join(DIGITS) + SEPARATORS
"""What it reads: digits, and what numbers are written with beside them."""

CONTEXT = (2, 4)
"""Dilations of the blocks that let a sign be read beside the rest of its number: together they see 48 of its columns to
each side."""


def network(signs: int) -> nn.Sequential:
    """Make the network with fresh weights.

    Args:
        signs: How many signs its alphabet has.

    Returns:
        From `float32 (n, 1, 48, w)`, 0…1, `w` a multiple of 4, to logits `float32 (n, signs + 1, 1, w // 2)`: for each
        second column those of the signs, and last that of the blank, which says that no sign begins there.

    Source:
        Shi, Bai and Yao 2015, "An end-to-end trainable neural network for image-based sequence recognition", with
        residual blocks (He et al. 2016) in place of recurrent layers. Its last ones begin as if they were not there
        (Goyal et al. 2017, "Accurate, large minibatch SGD", section 5.1).
    """
    return nn.Sequential(
        *_block(1, 24, (5, 5), (2, 2), 2),
        *_block(24, 40),
        nn.MaxPool2d(2),
        *_block(40, 64),
        Residual(64),
        nn.MaxPool2d((2, 1)),
        *_block(64, 96),
        Residual(96),
        nn.MaxPool2d((2, 1)),
        *_block(96, 160),
        *_block(160, 256, (3, 3), (0, 1)),
        Residual(256, (1, 5)),
        *(_context(256, dilation) for dilation in CONTEXT),
        nn.Dropout(0.15),
        nn.ConvTranspose2d(256, signs + 1, (1, 2), (1, 2)),
    )


def _block(
    inputs: int, outputs: int, kernel: tuple[int, int] = (3, 3), padding: tuple[int, int] = (1, 1), stride: int = 1
) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def _context(channels: int, dilation: int) -> Residual:
    block = Residual(channels, (1, 5), dilation)
    nn.init.zeros_(block.get_parameter("body.4.weight"))
    return block


def without_context(net: nn.Module) -> nn.Sequential:
    """Give the layers of a network but for its blocks of context.

    While a network learns where signs are it must not see the whole line: it would say them at the line's ends.
    """
    return nn.Sequential(*(layer for layer in net.children() if not _is_context(layer)))


def _is_context(layer: nn.Module) -> bool:
    return isinstance(layer, Residual) and layer.dilation > 1


def lines_to_onnx(net: nn.Sequential) -> bytes:
    """Write the network as ONNX.

    Args:
        net: The network, in evaluation mode.

    Returns:
        The file's content: input `lines`, `uint8 (n, 48, w)`, `w` a multiple of 4; output `columns`, `float32
        (n, w // 2, signs + 1)`, for each second column the logarithms of the probabilities of each sign, and last of
        the blank.
    """
    graph = Graph("lines")
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", np.float32(1 / 255))
    graph.add("Unsqueeze", np.array([1]))
    for layer in net:
        LAYERS[type(layer)](graph, layer)
    graph.add("Squeeze", np.array([2]))
    graph.add("Transpose", perm=(0, 2, 1))
    graph.add("LogSoftmax", axis=2, result="columns")
    return graph.content(
        {"lines": (TensorProto.UINT8, ["n", LINE_HEIGHT, "w"])},
        {"columns": (TensorProto.FLOAT, ["n", None, net[-1].out_channels])},
    )


def lines_from_onnx(content: bytes) -> nn.Sequential:
    """Read a network back from its ONNX file in int8, to train it on.

    Args:
        content: What `tenfold.learn.quantize.lines_to_int8` made of what `lines_to_onnx` wrote: batch normalisation is
            part of the convolution before it. A file of version 0.1.0 of the network has no context.

    Returns:
        The network in evaluation mode, its weights those of the file, and as if blocks that it lacks were not there.

    Raises:
        ModelError: It is no such file, or not of `network(len(ALPHABET))`.
    """
    graph = onnx.load_from_string(content).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            values, scale = (stored[name] for name in node.input[:2])
            stored[node.output[0]] = values * scale.reshape(-1, *[1] * (values.ndim - 1))
    nodes = [node for node in graph.node if node.op_type in {"Conv", "ConvTranspose"}]
    net = network(len(ALPHABET)).eval()
    filled = net if len(nodes) == _count(net) else without_context(net)
    *layers, last = [layer for layer in filled.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
    norms = [layer for layer in filled.modules() if isinstance(layer, nn.BatchNorm2d)]
    try:
        *folded, (weight, bias) = [[torch.tensor(stored[name]).float() for name in node.input[1:]] for node in nodes]
        last.load_state_dict({"weight": weight, "bias": bias})
        for (weight, bias), layer, norm in zip(folded, layers, norms, strict=True):
            layer.load_state_dict({"weight": weight})
            norm.load_state_dict(
                {"weight": torch.ones_like(bias), "bias": bias, "running_var": torch.full_like(bias, 1 - norm.eps)},
                strict=False,
            )
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"the line recogniser is not one that this trains on: {error}") from error
    return net


def _count(net: nn.Sequential) -> int:
    return sum(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in net.modules())

"""The line recogniser's network: its layers, two of them beside each other, and their way into an ONNX file and back.

It learns 2,814,891 weights; its ONNX file holds 2,819,886 numbers in float32, what batch normalisation measured among
them, and the same in int8 with it folded into the convolutions.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tenfold.arrays import LINE_HEIGHT, SEPARATORS
from tenfold.data.examples import DIGITS
from tenfold.errors import ModelError
from tenfold.learn.networks import Residual
from tenfold.learn.onnx_graph import LAYERS, Graph

__all__ = [
    "ALPHABET",
    "GatedPair",
    "LineNet",
    "lines_from_onnx",
    "lines_to_onnx",
    "network",
    "split_off_norms",
    "without_context",
]

Tensor: TypeAlias = torch.Tensor

ALPHABET = "".join(DIGITS) + SEPARATORS
"""What it reads: digits, and what numbers are written with beside them."""

CONTEXT = (2, 4)
"""Dilations of the blocks that let a sign be read beside the rest of its number: together they see 48 of its columns to
each side."""

FEATURES = 256
"""What the network knows of each fourth column when it says its signs."""

LEAST = 1e-30
"""Least probability in the columns of two networks: no file can hold the logarithm of 0."""


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
        *_block(160, FEATURES, (3, 3), (0, 1)),
        Residual(FEATURES, (1, 5)),
        *(_context(FEATURES, dilation) for dilation in CONTEXT),
        nn.Dropout(0.15),
        nn.ConvTranspose2d(FEATURES, signs + 1, (1, 2), (1, 2)),
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


class GatedPair(nn.Module):
    """Two networks that read the same lines, and a gate that says of each line how far the second is believed.

    What the first knew stays as it was for lines that the gate is shut for.

    Args:
        known: The first network.
        own: The second one, which knows lines of one kind better.

    Attributes:
        known: As given.
        own: As given.
        gate: From `features` to the logit of the second network's share; half open until it is told otherwise.

    Source:
        Jacobs, Jordan, Nowlan and Hinton 1991, "Adaptive mixtures of local experts".
    """

    def __init__(self, known: nn.Sequential, own: nn.Sequential) -> None:
        super().__init__()
        self.known, self.own = known, own
        self.gate = nn.Linear(FEATURES, 1)
        for weights in self.gate.parameters():
            nn.init.zeros_(weights)

    def forward(self, images: Tensor) -> Tensor:
        """Give the logarithms of the mixed probabilities, shaped as the logits of one network."""
        logit = self.gate(self.features(images))[:, :, None, None]
        known, own = self.known(images).log_softmax(1), self.own(images).log_softmax(1)
        return torch.logaddexp(known + F.logsigmoid(-logit), own + F.logsigmoid(logit))

    def features(self, images: Tensor) -> Tensor:
        """Give what the first network knows of each line, `float32 (n, 256)`, the mean over its columns."""
        features: Tensor = self.known[:-1](images).mean((2, 3))
        return features


LineNet: TypeAlias = nn.Sequential | GatedPair
"""A network that reads lines."""


def lines_to_onnx(net: LineNet) -> bytes:
    """Write a network as ONNX.

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
    if isinstance(net, GatedPair):
        _add_pair(graph, net)
        last = net.known[-1]
    else:
        _add(graph, net)
        graph.add("LogSoftmax", axis=1)
        last = net[-1]
    graph.add("Squeeze", np.array([2]))
    graph.add("Transpose", perm=(0, 2, 1), result="columns")
    return graph.content(
        {"lines": (TensorProto.UINT8, ["n", LINE_HEIGHT, "w"])},
        {"columns": (TensorProto.FLOAT, ["n", None, last.out_channels])},
    )


def _add(graph: Graph, layers: Iterable[nn.Module]) -> str:
    """Add layers to a graph; give the name of what the last one gives."""
    for layer in layers:
        LAYERS[type(layer)](graph, layer)
    return graph.value


def _add_pair(graph: Graph, pair: GatedPair) -> None:
    images = graph.value
    *body, last = pair.known
    features = _add(graph, body)
    known = graph.softmax(_add(graph, [last]))
    graph.value = features
    graph.add("ReduceMean", axes=[2, 3])
    _add(graph, [nn.Flatten(), pair.gate, nn.Sigmoid()])
    graph.add("Unsqueeze", np.array([2, 3]))
    share, graph.value = graph.value, images
    graph.softmax(_add(graph, pair.own))
    graph.add("Sub", known)
    graph.add("Mul", share)
    graph.add("Sum", known)  # an `Add` would become int8
    graph.add("Max", np.float32(LEAST))
    graph.add("Log")


def lines_from_onnx(content: bytes) -> LineNet:
    """Read a network back from its ONNX file in int8, to train it on.

    Args:
        content: What `tenfold.learn.quantize.lines_to_int8` made of what `lines_to_onnx` wrote: batch normalisation is
            part of the convolution before it. A file of version 0.1.0 of the network has no context.

    Returns:
        The network in evaluation mode, its weights those of the file, and as if blocks that it lacks were not there.

    Raises:
        ModelError: It is no such file, or not of `network(len(ALPHABET))` or two of them.
    """
    graph = onnx.load_from_string(content).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            values, scale = (stored[name] for name in node.input[:2])
            stored[node.output[0]] = values * scale.reshape(-1, *[1] * (values.ndim - 1))
    ends, gates = ([node for node in graph.node if node.op_type == kind] for kind in ("ConvTranspose", "Gemm"))
    try:
        chains = [_chain(graph, end) for end in ends]
        if not gates:
            [chain] = chains
            return _filled(chain, stored)
        [gate] = gates
        *seen, _ = _chain(graph, gate)
        chains.sort(key=lambda chain: chain[:-1] != seen)  # the gate sees the first network
        known, own = (_filled(chain, stored) for chain in chains)
        pair = GatedPair(known, own).eval()
        pair.gate.load_state_dict(dict(zip(("weight", "bias"), _weights_of(gate, stored), strict=True)))
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"the line recogniser is not one that this trains on: {error}") from error
    return pair


def split_off_norms(net: nn.Sequential, batches: Iterable[Tensor]) -> None:
    """Make batch normalisation measure again, in a network that was read back from a file in which it is folded.

    The network answers as before. But while it learns, batch normalisation scales what it gets by what is in a batch;
    without this the scale that the weights were learned with would be lost at the first step.

    Args:
        net: A network of `lines_from_onnx`, in evaluation mode; changed.
        batches: Lines to measure on, as the network takes them.
    """
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {}

    def measure(norm: nn.Module, inputs: tuple[Tensor]) -> None:
        seen.setdefault(norm, []).append(torch.var_mean(inputs[0], (0, 2, 3)))

    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    with torch.no_grad():
        for images in batches:
            net(images)
        for norm, hook in zip(norms, hooks, strict=True):
            hook.remove()
            variance, mean = (torch.stack(each).mean(0) for each in zip(*seen[norm], strict=True))
            weight, bias = (variance + norm.eps).sqrt(), norm.bias + mean
            norm.load_state_dict(
                {"weight": weight, "bias": bias, "running_mean": mean, "running_var": variance}, strict=False
            )


def _chain(graph: onnx.GraphProto, end: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Give the convolutions that a node's value comes from, in their order, and the node."""
    needed = {end.input[0]}
    chain = [end]
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            if node.op_type == "Conv":
                chain.insert(0, node)
    return chain


def _filled(nodes: Sequence[onnx.NodeProto], stored: Mapping[str, "np.ndarray"]) -> nn.Sequential:
    """Make a network of the weights of its convolutions, in their order."""
    net = network(len(ALPHABET)).eval()
    filled = net if len(nodes) == _count(net) else without_context(net)
    *layers, last = [layer for layer in filled.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
    norms = [layer for layer in filled.modules() if isinstance(layer, nn.BatchNorm2d)]
    *folded, (weight, bias) = [_weights_of(node, stored) for node in nodes]
    last.load_state_dict({"weight": weight, "bias": bias})
    for (weight, bias), layer, norm in zip(folded, layers, norms, strict=True):
        layer.load_state_dict({"weight": weight})
        norm.load_state_dict(
            {"weight": torch.ones_like(bias), "bias": bias, "running_var": torch.full_like(bias, 1 - norm.eps)},
            strict=False,
        )
    return net


def _weights_of(node: onnx.NodeProto, stored: Mapping[str, "np.ndarray"]) -> list[Tensor]:
    return [torch.tensor(stored[name]).float() for name in node.input[1:]]


def _count(net: nn.Sequential) -> int:
    return sum(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in net.modules())

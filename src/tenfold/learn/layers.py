"""The layers of a network that was saved as ONNX: what each gives, how many weights it has, what it costs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import onnx
from onnx import GraphProto, NodeProto, helper, shape_inference

from tenfold.errors import ModelError

__all__ = ["Layer", "layers_of"]

Shape: TypeAlias = tuple[int, ...]

PLUMBING = frozenset(
    ("Cast", "Concat", "Constant", "DequantizeLinear", "Identity", "QuantizeLinear", "Slice", "Squeeze", "Unsqueeze")
)
"""Nodes that only hand values on, which no table shows."""

WIDTH = 128
"""Width of a line for which the line recogniser's shapes and costs are told, in pixels: about four digits."""


@dataclass(frozen=True)
class Layer:
    """A layer of a network.

    Attributes:
        kind: What ONNX calls it, as `Conv`, `Gemm`, `Relu`.
        shape: What it gives for one image, or for one line of 128 pixels, its batch axis first.
        weights: How many weights it has.
        multiply_adds: How many multiplications with an addition each takes for one image or line.
    """

    kind: str
    shape: Shape
    weights: int
    multiply_adds: int


def layers_of(content: bytes) -> tuple[Layer, ...]:
    """Give the layers of a network in the order in which they are computed.

    Args:
        content: An ONNX file whose first axis, the batch, may be of any length.

    Returns:
        One entry for each node but those that only hand values on. Batch normalisation that was folded into a
        convolution is none of its own.

    Raises:
        ModelError: It is no ONNX file.
    """
    try:
        model = onnx.load_from_string(content)
        for given in model.graph.input:
            _fix_sizes(given)
        graph = shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception as error:  # protobuf and onnx raise types of their own, with Exception as their only parent
        raise ModelError(f"the layers cannot be told, for this is no ONNX file: {error}") from error
    shapes = {
        value.name: tuple(size.dim_value for size in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
    weights = _weights(graph)
    return tuple(_layer(node, shapes, weights) for node in graph.node if node.op_type not in PLUMBING)


def _fix_sizes(given: onnx.ValueInfoProto) -> None:
    """Set the sizes that a network leaves open: one image or line at a time, lines of one width."""
    for place, size in enumerate(given.type.tensor_type.shape.dim):
        if not size.dim_value:
            size.dim_value = WIDTH if place else 1


def _weights(graph: GraphProto) -> dict[str, Shape]:
    """Give the shapes of the weights by name; those of 8 bits also by the name of what becomes of them."""
    found = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return found


def _layer(node: NodeProto, shapes: Mapping[str, Shape], weights: Mapping[str, Shape]) -> Layer:
    own = [weights[name] for name in node.input if name in weights]
    shape = shapes.get(node.output[0], ())
    learned = own if node.op_type in {"Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization"} else []
    given = shapes.get(node.input[0], ())
    return Layer(node.op_type, shape, sum(map(math.prod, learned)), _multiply_adds(node, own, given, shape))


def _multiply_adds(node: NodeProto, weights: Sequence[Shape], given: Shape, shape: Shape) -> int:
    """Count them from shapes: a weight is used once for each place that it slides to."""
    if not weights:
        return 0
    if node.op_type == "Conv":
        return math.prod(shape) * math.prod(weights[0][1:])
    if node.op_type == "ConvTranspose":
        return math.prod(given) * math.prod(weights[0][1:])
    if node.op_type == "Gemm":
        transposed = any(helper.get_attribute_value(each) for each in node.attribute if each.name == "transB")
        return math.prod(shape) * weights[0][1 if transposed else 0]
    return math.prod(shape) * weights[0][-2] if node.op_type == "MatMul" and len(weights[0]) > 1 else 0

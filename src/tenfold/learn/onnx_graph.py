"""Networks as ONNX graphs: uint8 images in, probabilities and features out."""

import logging
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from tenfold.arrays import SIDE
from tenfold.errors import ModelError
from tenfold.learn.networks import Ensemble, Normalise, Residual, TestTimeAugmentation

__all__ = ["LAYERS", "Graph", "least_versions", "to_onnx"]

OLDEST_OPSET, NEWEST_OPSET = 13, 20
"""The versions of ONNX's operators that a graph may ask for: in all of them, what `LAYERS` writes means the same."""

TRACED_OPSET = 18
"""What PyTorch's exporter writes without converting; the oldest that it offers."""


def to_onnx(network: nn.Sequential | Ensemble, temperature: float = 1.0, classes: int | None = None) -> bytes:
    """Write a network as ONNX.

    A flat list of known layers is written node by node, which takes milliseconds and gives a graph that reads like
    the list; with any other module in it, PyTorch's own exporter traces it, which takes seconds.

    Args:
        network: From `uint8 (n, 28, 28)` to logits `float32 (n, k)`, in evaluation mode, on the CPU.
        temperature: What the logits are divided by before the softmax.
        classes: How many of the logits are for classes, where one more is for images of none of them.

    Returns:
        The file's content: input `images`, outputs `probabilities` `(n, k)` and `features` `(n, f)`: the inputs of
        the last linear layer, or the logits where the last layer is another. Where a logit is for images of none of
        the classes also `out_of_distribution` `(n,)`, its probability. `n` is free.
    """
    if isinstance(network, Ensemble):
        return _listed(list(network.members), temperature, classes)
    known = all(_is_known(layer) for layer in network)
    return _listed([network], temperature, classes) if known else _traced(network, temperature)


def _is_known(layer: nn.Module) -> bool:
    """Say whether a layer is in the list below and has only settings that it writes."""
    if type(layer) not in LAYERS:
        return False
    if isinstance(layer, nn.Conv2d):
        return layer.padding_mode == "zeros"
    if isinstance(layer, nn.ConvTranspose2d):  # only as the line recogniser has it
        return False
    if isinstance(layer, nn.Flatten):
        return (layer.start_dim, layer.end_dim) == (1, -1)
    if isinstance(layer, nn.BatchNorm2d):
        return layer.affine and layer.track_running_stats
    return not (isinstance(layer, nn.MaxPool2d) and layer.return_indices)


class Graph:
    """A chain of ONNX nodes.

    Attributes:
        value: The name of what the last one gives; before the first, of what the graph is given.
        nodes: The nodes.
        tensors: What they store.
    """

    def __init__(self, value: str = "images") -> None:
        self.value = value
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def add(self, operator: str, *operands: Any, result: str = "", **attributes: Any) -> None:  # noqa: ANN401
        """Apply an operator to the chain's value and further operands: names of values, or tensors to store."""
        inputs = [self.value, *(each if isinstance(each, str) else self._store(each) for each in operands)]
        self.value = result or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [self.value], **attributes))

    def softmax(self, logits: str) -> str:
        """Apply the softmax to a value that is not the chain's; give the result's name, as do the following."""
        self.value = logits
        self.add("Softmax", axis=1)
        return self.value

    def mean(self, values: Sequence[str]) -> str:
        """Average values of one shape."""
        self.value = values[0]
        self.add("Mean", *values[1:])
        return self.value

    def log_of_mean(self, probabilities: Sequence[str]) -> str:
        """Give the logits of the mean of probabilities."""
        self.mean(probabilities)
        self.add("Log")
        return self.value

    def parts(self, value: str, count: int) -> list[str]:
        """Cut a batch into equal parts, one after another."""
        names = [f"{value}_part_{index}" for index in range(count)]
        self.nodes.append(helper.make_node("Split", [value], names, axis=0))
        return names

    def look_from(self, places: Sequence[tuple[int, int]]) -> None:
        """Make of a batch of images one batch after another, moved down and right by whole pixels, one at most."""
        self.add("Pad", np.array([0, 1, 1, 0, 1, 1]))
        padded, moved = self.value, []
        for down, right in places:
            self.value = padded
            start = np.array([1 - down, 1 - right])
            self.add("Slice", start, start + SIDE, np.array([1, 2]))
            moved.append(self.value)
        self.value = moved[0]
        self.add("Concat", *moved[1:], axis=0)

    def content(
        self, inputs: Mapping[str, tuple[int, Sequence[Any]]], outputs: Mapping[str, tuple[int, Sequence[Any]]]
    ) -> bytes:
        """Give the checked ONNX file: inputs and outputs by name, each an element type and a shape."""
        opset, ir_version = least_versions(self.nodes)
        for node in self.nodes:
            if node.op_type == "Split" and opset >= 18:  # from there on it has to be told how many parts there are
                node.attribute.append(helper.make_attribute("num_outputs", len(node.output)))
        model = helper.make_model(
            helper.make_graph(
                self.nodes,
                "tenfold",
                [helper.make_tensor_value_info(name, *each) for name, each in inputs.items()],
                [helper.make_tensor_value_info(name, *each) for name, each in outputs.items()],
                self.tensors,
            ),
            opset_imports=[helper.make_opsetid("", opset)],
            ir_version=ir_version,
            producer_name="tenfold",
        )
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString()
        return content

    def _store(self, tensor: Any) -> str:  # noqa: ANN401
        name = f"tensor_{len(self.tensors)}"
        array = tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor)
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name


def least_versions(nodes: Iterable[onnx.NodeProto]) -> tuple[int, int]:
    """Give the lowest opset that knows all nodes as they are written, and the lowest IR version that goes with it.

    The older they are, the older the runtimes that open the file: opset 13 with IR 7 is of 2020, opset 18 with IR 8 of
    2022, opset 20 with IR 9 of 2023.
    """
    opset = max((_first_opset(node) for node in nodes), default=OLDEST_OPSET)
    return opset, helper.find_min_ir_version_for([helper.make_opsetid("", opset)])


def _first_opset(node: onnx.NodeProto) -> int:
    """Give the first opset that has a node's operator with all attributes that are set."""
    attributes = {attribute.name for attribute in node.attribute}
    for opset in range(OLDEST_OPSET, NEWEST_OPSET):
        if onnx.defs.has(node.op_type, opset) and attributes <= set(
            onnx.defs.get_schema(node.op_type, opset).attributes
        ):
            return opset
    return NEWEST_OPSET


def _normalise(graph: Graph, _: Normalise) -> None:
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", np.float32(1 / 255))
    graph.add("Unsqueeze", np.array([1]))


def _linear(graph: Graph, layer: nn.Linear) -> None:
    graph.add("Gemm", *_weights(layer), transB=1)


def _convolution(graph: Graph, layer: nn.Conv2d) -> None:
    same = {"auto_pad": "SAME_UPPER"} if layer.padding == "same" else {"pads": _sides(layer.padding)}
    graph.add(
        "Conv",
        *_weights(layer),
        strides=layer.stride,
        dilations=layer.dilation,
        group=layer.groups,
        **({} if layer.padding == "valid" else same),
    )


def _transposed_convolution(graph: Graph, layer: nn.ConvTranspose2d) -> None:
    graph.add("ConvTranspose", *_weights(layer), strides=layer.stride)


def _residual(graph: Graph, layer: Residual) -> None:
    before = graph.value
    for inner in layer.body:
        LAYERS[type(inner)](graph, inner)
    graph.add("Add", before)
    graph.add("Relu")


def _max_pool(graph: Graph, layer: nn.MaxPool2d) -> None:
    graph.add(
        "MaxPool",
        kernel_shape=_pair(layer.kernel_size),
        strides=_pair(layer.stride),
        dilations=_pair(layer.dilation),
        pads=_sides(layer.padding),
        ceil_mode=int(layer.ceil_mode),
    )


def _batch_norm(graph: Graph, layer: nn.BatchNorm2d) -> None:
    graph.add("BatchNormalization", *_weights(layer), layer.running_mean, layer.running_var, epsilon=layer.eps)


def _silu(graph: Graph, _: nn.SiLU) -> None:
    before = graph.value
    graph.add("Sigmoid")
    graph.add("Mul", before)


def _weights(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d) -> list[torch.Tensor]:
    return [layer.weight] if layer.bias is None else [layer.weight, layer.bias]


def _pair(value: int | tuple[int, ...]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _sides(padding: Any) -> list[int]:  # noqa: ANN401
    return _pair(padding) * 2


LAYERS: Mapping[type[nn.Module], Callable[[Graph, Any], None]] = MappingProxyType(
    {
        Normalise: _normalise,
        nn.Flatten: lambda graph, _: graph.add("Flatten", axis=1),
        nn.Linear: _linear,
        nn.Conv2d: _convolution,
        nn.ConvTranspose2d: _transposed_convolution,
        Residual: _residual,
        nn.MaxPool2d: _max_pool,
        nn.BatchNorm2d: _batch_norm,
        nn.Dropout: lambda _, __: None,
        nn.ReLU: lambda graph, _: graph.add("Relu"),
        nn.GELU: lambda graph, layer: graph.add("Gelu", approximate=layer.approximate),
        nn.SiLU: _silu,
        nn.Tanh: lambda graph, _: graph.add("Tanh"),
        nn.Sigmoid: lambda graph, _: graph.add("Sigmoid"),
    }
)
"""For each known layer, what it adds to the graph."""


def _member(graph: Graph, member: nn.Sequential) -> tuple[str, str]:
    """Write a network from the images on; give the names of its logits and of its features."""
    graph.value = "images"
    places = member.places if isinstance(member, TestTimeAugmentation) else ()
    if places:
        graph.look_from(places)
    *body, last = member
    for layer in body:
        LAYERS[type(layer)](graph, layer)
    features = graph.value
    LAYERS[type(last)](graph, last)
    if not isinstance(last, nn.Linear):
        features = graph.value
    if places:
        answers = graph.parts(graph.softmax(graph.value), len(places))
        return graph.log_of_mean(answers), graph.mean(graph.parts(features, len(places)))
    return graph.value, features


def _listed(members: list[Any], temperature: float, classes: int | None) -> bytes:
    """Write one network as a chain of nodes, or several beside each other, their probabilities averaged."""
    graph = Graph()
    logits, features = zip(*(_member(graph, member) for member in members), strict=True)
    answer = logits[0] if len(members) == 1 else graph.log_of_mean([graph.softmax(each) for each in logits])
    outputs: dict[str, list[str | None]] = {"probabilities": ["n", None], "features": ["n", None]}
    graph.value = answer
    if classes is not None:
        graph.add("Slice", np.array([0]), np.array([classes]), np.array([1]))
    graph.add("Mul", np.float32(1 / temperature))
    graph.add("Softmax", axis=1, result="probabilities")
    graph.value = features[0]
    graph.add("Concat", *features[1:], axis=1, result="features")
    if classes is not None:
        graph.softmax(answer)
        graph.add("Slice", np.array([classes]), np.array([classes + 1]), np.array([1]))
        graph.add("Squeeze", np.array([1]), result="out_of_distribution")
        outputs["out_of_distribution"] = ["n"]
    floats = TensorProto.FLOAT
    given = {"images": (TensorProto.UINT8, ["n", SIDE, SIDE])}
    return graph.content(given, {name: (floats, shape) for name, shape in outputs.items()})


class _Answer(nn.Module):
    """A network that gives probabilities and features."""

    def __init__(self, network: nn.Sequential, temperature: float) -> None:
        super().__init__()
        ends_linear = isinstance(network[-1], nn.Linear)
        self.body = network[:-1] if ends_linear else network
        self.head = network[-1] if ends_linear else nn.Identity()
        self.temperature = temperature

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(images)
        return (self.head(features) / self.temperature).softmax(1), features


def _traced(network: nn.Sequential, temperature: float) -> bytes:
    try:
        return _exported(network, temperature)
    except Exception as error:  # the exporter raises many types of its own, with Exception as their only parent
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"PyTorch cannot write the module as ONNX: {reason}") from error


def _exported(network: nn.Sequential, temperature: float) -> bytes:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Answer(network, temperature).eval(),
            (torch.zeros(2, SIDE, SIDE, dtype=torch.uint8),),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("n")},),
            input_names=["images"],
            output_names=["probabilities", "features"],
            opset_version=TRACED_OPSET,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("PyTorch's exporter gave no program")
    model = program.model_proto
    model.ir_version = helper.find_min_ir_version_for(list(model.opset_import))
    content: bytes = model.SerializeToString()
    return content

"""Networks in int8: a quarter of the size for small devices, three times the speed for servers."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from tenfold.arrays import Images, Line, as_images
from tenfold.errors import DataError
from tenfold.model.line_recognizer import WIDTHS

__all__ = ["lines_to_int8", "to_int8"]

BATCH = 100
"""Images given to ONNX Runtime at once while it measures ranges."""


Precise: TypeAlias = Literal["digits", "lines"]
"""What a network of the precise kind reads."""


class _Given(CalibrationDataReader):  # type: ignore[misc]
    """What a network is given, a batch at a time, as ONNX Runtime asks for it."""

    def __init__(self, name: str, batches: Iterable[np.ndarray[Any, Any]]) -> None:
        self._name, self._batches = name, iter(batches)

    def get_next(self) -> dict[str, np.ndarray[Any, Any]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {self._name: batch}


def to_int8(content: bytes, images: Images, *, precise: bool = False) -> bytes:
    """Write a network's convolutions and linear layers in 8-bit whole numbers (int8).

    Weights become int8 with a scale for each channel; what passes between the layers becomes uint8 over the range
    that it has on the images given. Batch normalisation is folded into the convolution before it.

    The precise kind is for speed and answers nearly as the original: only the convolutions that mix channels, where
    nearly all multiplications are, and what stands between them become int8. Its weights stay within -64…64, so that
    processors that add two products in 16 bits (AVX2 without VNNI) cannot overflow and answer as all others do.

    Args:
        content: An ONNX file that `to_onnx` wrote.
        images: `uint8 (n, 28, 28)`, some hundred of the kind that will be read.
        precise: Leave linear layers, and convolutions within single channels, in float32, and give weights 7 bits.

    Returns:
        An ONNX file with the same input and outputs; its weights are stored as quantised and dequantised values, which
        every ONNX runtime knows.

    Raises:
        DataError: There are no images.

    Source:
        Jacob et al. 2018, "Quantization and training of neural networks for efficient integer-arithmetic-only
        inference", by ONNX Runtime.
    """
    images = as_images(images)
    if not len(images):
        raise DataError("expected images to measure the ranges on, got none")
    given = _Given("images", (images[start : start + BATCH] for start in range(0, len(images), BATCH)))
    if precise:
        return _in_int8(content, given, ["Conv", "Relu", "MaxPool"], precise="digits")
    return _in_int8(content, given, ["Conv", "Gemm"])


def lines_to_int8(content: bytes, lines: Sequence[Line]) -> bytes:
    """Write a line recogniser's convolutions, and what stands between them, in int8, all but the first and the last.

    The first sees one channel and costs little; rounded, it doubles what int8 changes. Of two networks beside each
    other both have one. Weights stay within -64…64, as for the precise kind of `to_int8`.

    Args:
        content: An ONNX file that `tenfold.learn.line_network.lines_to_onnx` wrote.
        lines: `uint8 (48, width)` each, some hundred of the kind that will be read.

    Returns:
        An ONNX file with the same input and output.

    Raises:
        DataError: There are no lines.
    """
    if not lines:
        raise DataError("expected lines to measure the ranges on, got none")
    wide = (np.pad(line, ((0, 0), (0, -line.shape[1] % WIDTHS)))[None] for line in lines)
    return _in_int8(content, _Given("lines", wide), ["Conv", "Relu", "MaxPool", "Add"], precise="lines")


def _in_int8(content: bytes, given: _Given, operators: list[str], precise: Precise | None = None) -> bytes:
    """Quantise some operators over the ranges of what is given; weights of the precise kinds have 7 bits."""
    with tempfile.TemporaryDirectory() as folder:
        whole, folded, quantised = (Path(folder, name) for name in ("given.onnx", "folded.onnx", "int8.onnx"))
        whole.write_bytes(content)
        quant_pre_process(whole, folded, skip_symbolic_shape=True)
        left = _left_in_float(folded, precise) if precise else []
        quantize_static(
            folded,
            quantised,
            given,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=operators,
            nodes_to_exclude=left,
            per_channel=True,
            reduce_range=precise is not None,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return _shortened(quantised.read_bytes())


def _left_in_float(file: Path, which: Precise) -> list[str]:
    """Give the nodes of a file a name each, and those of its convolutions that stay in float32."""
    model = onnx.load(file)
    for number, node in enumerate(model.graph.node):
        node.name = f"node_{number}"
    onnx.save(model, file)
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    if which == "lines":
        sizes = {tensor.name: tensor.dims for tensor in model.graph.initializer}
        return [node.name for node in convolutions if sizes[node.input[1]][1] == 1]
    return [node.name for node in convolutions if any(each.name == "group" and each.i > 1 for each in node.attribute)]


def _shortened(content: bytes) -> bytes:
    """Number the values inside a graph in place of their names, which weigh as much as a small network's weights.

    Sets of operators that no node is from go too: an older runtime does not know their versions and refuses the file.
    """
    model = onnx.load_from_string(content)
    used = {node.domain for node in model.graph.node}
    kept = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    graph = model.graph
    del graph.value_info[:]
    names = {each.name: each.name for each in (*graph.input, *graph.output)} | {"": ""}
    for tensor in graph.initializer:
        tensor.name = names.setdefault(tensor.name, str(len(names)))
    for node in graph.node:
        node.name = ""
        node.input[:] = [names.setdefault(name, str(len(names))) for name in node.input]
        node.output[:] = [names.setdefault(name, str(len(names))) for name in node.output]
    shortened: bytes = model.SerializeToString()
    return shortened

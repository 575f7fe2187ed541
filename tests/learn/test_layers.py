"""The layers of a saved network: shapes, weights, multiply-adds."""

import math

import pytest
import torch
from torch import nn

import tenfold
from tenfold.errors import ModelError
from tenfold.learn.layers import Layer, layers_of
from tenfold.learn.networks import convolutional, deep
from tenfold.learn.onnx_graph import to_onnx


def test_the_founding_network_layer_by_layer(model):
    found = layers_of(model.content("model.onnx"))
    dense = [layer for layer in found if layer.kind == "Gemm"]
    assert dense == [
        Layer("Gemm", (1, 128), 784 * 128 + 128, 784 * 128),
        Layer("Gemm", (1, 128), 128 * 128 + 128, 128 * 128),
        Layer("Gemm", (1, 10), 128 * 10 + 10, 128 * 10),
    ]
    assert sum(layer.weights for layer in found) == model.info.parameters


@pytest.mark.parametrize("make", [convolutional, deep])
def test_convolutions_count_as_pytorch_does_them(make):
    network = make(classes=10).eval()
    expected = []
    hook = lambda layer, given, result: expected.append(cost(layer, result))  # noqa: E731
    handles = [layer.register_forward_hook(hook) for layer in network if isinstance(layer, nn.Conv2d | nn.Linear)]
    network(torch.zeros(1, 28, 28, dtype=torch.uint8))
    for handle in handles:
        handle.remove()
    assert [layer.multiply_adds for layer in layers_of(to_onnx(network)) if layer.multiply_adds] == expected


def cost(layer, result):
    return math.prod(result.shape) * math.prod(layer.weight.shape[1:])


def test_weights_of_eight_bits_count_too():
    shipped = tenfold.load_model()
    digits, lines = (layers_of(shipped.content(name)) for name in ("model.onnx", "lines.onnx"))
    assert digits[1] == Layer("Conv", (1, 32, 14, 14), 32 * 25 + 32, 14 * 14 * 32 * 25)
    assert next(layer.shape for layer in lines if layer.kind == "LogSoftmax") == (1, 64, 19)


def test_another_file_is_told():
    with pytest.raises(ModelError, match="no ONNX file"):
        layers_of(b"weights")

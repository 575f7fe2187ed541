"""The line recogniser, alone or as two, answers in ONNX as in PyTorch, in int8 nearly so, and comes back from it."""

import math

import numpy as np
import onnx
import pytest
import torch

from tenfold.draw.line_examples import as_line
from tenfold.draw.lines import LineGlyphs, draw_line
from tenfold.errors import DataError, ModelError
from tenfold.learn import line_network
from tenfold.learn.line_network import (
    ALPHABET,
    FEATURES,
    GatedPair,
    lines_from_onnx,
    lines_to_onnx,
    network,
    split_off_norms,
    without_context,
)
from tenfold.learn.quantize import lines_to_int8
from tenfold.model.line_recognizer import LineNetwork, LineRecognizer


@pytest.fixture(scope="module")
def lines(mnist):
    rng = np.random.default_rng(0)
    glyphs = LineGlyphs.gather(mnist.x_train[:500], mnist.y_train[:500], rng)
    strips = [as_line(draw_line(glyphs, rng)[0], 1.5) for _ in range(24)]
    return [np.pad(strip, ((0, 0), (0, -strip.shape[1] % 4))) for strip in strips]


@pytest.fixture(scope="module")
def net(lines):
    """A network that has seen lines, so that batch normalisation knows their ranges."""
    torch.manual_seed(1)
    made = network(len(ALPHABET)).train()
    with torch.no_grad():
        for line in lines:
            made(torch.from_numpy(line)[None, None].float() / 255)
    return made.eval()


@pytest.fixture(scope="module")
def pair(net, lines):
    """The network and another one, with a gate that believes both in the first line and one of them more in others."""
    torch.manual_seed(2)
    made = GatedPair(net, network(len(ALPHABET))).eval()
    torch.nn.init.normal_(made.gate.weight, 0, 4 / FEATURES**0.5)
    with torch.no_grad():
        logit = made.gate(made.features(torch.from_numpy(lines[0])[None, None] / 255))
    made.gate.bias.data -= logit[0]
    return made


def answers(content, lines, alphabet=ALPHABET):
    return LineRecognizer(LineNetwork(alphabet, content), threads=1, source="the network")(lines)


def columns(net, line):
    with torch.no_grad():
        return net(torch.from_numpy(line)[None, None].float() / 255).log_softmax(1)[0, :, 0].T.numpy()


def test_the_network_is_as_large_as_its_module_says(net):
    trained = sum(weights.numel() for weights in net.parameters())
    stored = sum(math.prod(tensor.dims) for tensor in onnx.load_from_string(lines_to_onnx(net)).graph.initializer)
    assert f"{trained:,} weights" in line_network.__doc__
    assert f"{stored:,} numbers" in line_network.__doc__


@pytest.mark.parametrize("alphabet", [ALPHABET, "abc"])
def test_onnx_answers_as_pytorch_does(lines, alphabet):
    torch.manual_seed(1)
    net = network(len(alphabet)).eval()
    for line, answered in zip(lines[:5], answers(lines_to_onnx(net), lines[:5], alphabet), strict=True):
        expected = columns(net, line)
        assert answered.shape == expected.shape == (line.shape[1] // 2, len(alphabet) + 1)
        assert np.allclose(answered, expected, atol=1e-3)


def test_int8_is_a_quarter_of_the_size_and_answers_nearly_the_same(net, lines):
    content = lines_to_onnx(net)
    small = lines_to_int8(content, lines)
    assert len(small) < 0.3 * len(content)
    for line in lines:
        [answered] = answers(small, [line])
        assert np.abs(answered - columns(net, line)).mean() < 0.1


def test_a_network_comes_back_from_its_file(net, lines):
    back = lines_from_onnx(lines_to_int8(lines_to_onnx(net), lines))
    assert not back.training
    assert all(np.abs(columns(back, line) - columns(net, line)).mean() < 0.1 for line in lines)


def test_what_is_no_such_network_does_not_come_back(net):
    with pytest.raises(ModelError, match="not one that this trains on"):
        lines_from_onnx(lines_to_onnx(net))
    with pytest.raises(ModelError, match="not one that this trains on"):
        lines_from_onnx(lines_to_int8(lines_to_onnx(network(3).eval()), [np.zeros((48, 40), np.uint8)]))


def test_int8_needs_lines(net):
    with pytest.raises(DataError, match="lines to measure the ranges on"):
        lines_to_int8(lines_to_onnx(net), [])


def test_a_network_of_before_has_no_context_and_begins_as_if_it_had(net, lines):
    torch.manual_seed(2)
    made = network(len(ALPHABET)).eval()
    before = without_context(made)
    assert sum(weights.numel() for weights in before.parameters()) == 1_502_123
    assert np.allclose(columns(before.eval(), lines[0]), columns(made, lines[0]), atol=1e-5)
    back = lines_from_onnx(lines_to_int8(lines_to_onnx(before), lines))
    assert len(back) == len(made)
    assert np.abs(columns(back, lines[0]) - columns(before, lines[0])).mean() < 0.1


def test_two_networks_answer_as_pytorch_does(pair, lines):
    expected = [np.exp(columns(pair, line)) for line in lines]
    answered = [np.exp(each) for each in answers(lines_to_onnx(pair), lines)]
    assert all(np.allclose(each.sum(1), 1, atol=1e-4) for each in answered)
    for told, wanted in zip(answered, expected, strict=True):
        assert np.allclose(told, wanted, atol=1e-4)


def test_the_gate_decides_whose_answer_counts(pair, lines):
    for logit, believed in ((-50.0, pair.known), (50.0, pair.own)):
        decided = GatedPair(pair.known, pair.own).eval()
        torch.nn.init.zeros_(decided.gate.weight)
        torch.nn.init.constant_(decided.gate.bias, logit)
        assert np.allclose(columns(decided, lines[0]), columns(believed, lines[0]), atol=1e-4)


def test_two_networks_come_back_from_their_file_each_in_its_place(pair, lines):
    content = lines_to_int8(lines_to_onnx(pair), lines)
    back = lines_from_onnx(content)
    assert isinstance(back, GatedPair)
    assert torch.allclose(back.gate.weight, pair.gate.weight)
    assert torch.allclose(back.gate.bias, pair.gate.bias)
    for line in lines[:5]:
        assert np.abs(columns(back.known, line) - columns(pair.known, line)).mean() < 0.1
        assert np.abs(columns(back.own, line) - columns(pair.own, line)).mean() < 0.1
        assert np.abs(np.exp(answers(content, [line])[0]) - np.exp(columns(pair, line))).mean() < 0.02


def test_a_network_that_came_back_can_be_trained_on_from_where_it_was(net, lines):
    back = lines_from_onnx(lines_to_int8(lines_to_onnx(net), lines))
    images = [torch.from_numpy(line)[None, None].float() / 255 for line in lines]
    with torch.no_grad():
        before = [back(each) for each in images]
        split_off_norms(back, images)
        after = [back(each) for each in images]
        for layer in back.train().modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.eval()
        in_a_batch = [back(each) for each in images]
    assert max(float((a - b).abs().max()) for a, b in zip(before, after, strict=True)) < 1e-3
    spread = float(torch.cat([each.flatten() for each in before]).std())
    assert float(np.mean([(a - b).abs().mean() for a, b in zip(before, in_a_batch, strict=True)])) < 0.5 * spread

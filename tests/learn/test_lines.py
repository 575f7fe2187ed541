"""The line recogniser learns, and answers in ONNX as it does in PyTorch."""

import math
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch

from tenfold.draw.lines import LineGlyphs, draw_line
from tenfold.learn import lines as lines_module
from tenfold.learn.learner import Learner
from tenfold.learn.lines import LINE_OPTIONS, batches, lines_to_onnx, loss_of, network
from tenfold.model.line_recognizer import LineNetwork, LineRecognizer

DIGITS = "0123456789"


@pytest.fixture(scope="module")
def lines(mnist):
    rng = np.random.default_rng(0)
    glyphs = LineGlyphs.gather(mnist.x_train[:500], mnist.y_train[:500], rng)
    return [draw_line(glyphs, rng) for _ in range(128)]


def test_batches_hold_lines_of_about_the_same_width(lines):
    made = list(batches(lines, DIGITS, 0, 64))
    assert [len(images) for images, _, _ in made] == [64, 64]
    for images, signs, lengths in made:
        assert images.shape[1:3] == (1, 32)
        assert images.shape[3] % 2 == 0
        assert 0 <= float(images.min()) <= float(images.max()) <= 1
        assert int(lengths.sum()) == len(signs)


def test_signs_are_numbered_by_the_alphabet(lines):
    backwards = [signs for _, signs, _ in batches(lines, DIGITS[::-1], 0, 64)]
    for signs, mirrored in zip([signs for _, signs, _ in batches(lines, DIGITS, 0, 64)], backwards, strict=True):
        assert torch.equal(mirrored, 9 - signs)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_few_steps_make_the_loss_smaller(lines, precision):
    torch.manual_seed(0)
    learner = Learner(network(len(DIGITS)), replace(LINE_OPTIONS, schedule="constant", precision=precision))
    images, signs, lengths = next(batches(lines, DIGITS, 0, 64))
    losses = []
    for step in range(6):
        with learner.autocast():
            logits = learner.network(images).float()
        losses.append(learner.step(loss_of(logits, signs, lengths), step / 6, f"step {step}"))
    assert losses[-1] < 0.5 * losses[0]


def test_the_network_is_as_large_as_its_module_says():
    net = network(10).eval()
    trained = sum(weights.numel() for weights in net.parameters())
    stored = onnx.load_from_string(lines_to_onnx(net)).graph.initializer
    assert (trained, sum(math.prod(tensor.dims) for tensor in stored)) == (301_907, 302_918)
    assert f"{trained:,}" in lines_module.__doc__


@pytest.mark.parametrize("alphabet", [DIGITS, "abc"])
def test_onnx_answers_as_pytorch_does_whatever_else_is_in_the_batch(lines, alphabet):
    torch.manual_seed(1)
    net = network(len(alphabet)).eval()
    recognizer = LineRecognizer(LineNetwork(alphabet, lines_to_onnx(net)), threads=1, source="the network")
    even = [np.pad(line, ((0, 0), (0, line.shape[1] % 2))) for line, _ in lines[:5]]
    for line, columns in zip(even, recognizer(even), strict=True):
        with torch.no_grad():
            logits = net(torch.from_numpy(line)[None, None].float() / 255)
        expected = logits.log_softmax(1)[0, :, 0].T.numpy()
        assert columns.shape == expected.shape == (line.shape[1] // 2, len(alphabet) + 1)
        assert np.allclose(columns[:-6], expected[:-6], atol=1e-3)

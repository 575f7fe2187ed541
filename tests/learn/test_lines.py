"""The network of rows learns, and answers in ONNX as it does in PyTorch."""

import numpy as np
import pytest
import torch

from tenfold.draw.lines import LineGlyphs, draw_line
from tenfold.learn.lines import batches, held_out, loss_of, network, rows_to_onnx
from tenfold.learn.optimizers import Optimizer
from tenfold.model.line_recognizer import RowNetwork


@pytest.fixture(scope="module")
def rows(mnist):
    rng = np.random.default_rng(0)
    glyphs = LineGlyphs.gather(mnist.x_train[:500], mnist.y_train[:500], rng)
    return [draw_line(glyphs, rng) for _ in range(128)]


def test_batches_hold_rows_of_about_the_same_width(rows):
    made = list(batches(rows, 0))
    assert sum(len(images) for images, _, _ in made) == len(rows)
    for images, digits, lengths in made:
        assert images.shape[1:3] == (1, 32)
        assert images.shape[3] % 2 == 0
        assert 0 <= float(images.min()) <= float(images.max()) <= 1
        assert int(lengths.sum()) == len(digits)


def test_a_few_steps_make_the_loss_smaller(rows):
    torch.manual_seed(0)
    net = network()
    optimizer = Optimizer("adamw", net)
    batch = next(batches(rows, 0))
    losses = []
    for _ in range(6):
        loss = loss_of(net, *batch)
        optimizer.step(loss, 3e-3)
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_onnx_answers_as_pytorch_does_whatever_else_is_in_the_batch(rows, tmp_path):
    torch.manual_seed(1)
    net = network().eval()
    (tmp_path / "rows.onnx").write_bytes(rows_to_onnx(net))
    strips = [np.pad(row, ((0, 0), (0, row.shape[1] % 2))) for row, _ in rows[:5]]
    for strip, columns in zip(strips, RowNetwork(tmp_path / "rows.onnx")(strips), strict=True):
        with torch.no_grad():
            scores = net(torch.from_numpy(strip)[None, None].float() / 255)
        expected = scores.log_softmax(1)[0, :, 0].T.numpy()
        assert columns.shape == expected.shape
        assert np.allclose(columns[:-6], expected[:-6], atol=1e-3)


def test_held_out_digits_are_every_tenth(mnist):
    images, labels = held_out()
    assert np.array_equal(images, mnist.x_train[::10])
    assert np.array_equal(labels, mnist.y_train[::10])

"""Digits: a hand that the model lacks is learned from a few pictures, and what it knew stays."""

import subprocess
import sys

import numpy as np
import pytest

import tenfold
from tenfold.adapt.digits import adapt_digits
from tenfold.draw.pen import draw_hand
from tenfold.errors import DataError, ModelError
from tenfold.model.folder import load_model


@pytest.fixture(scope="module")
def hand():
    """Ones with the widest flag, which a network that knows MNIST alone takes for sevens; and some zeros."""
    random = np.random.default_rng(0)
    ones, zeros = draw_hand(1, "widest flag", 120, random), draw_hand(0, "oval", 20, random)
    return ones, zeros


def test_a_few_corrections_are_enough_and_mnist_stays(model, hand, mnist, tmp_path):
    ones, zeros = hand
    images, labels = np.concatenate([ones[:20], zeros[:5]]), np.repeat([1, 0], [20, 5])
    before = (model(ones[20:]).argmax(1) == 1).mean()
    found = adapt_digits(model, images, labels, tmp_path / "mine", data="hand")
    adapted = load_model(tmp_path / "mine")
    assert before < 0.7
    assert 1 - (adapted(ones[20:]).argmax(1) == 1).mean() < 0.5 * (1 - before)
    assert (adapted(mnist.x_test).argmax(1) == mnist.y_test).mean() > 0.997 * (
        model(mnist.x_test).argmax(1) == mnist.y_test
    ).mean()
    assert found.own.accuracy > found.own.before
    assert found.known.data == "mnist"
    assert found.known.accuracy >= found.known.before - 0.001
    assert adapted.info.name == "mine"
    assert adapted.info.data["adapted"]["n"] == 25
    assert adapted.info.calibration["held_out"]["n"] == 25


def test_wrong_labels_are_refused_and_nothing_is_written(model, mnist, tmp_path):
    with pytest.raises(ModelError, match="would not be read better|would suffer"):
        adapt_digits(model, mnist.x_test[:300], (mnist.y_test[:300] + 1) % 10, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_too_few_pictures_are_refused(model, mnist, tmp_path):
    with pytest.raises(DataError, match="at least 5 labelled pictures to adapt to, got 4"):
        adapt_digits(model, mnist.x_test[:4], mnist.y_test[:4], tmp_path / "mine")


def test_it_needs_no_pytorch(tmp_path):
    code = (
        "import sys, numpy as np; from tenfold.adapt.digits import adapt_digits; "
        "from tenfold.draw.pen import draw_digits; import tenfold; "
        "images, labels = draw_digits(30, np.random.default_rng(9)); "
        f"adapt_digits(tenfold.load_model(), images, labels, {str(tmp_path / 'mine')!r}); "
        "heavy = {'torch', 'onnx', 'safetensors', 'matplotlib'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert tenfold.load_model(tmp_path / "mine").alphabet

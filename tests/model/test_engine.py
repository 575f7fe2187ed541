"""ONNX Runtime is opened in one place, and what it cannot open is named."""

import ast
from pathlib import Path

import numpy as np
import pytest

import tenfold
from tenfold.errors import ModelError
from tenfold.model.engine import BATCH, open_network

SOURCE = Path(tenfold.__file__).parent


def test_one_module_opens_networks():
    opening = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*.py")
        if any(
            isinstance(node, ast.Attribute) and node.attr == "InferenceSession"
            for node in ast.walk(ast.parse(file.read_text()))
        )
    }
    assert opening == {"model/engine.py"}


def test_a_network_answers_what_is_asked_for_in_that_order(model, mnist):
    network = open_network(model.content("model.onnx"), threads=1, source="model.onnx")
    features, probabilities = network.run(["features", "probabilities"], mnist.x_test[:3])
    assert features.shape == (3, 128)
    assert np.array_equal(probabilities, model(mnist.x_test[:3]))
    assert network.inputs == ("images",)


def test_any_number_of_images_is_answered(model, mnist):
    network = open_network(model.content("model.onnx"), threads=1, source="model.onnx")
    for count in (0, 1, BATCH, BATCH + 1):
        [probabilities] = network.run(["probabilities"], mnist.x_test[:count])
        assert probabilities.shape == (count, 10)


def test_the_number_of_threads_is_said_at_every_opening(model):
    content = model.content("model.onnx")
    for threads, expected in ((1, 1), (2, 2), (None, 0)):
        network = open_network(content, threads=threads, source="model.onnx")
        assert network._session.get_session_options().intra_op_num_threads == expected


@pytest.mark.parametrize("content", [b"", b"onnx", b"\x00" * 100])
def test_what_is_no_network_is_named(content):
    with pytest.raises(ModelError, match=r"^here\.onnx is no network that ONNX Runtime can open"):
        open_network(content, threads=1, source="here.onnx")


def test_what_a_network_cannot_answer_is_a_clear_error(model):
    network = open_network(model.content("model.onnx"), threads=1, source="model.onnx")
    with pytest.raises(ModelError, match="the network cannot answer"):
        network.run(["features"], np.zeros((1, 3, 3), np.float64))

"""A network in int8 answers as the one it was made of, in a quarter of the size."""

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, numpy_helper

from tenfold.errors import DataError
from tenfold.learn.onnx_graph import to_onnx
from tenfold.learn.quantize import to_int8
from tenfold.learn.recipes import recipe
from tenfold.learn.training import train


@pytest.mark.parametrize("changes", [{"network": "convolutional"}, {"network": "deep", "channels": (8, 8, 16)}, {}])
def test_int8_answers_alike(few, mnist, changes):
    trained = train(*few, recipe("tutorial", epochs=8, batch_size=32, learning_rate=0.05, **changes))
    content = to_onnx(trained.network, trained.temperature)
    small = to_int8(content, few[0][:500])
    assert len(small) < 0.45 * len(content) + 8000
    session = onnxruntime.InferenceSession(small, providers=["CPUExecutionProvider"])
    images = mnist.x_test[:2000]
    probabilities, features = session.run(["probabilities", "features"], {"images": images})
    expected = trained.classifier()(images)
    assert features.ndim == 2
    assert (probabilities.argmax(1) == expected.argmax(1)).mean() > 0.99
    assert np.abs(probabilities - expected).mean() < 0.01


@pytest.mark.parametrize("changes", [{}, {"test_time_augmentation": 5}, {"ensemble": 2}])
def test_the_precise_kind_is_nearer_and_cannot_overflow_16_bits(few, mnist, changes):
    deep = recipe("tutorial", network="deep", channels=(8, 8, 16), epochs=8, batch_size=32, learning_rate=0.05)
    trained = train(*few, replace(deep, **changes))
    small = to_int8(to_onnx(trained.network, trained.temperature), few[0][:500], precise=True)
    graph = onnx.load_from_string(small).graph
    weights = [
        numpy_helper.to_array(each).astype(int) for each in graph.initializer if each.data_type == TensorProto.INT8
    ]
    convolutions = [each for each in weights if each.ndim == 4]
    assert len(convolutions) == 3 * trained.options.ensemble
    assert max(np.abs(each).max() for each in convolutions) * 255 * 2 < 2**15
    images = mnist.x_test[:1000]
    session = onnxruntime.InferenceSession(small, providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"images": images})
    assert np.abs(probabilities - trained.classifier()(images)).mean() < 0.002


def test_no_images_are_refused():
    with pytest.raises(DataError, match="images to measure the ranges on"):
        to_int8(b"", np.zeros((0, 28, 28), np.uint8))

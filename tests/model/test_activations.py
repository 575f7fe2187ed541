"""What layers make of an image is what they give inside of the network as it is."""

import numpy as np
import pytest

from tenfold import load_model
from tenfold.model.activations import Activations
from tenfold.model.onnx_wire import check_network_bytes, nodes_of, with_outputs


@pytest.fixture(scope="module")
def shipped():
    return load_model()


def test_the_layers_of_the_shipped_network_are_told_in_order(shipped, mnist):
    found = Activations(shipped).of(mnist.x_test[:1])
    assert [each.kind for each in found] == ["convolution"] * 5 + ["dense"]
    maps = [each.values for each in found if each.kind == "convolution"]
    assert all(each.ndim == 3 and each.min() >= 0 for each in maps), "after their activation"
    np.testing.assert_allclose(found[-1].values.ravel(), shipped.features(mnist.x_test[:1])[0], atol=1e-5)


def test_a_dense_network_has_dense_layers(tutorial, mnist):
    found = Activations(load_model(tutorial.folder)).of(mnist.x_test[:1])
    assert [(each.kind, each.values.shape) for each in found] == [("dense", (128,)), ("dense", (128,))]
    assert min(each.values.min() for each in found) >= 0


def test_more_outputs_change_no_answer(shipped, mnist):
    content = shipped.content("model.onnx")
    name = nodes_of(content)[-2][2][0]
    check_network_bytes(with_outputs(content, [name]), "it")
    before = shipped(mnist.x_test[:3])
    Activations(shipped)
    np.testing.assert_array_equal(shipped(mnist.x_test[:3]), before)

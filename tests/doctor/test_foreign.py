"""ONNX networks from elsewhere: how they were trained is told from how they answer."""

import numpy as np
import pytest
import torch
from foreign_networks import SCALINGS, saved, train
from torch import nn

from tenfold.doctor.foreign import expectation_of
from tenfold.errors import ModelError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

TOLD = {
    "0 to 1": "pixels divided by 255",
    "PyTorch's": "pixels less 0.1307",
    "-1 to 1": "pixels from -1 to 1",
    "0 to 255": "pixels as stored",
    "unit columns": "each column divided by its length",
}
LAYOUTS = {
    "(n, 784)": ((1, 784), {}, "logits"),
    "(n, 1, 28, 28)": ((1, 1, 28, 28), {"last": nn.Softmax(1)}, "probabilities"),
    "(n, 28, 28, 1)": ((1, 28, 28, 1), {"last": nn.LogSoftmax(1), "channels_last": True}, "log-probabilities"),
    "(n, 28, 28)": ((8, 28, 28), {"last": nn.Sigmoid(), "dynamic": False}, "scores"),
}


@pytest.fixture(scope="module")
def digits(mnist):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield mnist.x_train[:15000], mnist.y_train[:15000]
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def network(digits):
    return train(*digits, "0 to 1")


@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_scaling_is_told(digits, scaling):
    found = expectation_of(saved(train(*digits, scaling), (1, 784)), "a.onnx")
    assert found.scaling.startswith(TOLD[scaling])
    assert (found.inverted, found.transposed, found.classes) == (False, False, None)
    assert found.accuracy > 0.7


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_and_what_it_gives_are_told(network, layout):
    shape, how, gives = LAYOUTS[layout]
    found = expectation_of(saved(network, shape, **how), "a.onnx")
    assert (found.shape, found.gives, found.input, found.output) == (layout, gives, "pixels", "answers")
    assert found.scaling.startswith("pixels divided by 255")


@pytest.mark.parametrize(
    ("change", "inverted", "transposed"),
    [(lambda images: 255 - images, True, False), (lambda images: images.swapaxes(1, 2), False, True)],
    ids=["inverted", "transposed"],
)
def test_other_ink_and_rows_for_columns_are_told(digits, change, inverted, transposed):
    found = expectation_of(saved(train(*digits, "0 to 1", change=change), (1, 784)), "a.onnx")
    assert (found.inverted, found.transposed) == (inverted, transposed)


def test_another_order_of_classes_is_told(digits):
    images, labels = digits
    found = expectation_of(saved(train(images, (labels + 9) % 10, "0 to 1"), (1, 784)), "a.onnx")
    assert found.classes == (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
    assert "column 0 is 1" in " ".join(found.told())
    assert found.to_dict()["shape"] == "(n, 784)"


def test_a_network_of_any_batch_is_told_with_its_layers_in_words(network):
    told = expectation_of(saved(network, (1, 1, 28, 28)), "a.onnx").told()
    assert told[0].startswith("takes `pixels`: float32 (n, 1, 28, 28), pixels divided by 255, 0 to 1; light ink on")
    assert "gives `answers`: logits: take a softmax for probabilities" in told


def test_what_reads_no_digits_is_none(network):
    nn.init.normal_(blank := nn.Linear(784, 10).weight)
    fresh = nn.Sequential(nn.Linear(784, 10))
    fresh[0].weight = nn.Parameter(blank.detach())
    assert expectation_of(saved(fresh, (1, 784)), "a.onnx") is None


@pytest.mark.parametrize(
    ("shape", "network", "message"),
    [
        ((1, 100), nn.Linear(100, 10), "expected a network of pictures as 28×28 pixels, got an input of shape"),
        ((1, 784), nn.Linear(784, 3), "expected a network that tells ten digits, got outputs answers"),
    ],
)
def test_another_network_is_told(shape, network, message):
    with pytest.raises(ModelError, match=message):
        expectation_of(saved(network.eval(), shape), "a.onnx")


def test_no_network_at_all_is_told():
    with pytest.raises(ModelError, match="a.onnx is no network"):
        expectation_of(b"nothing", "a.onnx")


def test_pixels_are_given_to_networks_of_whole_numbers_as_they_are(model):
    found = expectation_of(model.content("model.onnx"), "a.onnx")
    assert (found.shape, found.dtype, found.scaling) == ("(n, 28, 28)", "uint8", "pixels as stored, 0 to 255")
    assert np.isclose(found.accuracy, 0.97, atol=0.05)

"""The last layer is read, refitted and put back without PyTorch."""

import numpy as np
import pytest

from tenfold.adapt.last_layer import Examples, LastLayer, contents_with, last_layer_of, refit
from tenfold.errors import ModelError
from tenfold.model.engine import open_network
from tenfold.model.folder import load_model


@pytest.fixture(scope="module")
def shipped():
    return load_model()


def test_it_gives_the_networks_own_answers(shipped, mnist):
    layer = last_layer_of(shipped)
    probabilities, scores = shipped.digits(mnist.x_test[:50])
    given = layer.probabilities(shipped.features(mnist.x_test[:50]))
    assert np.array_equal(given[:, :10].argmax(1), probabilities.argmax(1))
    assert np.abs(given[:, 10] - scores).max() < 1e-5


def test_the_files_answer_with_the_new_layer(shipped, mnist):
    layer = last_layer_of(shipped)
    swapped = LastLayer(layer.weights[[1, 0, *range(2, 11)]], layer.names)
    network, weights = contents_with(shipped, swapped)
    assert len(weights) == len(shipped.content("model.safetensors"))
    images = mnist.x_test[:20]
    [answers] = open_network(network, threads=1, source="test").run(["probabilities"], images)
    assert np.abs(answers[:, [1, 0, *range(2, 10)]] - shipped(images)).max() < 1e-5


def test_a_refitted_layer_is_at_the_least_of_its_objective():
    random = np.random.default_rng(0)
    layer = LastLayer(random.normal(size=(3, 5)), ("weight", "bias"))
    features = random.normal(size=(40, 4)).astype(np.float32)
    wanted = np.eye(3)[random.integers(3, size=40)]
    fitted = refit(layer, [Examples(features, wanted, 40.0)], pull=2.0)

    def objective(weights):
        given = LastLayer(weights, layer.names).probabilities(features)
        return -(wanted * np.log(given)).sum() + ((weights - layer.weights) ** 2).sum()

    least = objective(fitted.weights)
    assert least < objective(layer.weights)
    assert all(least < objective(fitted.weights + random.normal(0, 0.05, (3, 5))) for _ in range(50))


def test_a_strong_prior_leaves_it_as_it_was():
    layer = LastLayer(np.ones((2, 3)), ("weight", "bias"))
    fitted = refit(layer, [Examples(np.ones((4, 2), np.float32), np.eye(2)[[0, 0, 0, 0]], 4.0)], pull=1e9)
    assert np.allclose(fitted.weights, layer.weights, atol=1e-6)


def test_an_ensemble_has_no_last_layer(few, tmp_path):
    from tenfold import DigitClassifier

    two = DigitClassifier(epochs=1, ensemble=2, hidden=(8,)).fit(*few).save(tmp_path / "two")
    with pytest.raises(ModelError, match="two is an ensemble, .*go on from it by `tenfold train --from`"):
        last_layer_of(two)

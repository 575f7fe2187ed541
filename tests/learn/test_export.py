from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from tenfold.errors import ModelError
from tenfold.learn.export import classifier_of, float_onnx, golden_images, load_network, save_trained
from tenfold.learn.recipes import recipe
from tenfold.learn.training import train
from tenfold.model.folder import SHIPPED, load_model

DIGITS = tuple("0123456789")


def save(trained, few, folder):
    images, labels = few
    data = {"name": "few", "n": len(images), "sha256": ""}
    golden = golden_images(images, labels, len(DIGITS))
    return save_trained(folder, trained, name="few", data=data, golden=golden)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": (16,)},
        {"network": "convolutional"},
        {"network": "deep"},
        {"ensemble": 2},
        {"test_time_augmentation": 5},
    ],
)
def test_a_network_comes_back_with_its_weights(few, tmp_path, changes):
    trained = train(*few, recipe("tutorial", epochs=1, **changes))
    network = load_network(save(trained, few, tmp_path / "model"))
    expected = trained.network.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in network.state_dict().items())


def test_weights_that_are_not_finite_are_never_saved(few, tmp_path):
    trained = train(*few, recipe("tutorial", epochs=1))
    with torch.no_grad():
        trained.network[4].bias[3] = float("inf")
    with pytest.raises(ModelError, match=r"weight 4\.bias of few is not finite; no model was written"):
        save(trained, few, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_module_of_ones_own_predicts_from_disk_but_only_its_author_can_make_it(few, tmp_path):
    own = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSigmoid())
    trained = train(*few, recipe("tutorial", epochs=1), network=own)
    model = save(trained, few, tmp_path / "model")
    assert abs(model(few[0]) - trained.classifier()(few[0])).max() < 1e-5
    with pytest.raises(ModelError, match="a module of your own"):
        load_network(model)


def test_a_model_in_whole_numbers_keeps_its_weights_and_answers_nearly_alike(few, tmp_path):
    trained = train(*few, recipe("reader", channels=(8, 8, 16), epochs=4, folds=0, precision="float32", batch_size=32))
    model = save(trained, few, tmp_path / "model")
    assert model.info.options["int8"]
    images, _ = few
    assert 0 < np.abs(model(images) - trained.classifier()(images)).mean() < 0.01
    expected = trained.network.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in load_network(model).state_dict().items())
    plain = classifier_of(float_onnx(model))(images)
    assert np.abs(plain - trained.classifier()(images)).max() < 1e-5


def test_whole_numbers_of_the_wrong_ranges_are_never_saved(few, tmp_path):
    trained = train(*few, recipe("reader", channels=(8, 8, 16), epochs=4, folds=0, precision="float32", batch_size=32))
    blind = replace(trained, range_images=np.zeros((10, 28, 28), np.uint8))
    with pytest.raises(ModelError, match="answers otherwise in int8"):
        save(blind, few, tmp_path / "model")


def test_the_model_that_ships_answers_as_its_weights_in_float32(mnist):
    model = load_model(SHIPPED)
    images = mnist.x_test[:2000]
    now, before = model(images), classifier_of(float_onnx(model))(images)
    sure = before.max(1) > 0.97
    assert np.array_equal(now[sure].argmax(1), before[sure].argmax(1))
    assert np.quantile(np.abs(now - before).max(1)[sure], 0.999) < 0.01


def test_a_class_without_an_image_does_no_harm(few, tmp_path):
    images, labels = few
    without = labels != 3
    trained = train(images[without], labels[without], recipe("tutorial", epochs=1))
    assert save(trained, (images[without], labels[without]), tmp_path / "model")(images[:5]).shape == (5, 10)

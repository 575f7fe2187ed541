import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import tenfold
from tenfold.errors import DataError, ModelError
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


class Residual(nn.Module):
    """A module of a user's own that is no flat list."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(784, 784), nn.Linear(784, 10)

    def forward(self, pixels):
        flat = pixels.flatten(1)
        return self.last(flat + self.first(flat).relu())


WITHOUT_PYTORCH = """
import sys, numpy, tenfold
images = numpy.load(sys.argv[2])
numpy.save(sys.argv[3], tenfold.load_model(sys.argv[1])(images))
assert "torch" not in sys.modules
"""


@pytest.mark.parametrize("make", [Residual, lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(0.1))])
def test_a_module_of_ones_own_is_trained_saved_and_read_without_pytorch(few, mnist, tmp_path, command, make):
    module = make()
    train(*few, recipe("tutorial", epochs=5, batch_size=32, learning_rate=0.05), network=module)
    held_out = mnist.x_train[2000:3000], mnist.y_train[2000:3000]
    model = tenfold.save_module(tmp_path / "mine", module, *held_out)
    images = mnist.x_test[:300]
    with torch.inference_mode():
        logits = module(torch.from_numpy(images)[:, None] / 255)
    expected = (logits / model.info.calibration["temperature"]).softmax(1).numpy()
    np.save(tmp_path / "images.npy", images)
    asked = [
        sys.executable,
        "-c",
        WITHOUT_PYTORCH,
        *(tmp_path / name for name in ("mine", "images.npy", "answers.npy")),
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert np.abs(np.load(tmp_path / "answers.npy") - expected).max() < 1e-5
    scores = json.loads(command("evaluate", "mine", "--json", "--offline", "--report", "report").out)
    assert scores["accuracy"] > 0.6
    assert scores["ece"] < 0.05
    assert "A module of its author's own, calibrated by Tenfold" in command("info", "mine").out


def test_a_module_that_was_trained_elsewhere_has_the_classes_that_are_named(few, tmp_path):
    images, labels = few
    module = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
    model = tenfold.save_module(tmp_path / "mine", module, images, labels % 2, classes=["even", "odd"])
    assert model.classes == ("even", "odd")
    assert model.info.options == {}
    assert model.alphabet == ""


@pytest.mark.parametrize(
    ("module", "count", "error", "message"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 9)), 50, ModelError, r"logits of shape \(n, 10\), got \(2, 9\)"),
        (nn.Sequential(nn.Conv2d(1, 10, 28)), 50, ModelError, r"got \(2, 10, 1, 1\)"),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), 0, DataError, "labelled images to calibrate the module on"),
    ],
)
def test_a_module_that_does_not_fit_its_classes_is_refused(few, tmp_path, module, count, error, message):
    with pytest.raises(error, match=message):
        tenfold.save_module(tmp_path / "mine", module, few[0][:count], few[1][:count], classes=DIGITS)
    assert not (tmp_path / "mine").exists()


class Undecided(nn.Module):
    """A module that PyTorch cannot export: what it computes depends on the pixels."""

    def forward(self, pixels):
        flat = pixels.flatten(1)
        return flat[:, :10] if flat.sum() > 3 else flat[:, 10:20]


def test_a_module_that_cannot_be_exported_is_refused(few, tmp_path):
    with pytest.raises(ModelError, match="PyTorch cannot write the module as ONNX"):
        tenfold.save_module(tmp_path / "mine", Undecided(), *few)


def test_a_model_in_int8_keeps_its_weights_and_answers_nearly_alike(few, tmp_path):
    trained = train(*few, recipe("reader", channels=(8, 8, 16), epochs=4, folds=0, precision="float32", batch_size=32))
    model = save(trained, few, tmp_path / "model")
    assert model.info.options["int8"]
    images, _ = few
    assert 0 < np.abs(model(images) - trained.classifier()(images)).mean() < 0.01
    expected = trained.network.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in load_network(model).state_dict().items())
    plain = classifier_of(float_onnx(model))(images)
    assert np.abs(plain - trained.classifier()(images)).max() < 1e-5


def test_int8_of_the_wrong_ranges_is_never_saved(few, tmp_path):
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

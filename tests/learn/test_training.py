"""The loop keeps its promises: same seed, same weights; stopped and resumed, same weights; no broken model."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from tenfold.errors import DataError, OptionError, TrainingError
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import OPTIONS, TrainingOptions, recipe
from tenfold.learn.training import Trained, choose_device, train

QUICK = recipe("tutorial", epochs=3)


def same_weights(one: Trained, other: Trained) -> bool:
    mine, theirs = one.network.state_dict(), other.network.state_dict()
    return all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_it_learns(few, mnist):
    trained = train(*few, recipe("tutorial", epochs=10, batch_size=32, learning_rate=0.1))
    answers = trained.classifier()(mnist.x_test[:1000]).argmax(1)
    assert (answers == mnist.y_test[:1000]).mean() > 0.87
    assert [epoch.number for epoch in trained.history] == list(range(1, 11))
    assert trained.history[-1].training["accuracy"] > trained.history[0].training["accuracy"]
    assert trained.finished


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(few):
    first = train(*few, QUICK)
    torch.rand(5)
    assert same_weights(first, train(*few, QUICK))
    assert not same_weights(first, train(*few, dataclasses.replace(QUICK, seed=1)))


def test_training_leaves_the_callers_random_numbers_alone(few):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    train(*few, recipe("tutorial", epochs=1))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("optimizer", OPTIONS["optimizer"].choices)
def test_a_stopped_run_goes_on_to_the_same_weights(few, tmp_path, monkeypatch, optimizer):
    options = dataclasses.replace(QUICK, optimizer=optimizer, learning_rate=0.003)
    whole = train(*few, options)
    stopped = interrupted(few, options, tmp_path / "run.checkpoint", monkeypatch, in_epoch=3)
    assert not stopped.finished
    assert len(stopped.history) == 2
    resumed = train(*few, options, checkpoint=tmp_path / "run.checkpoint", resume=True)
    assert resumed.finished
    assert same_weights(whole, resumed)
    strip = [dataclasses.replace(epoch, seconds=0) for epoch in whole.history]
    assert [dataclasses.replace(epoch, seconds=0) for epoch in resumed.history] == strip


@pytest.mark.parametrize("in_epoch", [2, 3, 4])
@pytest.mark.parametrize(
    "changes",
    [
        {"ema": 0.9, "epochs": 4},
        {"ensemble": 2, "ema": 0.9, "rotation": 5.0},
        {"folds": 2, "validation_split": 0.0, "degradation": True, "drawn": 0.1},
    ],
    ids=["average", "ensemble", "folds"],
)
def test_averages_ensembles_and_folds_go_on_to_the_same_weights(few, tmp_path, monkeypatch, changes, in_epoch):
    options = recipe("fast", **{"epochs": 2, "channels": (4, 8), "hidden": (), "batch_size": 128} | changes)
    whole = train(*few, options)
    stopped = interrupted(few, options, tmp_path / "run.checkpoint", monkeypatch, in_epoch=in_epoch)
    assert len(stopped.history) == in_epoch - 1
    resumed = train(*few, options, checkpoint=tmp_path / "run.checkpoint", resume=True)
    assert resumed.finished
    assert same_weights(whole, resumed)
    assert [epoch.validation for epoch in resumed.history] == [epoch.validation for epoch in whole.history]
    assert resumed.temperature == whole.temperature


def test_folds_hold_out_every_image_from_one_network_and_none_from_the_one_that_is_kept(few):
    options = dataclasses.replace(QUICK, folds=3, epochs=2, validation_split=0.0)
    trained = train(*few, options)
    assert len(trained.held_out.right) == len(few[0])
    assert trained.finished
    assert [epoch.validation is None for epoch in trained.history] == [True] * 2 + [False] * 6
    assert trained.temperature != 1


def test_interrupted_folds_calibrate_with_those_that_are_whole(few, tmp_path, monkeypatch):
    options = dataclasses.replace(QUICK, folds=2, epochs=2, validation_split=0.0)
    none = interrupted(few, options, tmp_path / "a.checkpoint", monkeypatch, in_epoch=4)
    assert none.held_out is None
    assert none.temperature == 1
    half = interrupted(few, options, tmp_path / "b.checkpoint", monkeypatch, in_epoch=6)
    assert len(half.held_out.right) == len(few[0]) / 2
    assert not half.finished


def test_an_interrupted_ensemble_keeps_the_networks_that_learned(few, tmp_path, monkeypatch):
    options = dataclasses.replace(QUICK, ensemble=3, epochs=2)
    stopped = interrupted(few, options, tmp_path / "run.checkpoint", monkeypatch, in_epoch=4)
    assert stopped.architecture["members"] == len(stopped.network.members) == 2
    one = interrupted(few, options, tmp_path / "one.checkpoint", monkeypatch, in_epoch=3)
    assert one.architecture["members"] == 1
    assert (one.classifier()(few[0]).argmax(1) == few[1]).mean() > 0.5


def test_an_ensemble_averages_the_probabilities_of_its_networks(few):
    trained = train(*few, dataclasses.replace(QUICK, ensemble=3, validation_split=0.0))
    assert [epoch.number for epoch in trained.history] == list(range(1, 10))
    images = torch.from_numpy(few[0][:50])
    with torch.inference_mode():
        each = torch.stack([member(images).softmax(1) for member in trained.network.members])
    assert (each[0] - each[1]).abs().max() > 0.01
    assert np.allclose(trained.classifier()(few[0][:50]), each.mean(0), atol=1e-6)


def test_an_ensemble_of_ones_own_module_is_refused(few):
    with pytest.raises(OptionError, match="of the networks that the options describe"):
        train(*few, dataclasses.replace(QUICK, ensemble=2), network=nn.Sequential(nn.Flatten(), nn.Linear(784, 10)))


def test_a_network_learns_what_is_no_digit(mnist, tmp_path):
    from tenfold.draw.outliers import not_digits
    from tenfold.learn.export import golden_images, save_trained

    images, labels = mnist.x_train[:6000], mnist.y_train[:6000]
    options = recipe("fast", epochs=3, batch_size=64, degradation=True, drawn=0.1, outliers=0.2, validation_split=0.1)
    trained = train(images, labels, options)
    assert trained.classifier()(images[:5]).shape == (5, 10)
    assert 0.5 <= trained.out_of_distribution < 1
    data = {"name": "few", "n": len(images), "sha256": ""}
    golden = golden_images(images, labels, 10)
    model = save_trained(tmp_path / "m", trained, name="m", data=data, golden=golden)
    assert model.info.calibration["out_of_distribution"] == trained.out_of_distribution
    probabilities, known = model.digits(mnist.x_test[:1000])
    _, outliers = model.digits(not_digits(1000, images, labels, np.random.default_rng(5)))
    assert (probabilities.argmax(1) == mnist.y_test[:1000]).mean() > 0.93
    assert np.median(known) < 0.05 < 0.8 < np.median(outliers)


def test_digits_are_drawn_for_the_ten_classes_only(few):
    with pytest.raises(OptionError, match="only the digits 0 to 9 can be drawn, and the classes are a, b, c"):
        train(*few, dataclasses.replace(QUICK, drawn=0.1), classes="abcdefghij")


def test_the_average_is_what_is_scored_and_kept(few):
    options = recipe("tutorial", epochs=2, ema=0.99, validation_split=0.1)
    averaged, plain = train(*few, options), train(*few, dataclasses.replace(options, ema=0.0))
    assert not same_weights(averaged, plain)
    assert averaged.history[-1].training == plain.history[-1].training
    assert averaged.history[-1].validation != plain.history[-1].validation


def interrupted(few, options, checkpoint, monkeypatch, in_epoch: int) -> Trained:
    """Train, and press Ctrl-C in the middle of an epoch."""

    def pressing(self, number, seen, images, means):
        if number == in_epoch and 2 * seen >= images:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TrainingProgress, "step", pressing)
        return train(*few, options, checkpoint=checkpoint)


def test_an_interrupted_run_gives_the_last_whole_epoch(few, tmp_path, monkeypatch):
    stopped = interrupted(few, QUICK, tmp_path / "a.checkpoint", monkeypatch, in_epoch=2)
    again = interrupted(few, QUICK, tmp_path / "b.checkpoint", monkeypatch, in_epoch=2)
    assert len(stopped.history) == 1
    assert same_weights(stopped, again)


def test_an_interrupt_before_the_first_whole_epoch_is_the_callers(few, tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        interrupted(few, QUICK, tmp_path / "run.checkpoint", monkeypatch, in_epoch=1)
    assert not (tmp_path / "run.checkpoint").exists()


def test_a_loss_that_is_not_finite_stops_with_a_message(few):
    with pytest.raises(TrainingError, match=r"the loss became .* at step \d+ of epoch \d.*smaller learning rate"):
        train(*few, recipe("tutorial", optimizer="sgd", learning_rate=1e30))


@pytest.mark.parametrize("loss", OPTIONS["loss"].choices)
@pytest.mark.parametrize("optimizer", OPTIONS["optimizer"].choices)
def test_every_loss_learns_with_every_optimizer(few, loss, optimizer):
    rates = {"adam": 0.004, "adamw": 0.004, "sgd": 0.5, "nesterov": 0.2, "rmsprop": 0.002}
    rate = 5.0 if (optimizer, loss) == ("sgd", "mean-squared-error") else rates[optimizer]
    options = TrainingOptions(loss=loss, optimizer=optimizer, learning_rate=rate, epochs=4, batch_size=32, hidden=(64,))
    assert train(*few, options).history[-1].training["accuracy"] > 0.8


@pytest.mark.parametrize("precision", OPTIONS["precision"].choices)
def test_every_precision_learns_and_leaves_float32_weights(few, precision):
    options = recipe("fast", epochs=6, batch_size=32, precision=precision)
    trained = train(*few, options)
    assert trained.history[-1].training["accuracy"] > 0.9
    assert {weight.dtype for weight in trained.network.parameters()} == {torch.float32}
    assert same_weights(trained, train(*few, options))


def test_all_metrics_are_reported_for_training_and_validation(few):
    options = recipe("tutorial", epochs=1, metrics=OPTIONS["metrics"].choices, validation_split=0.25)
    (epoch,) = train(*few, options).history
    assert set(epoch.training) == set(epoch.validation) == {"loss", *OPTIONS["metrics"].choices}
    assert epoch.validation["accuracy"] <= epoch.validation["top-2-accuracy"] <= 1


def test_nothing_held_out_means_no_validation_and_no_calibration(few):
    trained = train(*few, recipe("tutorial", epochs=1, validation_split=0.0))
    assert trained.history[0].validation is None
    assert trained.temperature == 1


def test_the_temperature_undoes_what_label_smoothing_does(mnist):
    from tenfold.model.evaluate import expected_calibration_error

    trained = train(mnist.x_train[:10_000], mnist.y_train[:10_000], recipe("tutorial", label_smoothing=0.3))
    calibrated = expected_calibration_error(trained.classifier()(mnist.x_test), mnist.y_test)
    plain = dataclasses.replace(trained, temperature=1.0).classifier()
    assert calibrated < 0.02 < 0.1 < expected_calibration_error(plain(mnist.x_test), mnist.y_test)


class Residual(nn.Module):
    """A module of a user's own that is no flat list."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(784, 784), nn.Linear(784, 10)

    def forward(self, x):
        flat = x.flatten(1)
        return self.last(flat + self.first(flat).relu())


@pytest.mark.parametrize("make", [Residual, lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(0.1))])
def test_a_module_of_ones_own_trains(few, make):
    trained = train(*few, recipe("tutorial", epochs=5, batch_size=32, learning_rate=0.05), network=make())
    assert trained.history[-1].training["accuracy"] > 0.6
    assert trained.architecture == {}


def test_one_image_of_one_class_is_enough_to_train_on(few):
    trained = train(few[0][:1], few[1][:1], TrainingOptions(epochs=1), classes=["an old 5", *"0123456789"])
    assert trained.classifier()(few[0][:1]).shape == (1, 11)


def test_classes_that_are_not_named_are_the_labels_numbers(few):
    trained = train(few[0][:9], few[1][:9] // 2, TrainingOptions(epochs=1))
    assert trained.classes == ("0", "1", "2", "3", "4")


def test_nothing_to_train_on_is_refused(few):
    with pytest.raises(DataError, match="at least one image to train on"):
        train(few[0][:0], few[1][:0], QUICK)
    with pytest.raises(DataError, match="at least one image to train on"):
        train(few[0][:1], few[1][:1], recipe("tutorial", validation_split=0.9))


@pytest.mark.parametrize("name", ["cuda:77", "nonsense", "mps"])
def test_a_device_that_is_not_there_is_refused(name):
    with pytest.raises(OptionError, match=f"device '{name}' is not to be had on this machine"):
        choose_device(name)


def test_auto_finds_a_device():
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}


def test_progress_says_how_each_epoch_went(few, capfd):
    train(*few, recipe("tutorial", epochs=2), progress=True)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].split() == ["epoch", "loss", "accuracy", "validation", "loss", "accuracy", "seconds", "images/s"]
    assert [line.split()[0] for line in lines[1:]] == ["1/2", "2/2"]


def test_a_last_batch_of_one_image_joins_the_one_before(few):
    options = TrainingOptions(network="convolutional", channels=(2, 4, 8), hidden=(), batch_size=16, epochs=1)
    assert train(few[0][:33], few[1][:33], options).finished

import pytest

import tenfold
from tenfold.errors import OptionError, TrainingError
from tenfold.learn import loop, training
from tenfold.learn.recipes import recipe
from tenfold.learn.run import checkpoint_of, train_model

FEW = recipe("tutorial", epochs=3)


@pytest.fixture
def own(few, tmp_path):
    """A user's own data: one set of images, no test images."""
    path = tmp_path / "own.csv"
    tenfold.save_examples(*few, path)
    return path


def test_the_tutorial_reaches_its_accuracy(tutorial):
    assert tutorial.finished
    assert tutorial.evaluation.n == 10_000
    assert tutorial.evaluation.accuracy > 0.977
    assert tutorial.evaluation.ece < 0.01


def test_the_fast_recipe_reaches_its_accuracy(tmp_path):
    run = train_model("mnist", tmp_path / "fast", recipe("fast"))
    assert run.evaluation.accuracy > 0.988
    assert run.evaluation.ece < 0.01


def test_own_data_trains_and_says_that_nothing_was_measured(own, tmp_path):
    run = train_model(own, tmp_path / "model", FEW)
    assert run.evaluation is None
    assert tenfold.load_model(run.folder).info.data["n"] == 2000
    assert not checkpoint_of(run.folder).exists()


def test_an_interrupted_run_is_saved_and_goes_on(own, tmp_path, monkeypatch):
    whole = train_model(own, tmp_path / "whole", FEW)

    def interrupted(*args, **kwargs):
        augmented, steps = loop.augmented, iter(range(100))

        def pressing(images, options):
            if next(steps) == 12:
                raise KeyboardInterrupt
            return augmented(images, options)

        with monkeypatch.context() as patched:
            patched.setattr(loop, "augmented", pressing)
            return training.train(*args, **kwargs)

    folder = tmp_path / "stopped"
    stopped = train_model(own, folder, FEW, trainer=interrupted)
    assert (stopped.finished, stopped.epochs) == (False, 1)
    assert tenfold.load_model(folder).info.history[-1].number == 1
    with pytest.raises(OptionError, match="a stopped run waits at .* --resume.* --restart"):
        train_model(own, folder, FEW)
    resumed = train_model(own, folder, resume=True)
    assert (resumed.finished, resumed.epochs, resumed.recipe) == (True, 3, None)
    expected, got = (tenfold.load_model(each.folder).content("model.safetensors") for each in (whole, resumed))
    assert expected == got
    assert not checkpoint_of(folder).exists()


def test_a_model_of_the_same_data_and_options_is_replaced(own, tmp_path):
    train_model(own, tmp_path / "model", FEW)
    assert train_model(own, tmp_path / "model", FEW).finished


def test_a_model_of_other_data_or_options_is_replaced_only_when_told_to(own, few, tmp_path):
    train_model(own, tmp_path / "model", FEW)
    with pytest.raises(OptionError, match="holds a model made with other epochs, seed: .* --replace"):
        train_model(own, tmp_path / "model", recipe("tutorial", epochs=2, seed=1))
    tenfold.save_examples(few[0][:1000], few[1][:1000], tmp_path / "other.csv")
    with pytest.raises(OptionError, match="holds a model made with other data: .* --replace"):
        train_model(tmp_path / "other.csv", tmp_path / "model", FEW)
    (tmp_path / "model" / "model.json").write_text("{}")
    with pytest.raises(OptionError, match="holds a model that cannot be read: replace it by --replace"):
        train_model(own, tmp_path / "model", FEW)
    assert train_model(tmp_path / "other.csv", tmp_path / "model", FEW, replace=True).finished
    assert tenfold.load_model(tmp_path / "model").info.data["n"] == 1000


def test_restart_drops_the_stopped_run(own, tmp_path):
    checkpoint_of(tmp_path / "model").write_bytes(b"of a run that nobody wants")
    assert train_model(own, tmp_path / "model", FEW, restart=True).finished


def test_a_run_that_diverged_leaves_nothing_in_the_way(own, tmp_path):
    with pytest.raises(TrainingError):
        train_model(own, tmp_path / "model", recipe("tutorial", optimizer="sgd", learning_rate=1e30))
    assert list(tmp_path.glob("model*")) == []

"""Several seeds: each a model, and a mean with its spread."""

import statistics

import numpy as np
import pytest

import tenfold
from tenfold.errors import OptionError
from tenfold.learn.recipes import recipe
from tenfold.learn.seeds import train_seeds


@pytest.fixture
def data(few, tmp_path):
    images, labels = few
    tenfold.save_data(((images[:1500], labels[:1500]), (images[1500:], labels[1500:])), tmp_path / "data.npz")
    return tmp_path / "data.npz"


def options_of(seed):
    return recipe("tutorial", epochs=1, hidden=(32,), seed=seed)


def test_each_seed_is_a_model_and_all_have_a_mean_and_a_spread(data, tmp_path):
    found = train_seeds(data, tmp_path / "models", options_of, range(4, 7))
    assert found.seeds == (4, 5, 6)
    assert [tenfold.load_model(run.folder).info.options["seed"] for run in found.runs] == [4, 5, 6]
    assert found.on_test
    assert found.accuracies == tuple(run.evaluation.accuracy for run in found.runs)
    assert found.mean == pytest.approx(np.mean(found.accuracies))
    assert found.deviation == pytest.approx(statistics.stdev(found.accuracies))
    assert found.to_dict()["mean"] == found.mean


def test_without_test_images_those_held_out_count(few, tmp_path):
    tenfold.save_examples(few[0][:400], few[1][:400], tmp_path / "own.npz")
    found = train_seeds(tmp_path / "own.npz", tmp_path / "models", options_of, (0, 1))
    assert not found.on_test
    last = tenfold.load_model(found.runs[0].folder).info.history[-1]
    assert found.accuracies[0] == last.validation["accuracy"]


def test_one_seed_has_no_spread(tmp_path):
    with pytest.raises(OptionError, match="at least 2 seeds, got 1"):
        train_seeds("mnist", tmp_path, options_of, [3])

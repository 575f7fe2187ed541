"""A sweep keeps the best of what it tried, and goes on where it stopped."""

import csv

import pytest

import tenfold
from tenfold.errors import OptionError
from tenfold.learn.fitting import FittedRecipe
from tenfold.scale.cluster import connected
from tenfold.scale.space import Between, Space
from tenfold.scale.sweep import sweep_model, table_of
from tenfold.scale.training import ClusterTrainer

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # Ray's, of its own settings

SPACE = Space({"hidden": ((16,), (32,)), "learning_rate": Between(0.05, 0.3, log=True)}, seeds=2)
BASE = FittedRecipe("tutorial", {"epochs": 1, "optimizer": "sgd", "validation_split": 0.2})


@pytest.fixture
def data(few, tmp_path):
    images, labels = few
    tenfold.save_data(((images[:1500], labels[:1500]), (images[1500:], labels[1500:])), tmp_path / "data.npz")
    return tmp_path / "data.npz"


def test_the_best_of_all_trials_becomes_the_model(data, tmp_path, cluster):
    folder, trainer = tmp_path / "best", ClusterTrainer(cluster.address, workers=2)
    with connected(cluster.address):
        found = sweep_model(data, folder, SPACE, BASE, trainer)
        assert len(found.trials) == 2
        assert found.best.accuracy == max(trial.accuracy for trial in found.trials)
        assert all(trial.deviation is not None and trial.epochs == 1 for trial in found.trials)
        options = tenfold.load_model(folder).info.options
        assert options["hidden"] == list(found.best.options["hidden"])
        assert found.run.evaluation.n == 500
        rows = list(csv.DictReader(found.table.read_text().splitlines()))
        assert [float(row["accuracy"]) for row in rows] == [trial.accuracy for trial in found.trials]
        with pytest.raises(OptionError, match="--resume, or drop it by --restart"):
            sweep_model(data, folder, SPACE, BASE, trainer)
        before = tenfold.load_model(folder).content("model.safetensors")
        again = sweep_model(
            data, folder, SPACE, BASE, ClusterTrainer(cluster.address, workers=1), resume=True, replace=True
        )
        assert again.trials == found.trials
        with pytest.raises(OptionError, match="is not of this sweep"):
            sweep_model(
                data,
                folder,
                SPACE,
                FittedRecipe("tutorial", {**BASE.changes, "epochs": 2}),
                trainer,
                resume=True,
                replace=True,
            )
        assert len(tenfold.load_model(folder).content("model.safetensors")) == len(before)


def test_the_table_of_another_sweep_is_not_gone_on_with(data, tmp_path):
    table_of(tmp_path / "best").write_text("trial,hidden,accuracy\n0,[64],0.5\n", encoding="utf-8")
    with pytest.raises(OptionError, match=r"is not of this sweep, its data and its options: .* --restart"):
        sweep_model(data, tmp_path / "best", SPACE, BASE, ClusterTrainer(), resume=True)


def test_a_sweep_needs_images_to_score_by(data, tmp_path):
    base = FittedRecipe("tutorial", {"validation_split": 0.0})
    with pytest.raises(OptionError, match="none are: give validation_split"):
        sweep_model(data, tmp_path / "best", SPACE, base, ClusterTrainer())

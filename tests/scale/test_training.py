"""A cluster trains what one process trains, also where its workers are killed."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch

import tenfold
from tenfold.errors import OptionError, TrainingError
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import recipe
from tenfold.learn.seeds import train_seeds
from tenfold.learn.training import train
from tenfold.scale.cluster import connected
from tenfold.scale.training import ClusterTrainer, spread_seeds

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # Ray's, of its own settings

SMOOTH = {"hidden": (32,), "activation": "tanh", "precision": "float32"}
"""No kinks, at which the rounding of sums would be multiplied step by step."""

SMALL = {"channels": (4, 8), "hidden": (), "precision": "float32", "optimizer": "nesterov", "learning_rate": 0.05}


@pytest.fixture(scope="module")
def address(cluster):
    with connected(cluster.address):
        yield cluster.address


@pytest.fixture(autouse=True)
def one_thread():
    """What is trained here is trained with one thread, as each worker does: more add sums up in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def processes(cluster, name):
    """The processes of a cluster that do what is named."""
    raylets = {each.process.pid for node in cluster.list_all_nodes() for each in node.all_processes["raylet"]}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent in raylets and f"ray::{name}" in (process / "cmdline").read_text():
                yield int(process.name)


def when_there(file, act):
    """Act in a thread, once there is a file."""

    def wait():
        deadline = time.monotonic() + 300
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        act()

    thread = Thread(target=wait, daemon=True)
    thread.start()
    return thread


def largest_difference(one, other):
    mine, theirs = one.network.state_dict(), other.network.state_dict()
    return max(float((mine[name].float() - theirs[name].float()).abs().max()) for name in mine)


def test_workers_that_share_batches_make_the_network_of_one_though_one_is_killed(few, cluster, address, tmp_path):
    options = recipe("tutorial", **SMOOTH, epochs=6, batch_size=199, rotation=5.0, ema=0.9)
    killed = []

    def kill():
        victim = next(processes(cluster, "RayTrainWorker"))
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    thread = when_there(tmp_path / "checkpoint", kill)
    trained = ClusterTrainer(address, workers=2)(*few, options, checkpoint=tmp_path / "checkpoint")
    thread.join()
    assert killed
    alone = train(*few, options)
    assert largest_difference(trained, alone) < 1e-5
    assert [epoch.number for epoch in trained.history] == [1, 2, 3, 4, 5, 6]
    for mine, theirs in zip(trained.history, alone.history, strict=True):
        assert mine.training == pytest.approx(theirs.training, abs=1e-5)
        assert mine.validation == pytest.approx(theirs.validation, abs=1e-5)
    assert trained.temperature == pytest.approx(alone.temperature, rel=1e-4)


def test_folds_are_trained_apart_to_the_bit_though_a_node_is_killed(few, cluster, address, tmp_path):
    options = recipe("fast", **SMALL, epochs=2, folds=3, validation_split=0.0)
    node = cluster.add_node(num_cpus=2)
    thread = when_there(tmp_path / "checkpoint.0", lambda: cluster.remove_node(node, allow_graceful=False))
    trained = ClusterTrainer(address, workers=4)(*few, options, checkpoint=tmp_path / "checkpoint")
    thread.join()
    alone = train(*few, options)
    assert largest_difference(trained, alone) == 0
    assert trained.temperature == alone.temperature
    assert np.array_equal(trained.held_out.right, alone.held_out.right)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint"]


def test_a_run_stopped_on_the_cluster_goes_on_without_it_and_there(few, address, tmp_path, monkeypatch):
    options = recipe("tutorial", epochs=150, ensemble=2, hidden=(16,), precision="float32")

    pressed = []

    def pressing(self, epoch, images):
        if not pressed and (tmp_path / "checkpoint").exists():
            pressed.append(epoch)
            raise KeyboardInterrupt

    trainer = ClusterTrainer(address, workers=2)
    with monkeypatch.context() as patched:
        patched.setattr(TrainingProgress, "finish_epoch", pressing)
        stopped = trainer(*few, options, checkpoint=tmp_path / "checkpoint")
    assert not stopped.finished
    (tmp_path / "copy").write_bytes((tmp_path / "checkpoint").read_bytes())
    here = train(*few, options, checkpoint=tmp_path / "copy", resume=True)
    there = trainer(*few, options, checkpoint=tmp_path / "checkpoint", resume=True)
    assert here.finished
    assert there.finished
    assert largest_difference(here, there) == 0


def test_an_estimator_trains_on_the_cluster_and_says_what_went_wrong(few, address):
    trainer = ClusterTrainer(address, workers=2)
    classifier = tenfold.DigitClassifier(ensemble=2, epochs=1, hidden=(16,), trainer=trainer).fit(*few)
    assert classifier.get_params()["trainer"] is trainer
    assert classifier.score(*few) > 0.3
    with pytest.raises(TrainingError, match="try a smaller learning rate"):
        classifier.set_params(optimizer="sgd", learning_rate=1e30).fit(*few)


def test_seeds_are_spread_and_give_what_they_give_one_by_one(few, address, tmp_path):
    images, labels = few
    tenfold.save_data(((images[:1500], labels[:1500]), (images[1500:], labels[1500:])), tmp_path / "data.npz")
    options = recipe("tutorial", epochs=1, hidden=(16,))
    arguments = (tmp_path / "data.npz", tmp_path / "models", lambda seed: replace(options, seed=seed), (3, 4))
    with spread_seeds(ClusterTrainer(address, workers=2), (3, 4)) as trainer:
        spread = train_seeds(*arguments, trainer=trainer)
    assert spread.seeds == (3, 4)
    assert spread.accuracies == train_seeds(*arguments).accuracies


def test_workers_are_at_least_one():
    with pytest.raises(OptionError, match="at least 1, got 0"):
        ClusterTrainer("local", workers=0)

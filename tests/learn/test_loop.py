"""The networks of a run can be trained apart, and make the same together."""

import numpy as np
import pytest
import torch

from tenfold.learn.checkpoint import join_checkpoints
from tenfold.learn.data_parallel import Share
from tenfold.learn.loop import epoch_seed
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import recipe
from tenfold.learn.training import as_saved, train, train_part

OPTIONS = recipe("tutorial", epochs=2, ensemble=3, ema=0.9, hidden=(16,), precision="float32")


class Stopping(TrainingProgress):
    """Ctrl-C at the end of an epoch."""

    def __init__(self, after):
        super().__init__(OPTIONS, shown=False)
        self.after = after

    def finish_epoch(self, epoch, images):
        if epoch.number == self.after:
            raise KeyboardInterrupt


def same_weights(one, other):
    mine, theirs = one.network.state_dict(), other.network.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.fixture
def parts(few, tmp_path):
    files = [tmp_path / str(number) for number in range(3)]
    for number, file in enumerate(files):
        train_part(*few, OPTIONS, checkpoint=file, share=Share(), member=number)
    return files


def test_networks_trained_apart_are_those_trained_one_after_another(few, parts, tmp_path):
    join_checkpoints(tmp_path / "joined", parts)
    joined, whole = as_saved(*few, OPTIONS, checkpoint=tmp_path / "joined"), train(*few, OPTIONS)
    assert joined.finished
    assert same_weights(joined, whole)
    assert joined.temperature == whole.temperature
    assert [epoch.number for epoch in joined.history] == [1, 2, 3, 4, 5, 6]
    assert np.array_equal(joined.held_out.right, whole.held_out.right)


def test_what_is_joined_of_a_stopped_run_goes_on_to_the_same_weights(few, parts, tmp_path):
    train_part(*few, OPTIONS, checkpoint=parts[1], share=Share(), member=1, progress=Stopping(3))
    join_checkpoints(tmp_path / "joined", parts)
    stopped = as_saved(*few, OPTIONS, checkpoint=tmp_path / "joined")
    assert not stopped.finished
    assert [epoch.number for epoch in stopped.history] == [1, 2, 3]
    assert stopped.architecture["members"] == 2
    resumed = train(*few, OPTIONS, checkpoint=tmp_path / "joined", resume=True)
    assert same_weights(resumed, train(*few, OPTIONS))


def test_of_nothing_nothing_is_joined(tmp_path):
    join_checkpoints(tmp_path / "joined", [tmp_path / "missing"])
    assert not (tmp_path / "joined").exists()


def test_each_epoch_of_each_seed_has_a_seed_of_its_own():
    assert len({epoch_seed(seed, number) for seed in range(10) for number in range(10)}) == 100

"""The keeper gives back what it was given, and gives up what never comes on."""

import pytest

from tenfold.errors import TrainingError
from tenfold.model.description import Epoch
from tenfold.scale.cluster import ClusterError
from tenfold.scale.keeper import TRIES, Keeper

EPOCH = Epoch(1, 0.5, 0.1, {"loss": 1.0})


def test_a_training_goes_on_from_its_newest_checkpoint():
    keeper = Keeper({1: b"before"})
    assert keeper.begin(0) == (True, None)
    assert keeper.begin(1) == (True, b"before")
    keeper.epoch(0, EPOCH, 100, b"first")
    keeper.epoch(0, EPOCH, 100, None)
    assert keeper.begin(0) == (True, b"first")


def test_news_are_told_once():
    keeper = Keeper({})
    keeper.step(0, 1, 50, 100, {"loss": 2.0})
    keeper.epoch(0, EPOCH, 100, b"first")
    news, errors = keeper.news()
    assert (news[0].epochs, news[0].step, news[0].checkpoint) == ([(EPOCH, 100)], (1, 50, 100, {"loss": 2.0}), b"first")
    assert not errors
    assert keeper.news() == ({}, {})


def test_an_error_of_its_own_ends_a_training_and_no_other():
    keeper = Keeper({})
    keeper.failed(0, TrainingError("the loss became nan"))
    assert keeper.begin(0)[0] is False
    assert keeper.begin(1)[0] is True
    assert list(keeper.news()[1]) == [0]


def test_what_never_finishes_an_epoch_is_given_up_with_its_cause():
    keeper = Keeper({})
    for _ in range(TRIES):
        assert keeper.begin(0)[0]
        keeper.failed(0, OSError("no space left"))
    assert not keeper.begin(0)[0]
    error = keeper.news()[1][0]
    with pytest.raises(ClusterError, match="never finished an epoch: OSError: no space left"):
        raise error


def test_what_comes_on_may_be_lost_any_number_of_times():
    keeper = Keeper({})
    for _ in range(5 * TRIES):
        assert keeper.begin(0)[0]
        keeper.epoch(0, EPOCH, 100, b"next")


def test_only_the_best_of_what_is_over_is_kept():
    keeper = Keeper({})
    for training, score in ((0, 0.7), (2, 0.9), (4, 0.8)):
        for each in (training, training + 1):
            keeper.epoch(each, EPOCH, 100, str(each).encode())
        keeper.offer((training, training + 1), score)
    assert keeper.best() == (2, 0.9, b"2")
    assert keeper.checkpoint(2) is None

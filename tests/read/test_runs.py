"""A run of pictures that are read far less surely than those that a promise rests on is told."""

import numpy as np

from tenfold.model.promise import HeldOut
from tenfold.read.runs import shift_of


def kind(unsure, n=4000):
    """Make answers of which a share lies below 0.9."""
    sure = np.linspace(1, 0.9 - unsure / (1 - unsure) * 0.1, n, dtype=np.float32)
    return HeldOut(sure, np.ones(n, np.bool_))


KINDS = {"pens": kind(0.1), "cells": kind(0.2)}


def run(unsure, n):
    return np.where(np.arange(n) < unsure * n, 0.5, 0.95)


def test_a_run_like_the_hardest_kind_is_none_that_differs():
    assert shift_of(run(0.2, 500), 0.9, KINDS, 0.01) is None


def test_a_run_that_is_read_far_less_surely_is_told_with_what_mends_it():
    shift = shift_of(run(0.5, 500), 0.9, KINDS, 0.01)
    assert (shift.n, shift.unsure, shift.kind) == (500, 250, "cells")
    assert "50% of them are not read surely" in str(shift)
    assert "20%" in str(shift)
    assert "Label 299 or more like them and run `tenfold calibrate MODEL --data FOLDER`" in str(shift)


def test_a_lax_promise_that_accepts_all_that_it_rests_on_bears_a_few_that_are_unsure():
    assert shift_of(run(0.04, 500), 0.9, {"images": kind(0.0)}, 0.05) is None
    assert shift_of(run(0.2, 500), 0.9, {"images": kind(0.0)}, 0.05)


def test_a_few_pictures_say_nothing_of_where_they_are_from():
    assert shift_of(run(1, 19), 0.9, KINDS, 0.01) is None
    assert shift_of(run(1, 20), 0.9, KINDS, 0.01)
    assert shift_of(run(1, 500), 0.9, {}, 0.01) is None


def test_of_runs_like_the_hardest_kind_at_most_one_in_a_hundred_is_told():
    rng = np.random.default_rng(0)
    told = sum(shift_of(rng.choice(KINDS["cells"].probability, 60), 0.9, KINDS, 0.01) is not None for _ in range(500))
    assert told <= 5

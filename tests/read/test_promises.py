"""Promises about whole numbers rest on what the model folder keeps, one threshold for each kind."""

import numpy as np
import pytest

import tenfold
from tenfold.errors import OptionError
from tenfold.model.promise import NUMBERS, HeldOut
from tenfold.read.promises import ANY, all_promises, calibration_of, least_probable


class Seam:
    """Something that keeps the seam, and of which no calibration is known."""

    classes, alphabet = tuple("0123456789"), "0123456789"

    def digits(self, images): ...

    def lines(self, lines): ...


def test_what_ships_promises_less_error_beside_a_list():
    least = least_probable(tenfold.load_model(), 0.02)
    assert set(least) == set(ANY)
    assert least["list"] < least["boxes"] < 1


def test_an_error_too_small_for_every_kind_is_refused():
    with pytest.raises(OptionError, match="numbers"):
        least_probable(tenfold.load_model(), 1e-6)


def test_a_kind_that_was_never_calibrated_accepts_nothing(monkeypatch):
    model = tenfold.load_model()
    sure = HeldOut(np.linspace(1, 0.5, 400, dtype=np.float32), np.ones(400, np.bool_))
    monkeypatch.setitem(model.info.calibration, NUMBERS, {"boxes": sure.to_dict()})
    least = least_probable(model, 0.05)
    assert least["boxes"] < 1 < least["free"] == least["list"]


def test_numbers_are_accepted_where_the_hardest_that_their_promise_rests_on_allow_it(monkeypatch):
    model = tenfold.load_model()
    sureness = np.linspace(1, 0.5, 2000, dtype=np.float32)
    easy, hard = (HeldOut(sureness, np.arange(2000) < right) for right in (2000, 1000))
    monkeypatch.setitem(model.info.calibration, NUMBERS, {"free": easy.to_dict(), "alone": hard.to_dict()})
    assert least_probable(model, 0.05)["free"] == pytest.approx(0.75, abs=0.02)
    assert all_promises(model)["free"][0.05] == pytest.approx(0.5, abs=0.03), "of rows, by what pictures allow"
    never = HeldOut(sureness, np.zeros(2000, np.bool_))
    monkeypatch.setitem(model.info.calibration, NUMBERS, {"alone": easy.to_dict(), "cells": never.to_dict()})
    assert all_promises(model)["alone"][0.05] is None
    with pytest.raises(OptionError, match="pictures of one number: none"):
        least_probable(model, 0.05)


def test_of_anything_but_a_model_folder_nothing_is_known():
    assert calibration_of(Seam()) == {}
    with pytest.raises(OptionError, match="was not calibrated on pages"):
        least_probable(Seam(), 0.05)

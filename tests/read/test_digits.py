"""A digit is a plain, frozen answer that JSON can hold."""

import json
from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

import tenfold
from tenfold.read.digits import DigitReason


def test_an_answer_is_plain_values(mnist):
    digit = tenfold.Reader().digit(mnist.x_test[0])
    told = json.loads(json.dumps(digit.to_dict()))
    assert (told["digit"], told["accepted"], told["reason"]) == ("7", True, None)
    assert told["probability"] == max(told["probabilities"])
    assert sum(told["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_an_answer_cannot_be_changed(mnist):
    digit = tenfold.Reader().digit(mnist.x_test[0])
    with pytest.raises(FrozenInstanceError):
        digit.digit = "1"


def test_reasons_come_in_the_order_in_which_they_are_looked_at():
    assert get_args(DigitReason) == ("blank", "several-digits", "not-a-digit", "uncertain", "not-calibrated")

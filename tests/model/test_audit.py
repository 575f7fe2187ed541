"""Bounds that hold whenever one looks, and the alarm."""

import numpy as np
import pytest

from tenfold.model.audit import Stakes, audited, confidence_sequence


def test_bounds_hold_the_share_and_close_in_on_it():
    assert confidence_sequence(0, 0) == (0.0, 1.0)
    low, high = confidence_sequence(0, 300)
    assert low == 0
    assert 0.009 < high < 0.02
    wide, narrow = confidence_sequence(3, 300), confidence_sequence(300, 30_000)
    assert wide[0] < narrow[0] < 0.01 < narrow[1] < wide[1]
    assert confidence_sequence(5, 5)[1] == 1


def test_bounds_miss_the_share_in_few_audits_however_often_one_looks():
    rng, missed = np.random.default_rng(0), 0
    for _ in range(100):
        wrong = rng.random(400) < 0.05
        counts = np.cumsum(wrong)
        looks = [confidence_sequence(int(counts[n - 1]), n) for n in range(20, 401, 20)]
        missed += any(not low <= 0.05 <= high for low, high in looks)
    assert missed <= 12  # each side in 5 of 100


def test_an_error_three_times_the_promised_one_is_seen_soon_and_a_kept_promise_raises_few_alarms():
    rng = np.random.default_rng(1)

    def alarmed(error: float, length: int) -> float:
        stakes, seen = Stakes(0.02, 300), np.zeros(300, bool)
        for _ in range(length):
            seen |= stakes.bet(rng.random(300) < error)
        return float(seen.mean())

    assert alarmed(0.06, 500) > 0.95
    assert alarmed(0.02, 2000) < 0.08
    assert alarmed(0.01, 2000) < 0.02


def test_an_alarm_stays_and_drift_is_told_from_a_promise_that_never_held():
    never = audited([number % 10 == 0 for number in range(300)] + [False] * 300, 0.02)
    assert never.state == "broken"
    assert never.alarm is not None
    assert never.alarm < 300
    late = audited([False] * 2000 + [number % 8 == 0 for number in range(300)], 0.02)
    assert late.state == "drift"
    assert late.alarm is not None
    assert late.alarm > 2000
    assert "HOLDS NO LONGER" in str(late)
    assert audited([False] * 100, 0.02).state == "kept"


@pytest.mark.parametrize("promise", [0.001, 0.5, 0.9])
def test_any_promise_can_be_audited(promise):
    assert audited([False] * 50, promise).state == "kept"
    assert audited([True] * 200, promise).state == "broken"

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.model.evaluate import expected_calibration_error, score
from tenfold.report.findings import (
    Confusion,
    calibration_bins,
    find_confusions,
    find_mistakes,
    format_name,
    format_value,
    percent,
    percent_sure,
    round_values,
)


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.98123, 2, "98.12%"),
        (0.9981, 1, "99.8%"),
        (0.99999, 1, ">99.9%"),
        (0.99999, 2, ">99.99%"),
        (1 - 1e-12, 2, ">99.99%"),
        (1.0, 2, "100%"),
        (0.0, 2, "0.00%"),
        (math.nan, 2, "–"),
    ],
)
def test_a_percentage_is_never_rounded_up_to_certainty(share, decimals, text):
    assert percent(share, decimals) == text


def test_no_answer_is_certain():
    assert percent_sure(1.0, 2) == ">99.99%"
    assert percent_sure(0.98123) == "98.1%"


@given(
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6).filter(lambda reach: reach == 0 or reach > 1e-9),
    st.integers(2, 8),
    st.booleans(),
)
def test_round_values_hold_what_is_to_be_shown(low, reach, most, whole):
    high = low + reach
    values = round_values(low, high, most, whole=whole)
    assert 2 <= len(values) <= most + 3
    assert values[0] <= low + 1e-6 * max(1, abs(low))
    assert values[-1] >= high - 1e-6 * max(1, abs(high))
    assert values == sorted(values)
    if whole:
        assert all(value == round(value) for value in values)


def test_mistakes_come_surest_first_and_ties_in_order():
    probabilities = np.array([[0.4, 0.6], [0.9, 0.1], [0.1, 0.9], [0.4, 0.6]], dtype=np.float32)
    assert find_mistakes(np.array([0, 0, 0, 0]), probabilities).tolist() == [2, 0, 3]


def test_confusions_come_most_frequent_first():
    said = np.eye(3, dtype=np.float32)[[1, 2, 2, 0, 0]]
    evaluation = score(said, np.array([0, 1, 1, 0, 2]), classes=("a", "b", "c"))
    assert find_confusions(evaluation) == [Confusion(1, 2, 2), Confusion(0, 1, 1), Confusion(2, 0, 1)]


def test_calibration_bins_add_up_to_the_calibration_error():
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.full(10, 0.3), 500).astype(np.float32)
    labels = random.integers(0, 10, 500)
    bins = calibration_bins(labels, probabilities)
    error = sum(each.n * abs(each.accuracy - each.confidence) for each in bins) / 500
    assert error == pytest.approx(expected_calibration_error(probabilities, labels))


def test_quantities_are_written_for_readers():
    assert format_name("top-2-accuracy") == "Top 2 accuracy"
    assert format_value("accuracy", 0.97931) == "97.931%"
    assert format_value("loss", 0.0123456) == "0.01235"

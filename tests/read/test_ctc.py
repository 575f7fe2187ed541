"""The columns of a row are decoded: the most probable numbers, any number's probability, and where its digits are."""

from itertools import product

import numpy as np
import pytest

from tenfold.model.line_recognizer import NOTHING
from tenfold.read.ctc import middles, most_probable, probabilities


def columns(count, seed=0):
    shares = np.random.default_rng(seed).dirichlet(np.full(11, 0.2), count)
    return np.log(shares + 1e-9).astype(np.float32)


def said(path):
    """Give the number that one path through the columns says."""
    kept = [sign for place, sign in enumerate(path) if place == 0 or path[place - 1] != sign]
    return "".join(str(sign) for sign in kept if sign != NOTHING)


def summed(answer, digits):
    """Add up all paths through columns of few digits: what the fast ways must come to."""
    totals = {}
    for path in product([*digits, NOTHING], repeat=len(answer)):
        weight = float(np.exp(sum(answer[time, sign] for time, sign in enumerate(path))))
        totals[said(path)] = totals.get(said(path), 0.0) + weight
    return totals


@pytest.mark.parametrize("seed", range(4))
def test_a_numbers_probability_is_the_sum_over_all_paths_that_say_it(seed):
    answer = columns(6, seed)
    totals = summed(answer, (1, 7))
    for text in ("", "1", "7", "17", "11", "177", "1717"):
        numbers = np.array([[int(digit) for digit in text]], np.int8)
        assert np.exp(probabilities(answer, numbers))[0] == pytest.approx(totals.get(text, 0.0), rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_the_most_probable_numbers(seed):
    answer = columns(5, seed)
    answer[:, [0, 3, 4, 5, 6, 8, 9]] = -30.0
    totals = summed(answer, (1, 2, 7))
    assert most_probable(answer, 3) == sorted(totals, key=lambda text: -totals[text])[:3]


def test_equal_digits_need_a_pause():
    answer = np.full((5, 11), -20.0, np.float32)
    answer[[0, 1, 3, 4], 5] = answer[2, NOTHING] = 0.0
    assert most_probable(answer, 1) == ["55"]
    answer[2, 5] = 1.0
    assert most_probable(answer, 1) == ["5"]


def test_digits_are_where_their_columns_are():
    answer = np.full((20, 11), -20.0, np.float32)
    answer[:, NOTHING] = 0.0
    for time, digit in ((4, 3), (12, 8)):
        answer[time, NOTHING], answer[time, digit] = -20.0, 0.0
    assert middles(answer, "38") == [8.5, 24.5]

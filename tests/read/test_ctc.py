"""The columns of a line are decoded: the most probable numbers, any number's probability, and where its digits are."""

from itertools import product

import numpy as np
import pytest

from tenfold.read.ctc import most_probable, no_number, positions, probabilities

ALPHABET = "0123456789"
BLANK = len(ALPHABET)


def columns(count, seed=0):
    shares = np.random.default_rng(seed).dirichlet(np.full(11, 0.2), count)
    return np.log(shares + 1e-9).astype(np.float32)


def said(path):
    """Give the number that one path through the columns says."""
    kept = [sign for place, sign in enumerate(path) if place == 0 or path[place - 1] != sign]
    return "".join(str(sign) for sign in kept if sign != BLANK)


def summed(answer, digits):
    """Add up all paths through columns of few digits: what the fast ways must come to."""
    totals = {}
    for path in product([*digits, BLANK], repeat=len(answer)):
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
    assert most_probable(answer, 3, ALPHABET) == sorted(totals, key=lambda text: -totals[text])[:3]


def test_equal_digits_need_a_pause():
    answer = np.full((5, 11), -20.0, np.float32)
    answer[[0, 1, 3, 4], 5] = answer[2, BLANK] = 0.0
    assert most_probable(answer, 1, ALPHABET) == ["55"]
    answer[2, 5] = 1.0
    assert most_probable(answer, 1, ALPHABET) == ["5"]


def test_digits_are_where_their_columns_are():
    answer = np.full((20, 11), -20.0, np.float32)
    answer[:, BLANK] = 0.0
    for time, digit in ((4, 3), (12, 8)):
        answer[time, BLANK], answer[time, digit] = -20.0, 0.0
    assert positions(answer, [3, 8]) == [8.5, 24.5]


def test_the_signs_are_those_of_the_alphabet():
    answer = np.full((3, 4), -20.0, np.float32)
    answer[0, 2] = answer[1, 3] = answer[2, 0] = 0.0
    assert most_probable(answer, 1, "ab7") == ["7a"]


def test_a_line_of_blanks_holds_no_number():
    answer = np.full((4, 3), -20.0, np.float32)
    answer[:, -1] = 0.0
    assert no_number(answer) == 1.0
    assert most_probable(answer, 1, "ab") == [""]

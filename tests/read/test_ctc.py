"""The columns of a line are decoded: the most probable numbers, any number's probability, and where its digits are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.read.ctc import most_probable, no_number, positions, probabilities, single_signs, without
from tenfold.read.types import NumberType

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


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_how_probable_one_sign_is_comes_to_the_same_in_both_ways(seed, count):
    answer = np.random.default_rng(seed).dirichlet(np.full(11, 0.2), count)
    answer = np.log(answer + 1e-300).astype(np.float32)
    assert single_signs(answer, range(10)) == pytest.approx(
        probabilities(answer, np.arange(10, dtype=np.int8)[:, None]), abs=1e-2
    )


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


SIGNS = "0123456789./"


def line(*shares, alphabet=SIGNS):
    """Make a line of signs with a blank behind each; each is a sign, or shares by sign."""
    rows = []
    for share in shares:
        row = np.full(len(alphabet) + 1, 1e-6)
        for sign, value in share.items() if isinstance(share, dict) else [(share, 1.0)]:
            row[alphabet.index(sign)] = value
        pause = np.full(len(alphabet) + 1, 1e-6)
        pause[-1] = 1.0
        rows += [row / row.sum(), pause / pause.sum()]
    return np.log(rows).astype(np.float32)


def test_the_most_probable_text_of_a_type_comes_first_and_others_behind_it():
    slash = {"1": 0.8, "/": 0.2}
    answer = line("2", "0", slash, "0", "7", slash, "2", "0", "2", "1")
    assert most_probable(answer, 1, SIGNS) == ["2010712021"]
    typed = most_probable(answer, 1, SIGNS, NumberType("date"))
    assert typed == ["20/07/2021", "2010712021"]


def test_a_type_finds_what_is_not_among_the_most_probable():
    unsure = {"1": 0.5, "4": 0.4, "7": 0.1}
    answer = line(*[unsure] * 8)
    assert "77777777" not in most_probable(answer, 16, SIGNS)
    assert most_probable(answer, 1, SIGNS, NumberType("id", allowed="7"))[0] == "77777777"


def test_where_no_text_is_of_the_type_the_most_probable_come_alone():
    answer = line("4", "7")
    number_type = NumberType("date")
    assert not any(number_type.allows(text) for text in most_probable(answer, 3, SIGNS, number_type))
    assert most_probable(answer, 3, SIGNS, number_type)[0] == "47"


def probability(answer, text):
    return float(probabilities(answer, np.array([[int(digit) for digit in text]], np.int8))[0])


@given(st.integers(0, 10_000))
def test_a_type_that_allows_everything_leaves_nothing_out(seed):
    answer = columns(6, seed)
    best = most_probable(answer, 5, ALPHABET)
    typed = most_probable(answer, 5, ALPHABET, NumberType())
    assert len(typed) == len(set(typed)) <= 10
    assert best[0] in typed
    assert set(best) <= set(typed)


def test_signs_that_are_passed_over_are_as_if_nothing_were_there():
    answer = line("1", "2", {".": 0.7, "/": 0.25}, "5")
    [point, slash] = (SIGNS.index(sign) for sign in "./")
    assert most_probable(answer, 1, SIGNS) == ["12.5"]
    passed = without(answer, [point, slash])
    assert most_probable(passed, 1, SIGNS) == ["125"]
    assert np.exp(probability(answer, "125")) < 0.01 < 0.99 < np.exp(probability(passed, "125"))
    assert np.exp(passed).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert most_probable(answer, 1, SIGNS) == ["12.5"]


def test_without_signs_to_pass_over_a_line_stays_as_it_is():
    answer = columns(6)
    assert without(answer, []) is answer

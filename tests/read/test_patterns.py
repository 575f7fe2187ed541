"""Patterns match whole texts, and exactly their beginnings."""

import re
from itertools import product

import pytest

from tenfold.read import patterns
from tenfold.read.patterns import Pattern


def beginnings_match(pattern: Pattern, signs: str, most: int) -> None:
    """Hold a pattern's beginnings against all texts of few signs: only those of texts as long are looked at."""
    texts = ["".join(text) for length in range(most + 1) for text in product(signs, repeat=length)]
    whole = {text for text in texts if re.fullmatch(pattern.whole, text)}
    begun = {text for text in texts if re.fullmatch(pattern.begun, text)}
    assert whole
    assert {text[:end] for text in whole for end in range(len(text) + 1)} <= begun
    for text in begun:
        if len(text) <= most - 6:
            assert any(other.startswith(text) for other in whole), text


@pytest.mark.parametrize(
    ("pattern", "signs", "most"),
    [
        (patterns.integers(), "1.-", 9),
        (patterns.decimals(None, implied_point=False), "1.,", 9),
        (patterns.decimals(2, implied_point=True), "1.,", 9),
        (patterns.amounts(2), "1,-", 9),
        (patterns.dates("DMY"), "1/ ", 9),
        (patterns.dates(None), "13/", 9),
        (patterns.times(), "29:", 9),
        (patterns.ids(), "1 -", 9),
    ],
)
def test_beginnings_are_those_of_whole_texts_and_no_others(pattern, signs, most):
    beginnings_match(pattern, signs, most)


def test_a_date_has_the_order_that_is_asked_for():
    assert re.fullmatch(patterns.dates("MDY").whole, "12/31/2021")
    assert not re.fullmatch(patterns.dates("DMY").whole, "12/31/2021")
    assert not re.fullmatch(patterns.dates("DMY").begun, "12/31")
    assert patterns.orders(None) == ("DMY", "MDY", "YMD")


def test_separators_of_a_date_are_the_same():
    assert not re.fullmatch(patterns.dates(None).whole, "20.7/21")

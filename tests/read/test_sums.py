"""Fields of a form add up, or the readings with which they do are found, or the sum differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.read.sums import adds_up, reconciled


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30))
def test_amounts_add_up_to_the_cent(cents):
    assert adds_up([each / 100 for each in cents], sum(cents) / 100)
    assert not adds_up([each / 100 for each in cents], (sum(cents) + 1) / 100)


def test_integers_and_decimals_add_up_together():
    assert adds_up([1, 0.5, 2.25], 3.75)


def test_a_doubtful_digit_is_read_as_the_sum_has_it():
    found = reconciled([[(17, 0.9), (11, 0.1)], [(4, 0.6), (9, 0.4)]], [(26, 0.95), (20, 0.05)])
    assert found.choice == (0, 1, 0)
    assert found.probability > 0.8


def test_a_sum_that_surely_differs_is_not_made_right():
    assert reconciled([[(17, 0.99), (11, 0.01)], [(4, 0.99), (9, 0.01)]], [(26, 0.98), (20, 0.02)]) is None
    assert reconciled([[(1, 1.0)]], [(2, 1.0)]) is None
    assert reconciled([[(1, 1.0)]], []) is None


def test_two_ways_to_add_up_share_their_probability():
    found = reconciled([[(1, 0.5), (7, 0.5)]], [(7, 0.5), (1, 0.5)])
    assert found.probability == pytest.approx(0.45, abs=0.01)


def test_many_fields_of_many_readings_are_weighed_at_once():
    unsure = [(value, 0.2) for value in (1.01, 2.02, 30.3, 404.4, 5005.5)]
    assert reconciled([unsure] * 20, [(20.2, 1.0)]) is None

"""Two models on the same images."""

import numpy as np
import pytest
from scipy.stats import binomtest

from tenfold.errors import DataError
from tenfold.model.compare import compare


def right(both, first, second, neither):
    """Answers of two models by how many images are read right by whom."""
    ones = np.repeat([True, True, False, False], [both, first, second, neither])
    others = np.repeat([True, False, True, False], [both, first, second, neither])
    return ones, others


def test_the_figures_of_a_small_study_by_hand():
    """1, 1, 7 and 12 of 21 children; the interval is 6/23 ± 1.96·√(10/23 less (6/23)², over 23)."""
    found = compare(*right(1, 1, 7, 12), models=("before", "after"), data="children")
    assert found.only == (1, 7)
    assert found.difference == pytest.approx(6 / 21)
    assert found.p_value == pytest.approx(0.039, abs=5e-4)
    assert found.interval == pytest.approx((0.0134, 0.5084), abs=1e-4)
    assert found.to_dict()["accuracy"] == pytest.approx((2 / 21, 8 / 21))


@pytest.mark.parametrize(("first", "second"), [(1, 0), (5, 5), (3, 40), (900, 1000)])
def test_mid_p_is_the_exact_value_less_half_of_what_came_on_both_sides(first, second):
    count = first + second
    exact = binomtest(first, count).pvalue
    came = np.exp(_log_pmf(first, count))
    expected = exact - came if first != second else 1 - came / 2
    assert compare(*right(10, first, second, 0)).p_value == pytest.approx(expected, rel=1e-6)


def _log_pmf(k, n):
    from scipy.stats import binom

    return binom.logpmf(k, n, 0.5)


def test_two_models_alike_differ_by_nothing():
    same = np.array([True, False, True])
    found = compare(same, same)
    assert (found.difference, found.p_value) == (0, 1)
    assert found.interval[0] < 0 < found.interval[1]


def test_answers_to_other_images_are_told():
    with pytest.raises(DataError, match="the same images, got 2 and 3"):
        compare(np.ones(2, bool), np.ones(3, bool))

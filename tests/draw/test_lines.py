"""Rows of digits are drawn to train on."""

import numpy as np
import pytest

from tenfold.draw.lines import Stock, draw_row


@pytest.fixture(scope="module")
def stock(mnist):
    return Stock.of(mnist.x_train[:2000], mnist.y_train[:2000], np.random.default_rng(0))


def test_rows_have_a_networks_height_and_ink_and_say_digits(stock):
    rng = np.random.default_rng(1)
    rows = [draw_row(stock, rng) for _ in range(200)]
    assert all(row.dtype == np.uint8 and row.shape[0] == 32 and row.shape[1] >= 8 for row, _ in rows)
    assert all(set(said) <= set("0123456789") for _, said in rows)
    assert 0.1 < np.mean([said == "" for _, said in rows]) < 0.4
    assert all(row.max() > 0 for row, said in rows if said)


def test_longer_numbers_make_wider_rows(stock):
    rng = np.random.default_rng(2)
    rows = [draw_row(stock, rng) for _ in range(300)]
    widths = {
        short: np.mean([row.shape[1] for row, said in rows if said and (len(said) < 4) == short])
        for short in (True, False)
    }
    assert widths[False] > 1.5 * widths[True]


def test_the_same_seed_draws_the_same_row(stock):
    first, second = (draw_row(stock, np.random.default_rng(7)) for _ in range(2))
    assert first[1] == second[1]
    assert np.array_equal(first[0], second[0])

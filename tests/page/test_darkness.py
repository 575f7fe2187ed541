"""Ink is brought to full strength, whatever the pen, and what is as faint as paper is none."""

import numpy as np
import pytest

from tenfold.page.darkness import full_strength


def stroke(dark, edge):
    """Draw a stroke of a darkness with soft edges on clean paper."""
    page = np.zeros((20, 30), np.uint8)
    page[5:15, 10:16] = edge
    page[5:15, 11:15] = dark
    return page


@pytest.mark.parametrize("pen", [60, 120, 250])
def test_every_pen_is_full_where_it_is_as_dark_as_usual(pen):
    dark = stroke(pen, pen // 2)
    ink, found = full_strength(dark, (dark > 0).astype(np.uint8), 14)
    assert found == pen
    assert (ink[5:15, 11:15] >= 254).all()
    assert 60 < ink[5, 10] < 140
    assert not ink[:, :10].any()


def test_ink_that_is_not_of_the_thing_is_left_out():
    dark, mask = stroke(200, 100), np.zeros((20, 30), np.uint8)
    mask[5:10, 10:16] = 1
    ink, _ = full_strength(dark, mask, 14)
    assert not ink[10:].any()


def test_what_is_hardly_darker_than_paper_is_no_ink():
    dark = stroke(17, 15)
    assert full_strength(dark, (dark > 0).astype(np.uint8), 14) == (None, 0)
    assert full_strength(dark, np.zeros((20, 30), np.uint8), 14) == (None, 0)

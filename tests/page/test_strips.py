"""Strips are sampled so that lines are straight, and know where their places lie on the page."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.page.paper import even_out
from tenfold.page.rulings import LevelLine
from tenfold.page.strips import apart, sampled

HERE = np.eye(3)
"""The lines lie on the page itself."""


def line(row, left=50.0, right=350.0, slope=0.0, bend=0.0):
    return LevelLine((bend, slope, row), left, right, 2.0, 1.0)


@pytest.fixture(scope="module")
def paper():
    page = np.full((300, 400), 240, np.uint8)
    cv2.rectangle(page, (50, 100), (350, 140), 0, 1)
    cv2.circle(page, (200, 120), 3, 0, -1)
    return even_out(page)


def test_lines_are_as_far_apart_as_in_their_middle():
    assert apart(line(100.0), line(140.0, slope=0.1)) == pytest.approx(40 + 0.1 * 200)


def test_a_strip_has_its_lines_at_its_room(paper):
    strip = sampled(paper, line(100.0), line(140.0), HERE)
    assert (strip.height, strip.width, strip.room) == (40, 300, 14)
    middle = strip.room + strip.width // 2
    inked = np.flatnonzero(strip.mask[:, middle - 40])
    assert inked[[0, -1]].tolist() == pytest.approx([strip.room, strip.room + strip.height], abs=1)
    assert strip.mask[strip.room + 20, middle]


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.1, 0.1), st.floats(-2e-4, 2e-4), st.floats(0, 1), st.floats(0, 1))
def test_places_of_a_strip_lie_between_its_lines_on_the_page(slope, bend, across, down):
    paper = even_out(np.full((300, 400), 240, np.uint8))
    upper, lower = line(100.0, slope=slope, bend=bend), line(140.0, slope=slope, bend=bend)
    strip = sampled(paper, upper, lower, HERE)
    x, y = strip.on_page(across * strip.width, down * strip.height)
    assert x == pytest.approx(50 + 300 * across, abs=2)
    assert y == pytest.approx(float(upper.at(x)) + 40 * down, abs=1.5)


def test_tall_strips_are_sampled_with_fewer_rows(paper):
    assert sampled(paper, line(20.0), line(280.0), HERE).height == 80


def test_a_line_that_is_cut_short_ends_where_the_other_does(paper):
    strip = sampled(paper, line(100.0, right=290.0), line(140.0), HERE)
    assert strip.on_page(strip.width, 0)[0] == pytest.approx(350, abs=2)

"""Long straight lines are found where they were drawn, and rules are taken off a page."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.page.rulings import level_lines, tilt, without_rules


def drawn(shape, lines, thick=3):
    mask = np.zeros(shape, np.uint8)
    for start, end in lines:
        cv2.line(mask, start, end, 1, thick)
    return mask


@settings(max_examples=25, deadline=None)
@given(st.floats(-20, 20))
def test_the_tilt_of_a_line_is_measured(angle):
    slope = np.tan(np.radians(angle))
    mask = drawn((400, 500), [((20, round(200 - 230 * slope)), (480, round(200 + 230 * slope)))])
    assert tilt(mask) == pytest.approx(angle, abs=0.3)


def test_a_page_without_ink_has_no_tilt():
    assert tilt(np.zeros((50, 60), np.uint8)) == 0.0


def test_level_lines_lie_where_they_were_drawn():
    mask = drawn((300, 600), [((30, 60), (570, 60)), ((30, 180), (570, 186)), ((30, 250), (120, 250))])
    upper, lower = level_lines(mask, least=0.5)
    assert upper.at(300.0) == pytest.approx(60, abs=1)
    assert [lower.at(30.0), lower.at(570.0)] == pytest.approx([180, 186], abs=1)
    assert (upper.left, upper.right) == pytest.approx((30, 570), abs=3)
    assert upper.thick == mask[50:70, 300].sum()
    assert upper.covered > 0.95


def test_a_line_that_is_broken_is_one_line():
    mask = drawn((200, 600), [((20, 90), (250, 90)), ((300, 90), (580, 90))])
    [line] = level_lines(mask, least=0.5)
    assert (line.left, line.right) == pytest.approx((20, 580), abs=3)
    assert line.covered == pytest.approx(510 / 560, abs=0.05)


def test_a_bowed_line_is_followed():
    mask = np.zeros((200, 600), np.uint8)
    columns = np.arange(20, 580)
    rows = 80 + 20 * ((columns - 300) / 280) ** 2
    cv2.polylines(
        mask, [np.stack([columns, rows], axis=1).round().astype(np.int32)], isClosed=False, color=1, thickness=3
    )
    [line] = level_lines(mask, least=0.5)
    assert [float(line.at(column)) for column in (20.0, 300.0, 579.0)] == pytest.approx([100, 80, 100], abs=2)


@pytest.fixture
def stroke():
    """A stroke of a pen, from top right to bottom left, as high as a digit."""
    return drawn((900, 900), [((430, 380), (400, 440))], thick=5)


def test_rules_of_a_page_are_taken_off_and_strokes_across_them_stay(stroke):
    rules = drawn((900, 900), [((50, row), (850, row)) for row in (200, 410, 620)])
    left = without_rules(stroke | rules)
    assert left[(rules > 0) & (stroke == 0)].mean() < 0.01
    assert left[stroke > 0].mean() > 0.9


def test_vertical_rules_are_taken_off_a_page(stroke):
    left = without_rules(stroke | drawn((900, 900), [((120, 50), (120, 850))]))
    assert left[:, :140].sum() < 5
    assert left[stroke > 0].mean() > 0.99


def test_the_sides_of_a_cell_are_taken_off_and_the_digit_stays():
    digit = drawn((80, 160), [((84, 20), (78, 60))], thick=5)
    cell = drawn((80, 160), [((3, 0), (5, 79)), ((154, 0), (156, 79)), ((0, 3), (159, 3)), ((0, 76), (159, 76))])
    left = without_rules(digit | cell)
    assert left[8:72, :12].sum() == left[8:72, 148:].sum() == 0
    assert (left[digit > 0] > 0).all()

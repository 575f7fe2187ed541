"""Printed forms are laid on pages by their rows of boxes, however these were scanned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import Sheet

from tenfold.page.align import Anchor, anchors_of, fit
from tenfold.page.paper import even_out
from tenfold.page.quads import mapped

FORM = [(9, 100, 100), (9, 100, 300), (4, 500, 420), (6, 300, 600)]


HERE = np.eye(3)


def anchor(boxes, x, y, place=HERE):
    corners = (x, y), (x + 30.0 * boxes, y), (x + 30.0 * boxes, y + 40.0), (x, y + 40.0)
    return Anchor(boxes, tuple(map(tuple, mapped(place, corners))))


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(0.5, 2), st.floats(-90, 90), st.integers(0, 3))
def test_a_form_fits_a_page_that_is_turned_scaled_and_moved(turn, scale, shift, missing):
    place = np.array(
        [
            [scale * np.cos(turn), -scale * np.sin(turn), shift],
            [scale * np.sin(turn), scale * np.cos(turn), -shift],
            [0, 0, 1],
        ]
    )
    form = [anchor(*each) for each in FORM]
    page = [anchor(*each, place) for number, each in enumerate(FORM) if number != missing]
    found = fit(form, page)
    corners = [(0.0, 0.0), (900.0, 0.0), (900.0, 700.0), (0.0, 700.0)]
    assert np.allclose(mapped(found, corners), mapped(place, corners), atol=2)


def test_a_row_that_is_no_part_of_the_form_changes_nothing():
    form = [anchor(*each) for each in FORM]
    assert np.allclose(fit(form, [*form, anchor(9, 900, 900)]), np.eye(3), atol=1e-4)


def test_half_of_the_rows_is_too_few():
    form = [anchor(*each) for each in FORM]
    assert fit(form, form[:2]) is None
    assert fit(form, []) is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_rows_that_are_points_or_lines_fit_nothing_and_raise_nothing(count):
    row = anchor(5, 0, 0)
    for corners in ([(7, 7)] * 4, [(0, 0), (1, 0), (2, 0), (3, 0)]):
        flat = Anchor(5, tuple(corners))
        fit([flat] * count, [row] * count)
        fit([row] * count, [flat] * count)
    assert fit([Anchor(5, tuple([(7, 7)] * 4))], [row]) is None


def test_rows_of_boxes_for_words_are_anchors_too(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("123", 400, 200, side=80)
    for row in (500, 540):
        sheet.line(200, row, 800, row)
    for column in (200, 500, 800):
        sheet.line(column, 500, column, 540)
    assert [each.boxes for each in anchors_of(even_out(sheet.page()))] == [3, 2]

"""Boxes begin and end where their vertical lines were drawn."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.outlines import find_outlines
from tenfold.page.paper import even_out
from tenfold.page.verticals import find_verticals


def strip_of(sheet):
    [outline] = [each for each in find_outlines(even_out(sheet.page())) if each.box[2] > 200]
    [strip] = outline.strips
    return strip


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


@pytest.mark.parametrize("boxes", [3, 6, 11])
@pytest.mark.parametrize("comb", [False, True])
def test_lines_are_found_where_they_were_drawn(sheet, boxes, comb):
    sheet.boxes("_" * boxes, 200, 300, side=72, comb=comb)
    strip = strip_of(sheet)
    bounds, lean = find_verticals(strip)
    places = [strip.on_page(bound, strip.height)[0] for bound in bounds]
    assert np.allclose(places, 200 + 72 * np.arange(boxes + 1), atol=3)
    assert abs(lean) < 0.02


def test_a_line_lost_in_handwriting_is_put_where_it_must_be(sheet):
    sheet.boxes("________", 200, 300)
    sheet.ink[303:357, 435:445] = 0
    bounds, _ = find_verticals(strip_of(sheet))
    assert np.allclose(bounds, np.arange(9) * 60, atol=3)


def test_tall_digits_in_all_boxes_are_no_lines(sheet):
    sheet.boxes("1111", 200, 300, side=60)
    bounds, _ = find_verticals(strip_of(sheet))
    assert len(bounds) == 5


def test_leaning_lines_are_seen_to_lean(sheet):
    for row in (300, 380):
        sheet.line(200, row, 640, row)
    for place in range(6):
        sheet.line(220 + 80 * place + 6, 300, 220 + 80 * place - 6, 380)
    bounds, lean = find_verticals(strip_of(sheet))
    assert lean == pytest.approx(-12 / 80, abs=0.02)
    assert len(bounds) >= 6


def test_a_known_number_of_boxes_is_looked_for(sheet):
    sheet.boxes("______", 200, 300)
    bounds, _ = find_verticals(strip_of(sheet), 3)
    assert len(bounds) == 4

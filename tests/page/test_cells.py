"""What is written in each box is told from its neighbours', and from nothing."""

from itertools import pairwise

import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.boxes import find_boxes
from tenfold.page.cells import cells_of, full_strength
from tenfold.page.paper import even_out


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def cells(sheet):
    paper = even_out(sheet.page())
    [row] = find_boxes(paper)
    return cells_of(row, paper.floor)


def test_empty_boxes_have_no_ink_and_no_pen(sheet):
    sheet.boxes("1_3_5", 300, 300)
    found = cells(sheet)
    assert [cell.ink is None for cell in found] == [False, True, False, True, False]
    assert [cell.pen == 0 for cell in found] == [False, True, False, True, False]


def test_ink_is_as_strong_as_its_pen_however_faint(sheet):
    sheet.boxes("1_3", 300, 300)
    sheet.ink[:, 300:360] *= 0.4
    dark, faint = (cells(sheet)[place] for place in (2, 0))
    assert faint.pen < 0.6 * dark.pen
    assert min(np.percentile(cell.ink[cell.ink > 0], 75) for cell in (dark, faint)) > 230


def test_a_digit_that_reaches_into_the_next_box_is_whole(sheet):
    sheet.boxes("_____", 300, 300)
    width = sheet.digit(8, 352, 330, 48)
    found = cells(sheet)
    assert [cell.ink is None for cell in found] == [False, True, True, True, True]
    assert found[0].ink.shape[1] > 0.75 * width - 12


def test_specks_are_nothing(sheet):
    sheet.boxes("____", 300, 300)
    sheet.ink[325:329, 326:331] = 0.9
    assert [cell.ink is None for cell in cells(sheet)] == [True] * 4


def test_boxes_lie_side_by_side(sheet):
    sheet.boxes("12345", 300, 300)
    quads = [cell.quad for cell in cells(sheet)]
    for left, right in pairwise(quads):
        assert left[1] == right[0]
        assert left[2] == right[3]


@pytest.mark.parametrize("shade", [0.08, 0.12])
def test_the_shade_of_a_box_is_no_ink_and_a_digit_on_it_is(sheet, shade):
    sheet.boxes("1_3_5", 300, 300)
    sheet.ink[302:358, 362:478] = np.maximum(sheet.ink[302:358, 362:478], 0) * (1 - shade) + shade
    assert [cell.ink is None for cell in cells(sheet)] == [False, True, False, True, False]


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

"""What is written in each box is told from its neighbours', and from nothing."""

from itertools import pairwise

import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.boxes import find_boxes
from tenfold.page.cells import cells_of
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

"""Rows of boxes agree within a grid, and none is found twice."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.boxes import find_boxes
from tenfold.page.paper import even_out


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def boxes(sheet, **options):
    return find_boxes(even_out(sheet.page()), **options)


def test_a_row_knows_its_boxes_and_their_corners(sheet):
    sheet.boxes("1_3", 400, 200, side=80)
    [row] = boxes(sheet)
    assert (row.boxes, row.of_digits) == (3, True)
    assert np.allclose(row.quad, [(400, 200), (640, 200), (640, 280), (400, 280)], atol=4)
    assert [quad[0][0] for quad in row.quads] == pytest.approx([400, 480, 560], abs=4)


def test_a_row_of_a_grid_whose_lines_are_lost_has_as_many_boxes_as_the_others(sheet):
    for row in range(5):
        sheet.boxes("_____", 300, 100 + 80 * row, side=80)
    for place in (1, 3):
        sheet.ink[264:336, 300 + 80 * place - 3 : 300 + 80 * place + 4] = 0
    assert [row.boxes for row in boxes(sheet)] == [5] * 5


def test_wide_boxes_are_none_for_single_digits(sheet):
    for row in (300, 340):
        sheet.line(200, row, 800, row)
    for column in (200, 400, 600, 800):
        sheet.line(column, 300, column, 340)
    [row] = boxes(sheet)
    assert (row.boxes, row.of_digits) == (3, False)


def test_vertical_lines_are_at_their_columns_in_every_row_of_pixels(sheet):
    sheet.boxes("____", 300, 300)
    [row] = boxes(sheet)
    columns = row.columns(np.arange(row.strip.mask.shape[0]))
    assert columns.shape == (5, row.strip.mask.shape[0])
    middle = row.strip.room + row.strip.height // 2
    assert np.allclose(columns[:, middle], np.array(row.bounds) + row.strip.room, atol=0.5)


def test_rows_at_one_place_are_one(sheet):
    sheet.boxes("12345", 300, 300)
    sheet.boxes("12345", 300, 500)
    first, second = boxes(sheet)
    assert first.overlaps(first)
    assert not first.overlaps(second)


def wide_table(sheet, texts):
    """A number, a wide cell for words, and boxes for digits, in each row of a table."""
    for row, text in enumerate(texts):
        top = 200 + 64 * row
        for left, right in ((100, 136), (136, 736)):
            for x in (left, right):
                sheet.line(x, top, x, top + 64)
            for y in (top, top + 64):
                sheet.line(left, y, right, y)
        sheet.boxes(text, 736, top, side=64)


@pytest.mark.parametrize("digits", [None, 3])
def test_boxes_for_digits_are_found_in_a_wider_table(sheet, digits):
    wide_table(sheet, ["117", "186", "_45", "__2"])
    rows = find_boxes(even_out(sheet.page()), digits=digits)
    assert [row.boxes for row in rows] == [3] * 4
    assert all(abs(row.quad[0][0] - 736) < 6 and abs(row.quad[1][0] - 928) < 6 for row in rows)

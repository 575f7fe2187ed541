"""Rows are read line by line, each line from left to right; puzzles side by side one after another."""

import numpy as np
import pytest

from tenfold.page.order import reading_order


def row(left, top, wide=60, tall=20, turn=0.0):
    """Corners of a row, the page turned by some degrees."""
    corners = np.array([(left, top), (left + wide, top), (left + wide, top + tall), (left, top + tall)], float)
    angle = np.radians(turn)
    return tuple(map(tuple, corners @ [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))


def places(quads, boxed):
    return [place.which for place in reading_order(quads, boxed)]


@pytest.mark.parametrize("turn", [0, 4, -8])
def test_lines_are_read_from_left_to_right(turn):
    uneven = [(200, 8), (0, 0), (100, -7), (0, 60), (210, 55), (110, 63)]
    order = places([row(left, top, turn=turn) for left, top in uneven], [False] * 6)
    assert order == [1, 2, 0, 3, 5, 4]


def test_a_low_number_beside_a_high_one_is_on_its_line():
    assert places([row(100, 25, tall=14), row(0, 0, tall=50), row(0, 90)], [False] * 3) == [1, 0, 2]


def test_puzzles_side_by_side_are_read_one_after_another():
    rows = [row(left, 20 * line + 3 * (left > 0)) for line in range(3) for left in (0, 90)]
    assert places(rows, [True] * 6) == [0, 2, 4, 1, 3, 5]
    assert places(rows, [False] * 6) == [0, 1, 2, 3, 4, 5]


def test_rows_of_boxes_apart_are_read_as_lines():
    rows = [row(left, 50 * line) for line in range(2) for left in (0, 90)]
    assert places(rows, [True] * 4) == [0, 1, 2, 3]


@pytest.mark.parametrize("turn", [0, 3, -6])
def test_numbers_of_a_table_have_its_lines_and_columns_whatever_is_missing(turn):
    cells = [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2), (2, 1)]
    quads = [row(90 * column + 7 * (line % 2), 40 * line, wide=30 + 10 * column, turn=turn) for line, column in cells]
    assert [place[1:] for place in reading_order(quads, [False] * 6)] == cells


def test_numbers_in_no_columns_are_counted_along_their_line():
    rows = [row(0, 0), row(100, 0), row(0, 40, wide=160), row(300, 40)]  # the long one stands below both
    assert [place[1:] for place in reading_order(rows, [False] * 4)] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_each_row_of_a_puzzle_is_a_line():
    rows = [row(left, 20 * line) for line in range(3) for left in (0, 90)]
    assert [place.row for place in reading_order(rows, [True] * 6)] == [0, 1, 2, 3, 4, 5]


def test_a_page_without_rows_has_no_order():
    assert reading_order([], []) == []


@pytest.mark.parametrize("boxed", [False, True])
def test_a_page_of_thousands_of_numbers_is_put_in_order(boxed):
    cells = [(line, column) for line in range(80) for column in range(40)]
    found = reading_order([row(90 * column, 40 * line) for line, column in cells], [boxed] * len(cells))
    assert [place[1:] for place in found] == cells

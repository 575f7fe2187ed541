"""Rows of digits are found on pages, in boxes, in combs, in grids and free."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.picture.rows import find_rows


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def shape(rows):
    return [(row.kind, "".join("_" if part.image is None else "d" for part in row.parts)) for row in rows]


@pytest.mark.parametrize("tilt", [-9.0, -3.0, 0.0, 6.0])
@pytest.mark.parametrize("comb", [False, True])
def test_a_row_of_boxes_is_found_however_it_is_tilted_and_its_empty_boxes_are_known(sheet, tilt, comb):
    sheet.boxes("12_4567_9", 300, 400, comb=comb)
    assert shape(find_rows(sheet.page(tilt))) == [("boxes", "dd_dddd_d")]


def test_rows_come_from_top_to_bottom_with_their_corners(sheet):
    sheet.boxes("123456", 200, 600)
    sheet.boxes("123", 400, 200, side=80)
    rows = find_rows(sheet.page())
    assert [len(row.parts) for row in rows] == [3, 6]
    assert np.allclose(rows[0].quad, [(400, 200), (640, 200), (640, 280), (400, 280)], atol=4)
    assert np.allclose(rows[1].parts[0].quad, [(200, 600), (260, 600), (260, 660), (200, 660)], atol=4)


def test_a_grid_is_found_with_its_empty_cells(sheet):
    for row in range(5):
        sheet.boxes("1_3_5" if row % 2 else "_2_4_", 300, 200 + 100 * row, side=100)
    assert shape(find_rows(sheet.page(4.0))) == [("boxes", "_d_d_"), ("boxes", "d_d_d")] * 2 + [("boxes", "_d_d_")]


def test_a_grid_of_known_shape_is_told_from_other_frames(sheet):
    sheet.boxes("1234567", 100, 60)
    for row in range(4):
        sheet.boxes("1234", 300, 300 + 100 * row, side=100)
    assert [len(row.parts) for row in find_rows(sheet.page(), grid=(4, 4))] == [4] * 4


def test_strokes_across_lines_keep_their_digits_whole(sheet, mnist):
    sheet.boxes("_____", 300, 300, side=60)
    sheet.digit(7, 330, 345, 50)
    sheet.digit(3, 392, 318, 50)
    assert shape(find_rows(sheet.page())) == [("boxes", "dd___")]


def test_digits_apart_have_a_part_each(sheet):
    sheet.row("2718", 200, 400)
    [row] = find_rows(sheet.page())
    assert row.kind == "free"
    assert {(part.start, part.end) for part in row.parts} >= {(0, row.places - 1)} or row.places >= 5


@pytest.mark.parametrize("level", [0, 128, 255])
def test_even_paper_has_no_rows(level):
    assert find_rows(np.full((800, 600), level, np.uint8)) == []


def test_noise_alone_has_no_boxes():
    page = np.random.default_rng(0).integers(180, 256, (700, 500)).astype(np.uint8)
    assert all(row.kind == "free" for row in find_rows(page))


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (20, 20)])
def test_tiny_pages_are_no_trouble(shape):
    page = np.full(shape, 255, np.uint8)
    page[shape[0] // 2] = 0
    find_rows(page)

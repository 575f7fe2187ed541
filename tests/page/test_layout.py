"""Rows of digits are found on pages, in boxes, in combs, in grids and free."""

import cv2
import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.layout import Row, find_boxed, find_free
from tenfold.page.paper import even_out


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def boxed(page, **options):
    return find_boxed(even_out(page), **options)


def free(page):
    return find_free(page, even_out(page))


def shape(rows):
    assert all(isinstance(row, Row) for row in rows)
    return ["".join("_" if part.image is None else "d" for part in row.parts) for row in rows]


@pytest.mark.parametrize("tilt", [-9.0, -3.0, 0.0, 6.0])
@pytest.mark.parametrize("comb", [False, True])
def test_a_row_of_boxes_is_found_however_it_is_tilted_and_its_empty_boxes_are_known(sheet, tilt, comb):
    sheet.boxes("12_4567_9", 300, 400, comb=comb)
    assert shape(boxed(sheet.page(tilt))) == ["dd_dddd_d"]


def test_rows_come_from_top_to_bottom_with_their_corners(sheet):
    sheet.boxes("123456", 200, 600)
    sheet.boxes("123", 400, 200, side=80)
    rows = boxed(sheet.page())
    assert [len(row.parts) for row in rows] == [3, 6]
    assert np.allclose(rows[0].quad, [(400, 200), (640, 200), (640, 280), (400, 280)], atol=4)
    assert np.allclose(rows[1].parts[0].quad, [(200, 600), (260, 600), (260, 660), (200, 660)], atol=4)


def test_a_grid_is_found_with_its_empty_cells(sheet):
    for row in range(5):
        sheet.boxes("1_3_5" if row % 2 else "_2_4_", 300, 200 + 100 * row, side=100)
    assert shape(boxed(sheet.page(4.0))) == ["_d_d_", "d_d_d"] * 2 + ["_d_d_"]


def test_what_shows_through_in_a_grid_is_nothing_though_its_row_is_empty(sheet):
    written = ["1_3_5", "_____", "_2_4_", "_____", "_____"]
    for row, text in enumerate(written):
        sheet.boxes(text, 300, 200 + 60 * row)
        for column in range(5 if text == "_____" else 0):
            sheet.digit(8, 332 + 60 * column, 231 + 60 * row, 34, dark=0.2)
    assert shape(boxed(sheet.page())) == [text.translate(str.maketrans("12345", "ddddd")) for text in written]


def test_a_grid_of_known_shape_is_told_from_other_outlines(sheet):
    sheet.boxes("1234567", 100, 60)
    for row in range(4):
        sheet.boxes("1234", 300, 300 + 100 * row, side=100)
    assert [len(row.parts) for row in boxed(sheet.page(), grid=(4, 4))] == [4] * 4


def test_strokes_across_lines_keep_their_digits_whole(sheet, mnist):
    sheet.boxes("_____", 300, 300, side=60)
    sheet.digit(7, 330, 345, 50)
    sheet.digit(3, 392, 318, 50)
    assert shape(boxed(sheet.page())) == ["dd___"]


def is_ring(image):
    """Say whether the ink encloses one hole."""
    return cv2.connectedComponents((image < 100).astype(np.uint8), connectivity=4)[0] - 1 == 2


def ring(sheet, x, y, dark=0.9):
    ink = np.zeros_like(sheet.ink)
    cv2.ellipse(ink, (round(x), round(y)), (16, 20), 0, 0, 360, dark, 5, cv2.LINE_AA)
    sheet.ink = 1 - (1 - sheet.ink) * (1 - ink)


@pytest.mark.parametrize("aside", [-3, 0, 3])
def test_a_stroke_above_a_tooth_of_a_comb_is_no_line(sheet, aside):
    sheet.boxes("______", 300, 300, comb=True)
    ring(sheet, 480 + 15 + aside, 313)
    [row] = boxed(sheet.page())
    [image] = [part.image for part in row.parts if part.image is not None]
    assert is_ring(image)


@pytest.mark.parametrize("aside", [-3, 0, 3])
def test_a_dark_stroke_along_a_grey_line_stays(sheet, aside):
    sheet.boxes("______", 300, 300)
    sheet.ink *= 0.5
    ring(sheet, 480 + 16 + aside, 330)
    [row] = boxed(sheet.page())
    [image] = [part.image for part in row.parts if part.image is not None]
    assert is_ring(image)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_even_paper_has_no_rows(level):
    page = np.full((800, 600), level, np.uint8)
    assert boxed(page) == free(page) == []


def test_noise_alone_has_no_boxes():
    page = np.random.default_rng(0).integers(180, 256, (700, 500)).astype(np.uint8)
    assert boxed(page) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (20, 20)])
def test_tiny_pages_are_no_trouble(shape):
    page = np.full(shape, 255, np.uint8)
    page[shape[0] // 2] = 0
    boxed(page)
    free(page)


def test_rows_of_another_length_than_is_known_are_left_out(sheet):
    sheet.boxes("12345", 300, 300)
    sheet.boxes("123", 300, 500)
    assert [len(row.parts) for row in find_boxed(even_out(sheet.page()), digits=3)] == [3]
    assert [len(row.parts) for row in find_boxed(even_out(sheet.page()))] == [5, 3]

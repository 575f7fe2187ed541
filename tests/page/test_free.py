"""Free rows are found among rules, marks and edges of the paper, and laid out for a line recogniser."""

import tracemalloc

import cv2
import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.free import find_free, whole_row
from tenfold.page.paper import even_out


def free(page):
    return find_free(page, even_out(page))


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


@pytest.fixture
def small(mnist):
    return Sheet(mnist.x_test, mnist.y_test, 100, 90)


@pytest.fixture
def cell(mnist):
    """A sheet of the size of one cell, its lines at its edges, leaning a little."""
    sheet = Sheet(mnist.x_test, mnist.y_test, 250, 90)
    for ends in ((0, 4, 249, 2), (0, 86, 249, 84), (3, 0, 5, 89), (244, 0, 246, 89)):
        sheet.line(*ends, thick=3)
    return sheet


def test_a_row_is_laid_out_for_a_line_recogniser(sheet):
    sheet.row("2718", 200, 400)
    [row] = free(sheet.page())
    inked = np.flatnonzero((row.line > 128).any(axis=1))
    assert row.line.shape[0] == 48
    assert 25 <= len(inked) <= 30
    assert abs(inked.mean() - 23.5) < 2


def test_a_line_shows_what_is_around_its_row(sheet):
    sheet.row("2718", 200, 400)
    sheet.line(100, 432, 700, 432, thick=3)
    [row] = free(sheet.page())
    left, right = row.ends
    assert 5 < left < right < row.line.shape[1] - 5
    assert (row.line[36:, : round(left)] > 128).any(axis=0).all()
    assert row.quad[2][1] < 430


def test_columns_of_a_line_lead_back_to_the_ink(sheet):
    sheet.row("2718", 200, 400)
    page = sheet.page()
    [row] = free(page)
    assert row.part(*row.ends) == pytest.approx(np.array(row.quad))
    dark = (row.line > 128).any(axis=0)
    edges = np.flatnonzero(np.diff(dark.astype(int)) != 0) + 1
    assert len(edges) == 8
    for first, last in edges.reshape(4, 2):
        (x0, y0), (x1, _), (_, y2), _ = row.part(first, last)
        ink = np.flatnonzero((page[round(y0) : round(y2), round(x0) - 8 : round(x1) + 9] < 150).any(axis=0))
        assert (ink[0] - 8, ink[-1] + 1 - len(range(round(x0), round(x1))) - 8) == pytest.approx((0, 0), abs=3)


def test_what_lies_beyond_a_row_is_at_its_ends(sheet):
    sheet.row("27", 200, 400)
    [row] = free(sheet.page())
    assert row.part(-50, 9999) == pytest.approx(np.array(row.quad))


def test_a_picture_of_one_number_is_a_row_whole():
    page = np.full((40, 100), 240, np.uint8)
    page[10:30, 20:24] = page[10:30, 70:74] = 20
    row = whole_row(page, even_out(page))
    assert row.line.shape == (48, 120)
    assert row.quad == ((0, 0), (100, 0), (100, 40), (0, 40))
    assert row.ends == (0, 120)
    assert row.part(60, 120) == ((50, 0), (100, 0), (100, 40), (50, 40))


def test_rows_come_from_top_to_bottom_where_they_were_written(sheet):
    for text, y in (("123", 300), ("4567", 500), ("89", 700)):
        sheet.row(text, 200, y)
    rows = free(sheet.page())
    middles = [np.mean(row.quad, axis=0)[1] for row in rows]
    assert middles == pytest.approx([300, 500, 700], abs=6)


@pytest.mark.parametrize("tilt", [-8.0, 5.0])
def test_a_tilted_row_is_turned_level(sheet, tilt):
    sheet.row("27182818284", 200, 400)
    sheet.line(100, 460, 1140, 460)
    [row] = free(sheet.page(tilt))
    (x0, y0), (x1, y1) = row.quad[:2]
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(-tilt, abs=1)


def test_a_vertical_line_beside_a_row_is_not_of_it(sheet):
    sheet.row("2718", 200, 400)
    sheet.line(160, 300, 160, 520, thick=3)
    [row] = [row for row in free(sheet.page()) if row.line.shape[1] > 60]
    assert np.array(row.quad) == pytest.approx(np.array([(200, 375), (445, 375), (445, 425), (200, 425)]), abs=3)


def test_the_lines_of_a_cell_are_not_of_the_number_in_it(cell):
    cell.row("275", 40, 45, 45)
    [row] = free(cell.page())
    left, right = row.quad[0][0], row.quad[1][0]
    assert 30 < left < right < 235


def test_a_comma_beside_digits_is_no_row(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, 300, 100)
    sheet.row("27", 30, 45, 60)
    sheet.line(148, 74, 144, 88, thick=5)
    sheet.row("5", 160, 45, 60)
    assert len(free(sheet.page())) == 1


@pytest.mark.parametrize("digit", range(10))
def test_a_single_digit_says_nothing_of_how_a_page_is_tilted(small, digit):
    small.digit(digit, 50, 45, 60)
    rows = free(small.page())
    assert rows
    assert all(row.quad[0][1] == row.quad[1][1] for row in rows)


def test_a_stroke_at_the_end_of_a_shadow_is_no_edge_of_the_paper(small):
    small.line(50, 20, 48, 70, thick=5)
    page = small.page()
    page[:, 55:] = page[:, 55:] * 0.7
    assert len(free(page)) == 1


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.35, 0.6])
def test_writing_of_any_height_is_found(share):
    height, width = 1200, 1600
    page = np.full((height, width), 235, np.uint8)
    scale = share * height / 22
    left, foot = 60, round(0.3 * height + 0.6 * share * height)
    cv2.putText(page, "52", (left, foot), cv2.FONT_HERSHEY_SIMPLEX, scale, 40, max(1, round(scale * 2.2)), cv2.LINE_AA)
    [row] = find_free(page, even_out(page))
    inked = np.argwhere(page < 130)
    (top, first), (bottom, last) = inked.min(axis=0), inked.max(axis=0)
    assert np.abs(np.array(row.quad[0]) - (first, top)).max() <= 0.06 * share * height + 3
    assert np.abs(np.array(row.quad[2]) - (last, bottom)).max() <= 0.06 * share * height + 3


@pytest.mark.parametrize("digit", "3689")
def test_a_faint_stroke_on_grainy_paper_is_one_piece(digit):
    rng = np.random.default_rng(1)
    ink = np.zeros((700, 560), np.uint8)
    cv2.putText(ink, digit, (250, 380), cv2.FONT_HERSHEY_SIMPLEX, 4, 255, 9, cv2.LINE_AA)
    fades = 30 - 18 * np.exp(-(((np.arange(700) - 340) / 12) ** 2))[:, None]  # where the pen presses lightly
    page = 90 - ink / 255 * fades + rng.normal(0, 4, ink.shape)
    assert len(free(page.clip(0, 255).astype(np.uint8))) == 1


def test_a_page_of_many_specks_is_searched_without_comparing_all_with_all():
    rng = np.random.default_rng(0)
    page = np.full((1400, 1400), 245, np.uint8)
    for x, y in rng.integers(5, 1385, (9000, 2)).tolist():
        page[y : y + 10, x : x + 4] = 40
    tracemalloc.start()
    find_free(page, even_out(page))
    assert tracemalloc.get_traced_memory()[1] < 300e6
    tracemalloc.stop()


@pytest.mark.parametrize("ink", [0, 20])
def test_a_page_as_thin_as_a_line_shows_nothing(ink):
    assert free(np.full((2400, 1), ink, np.uint8)) == []

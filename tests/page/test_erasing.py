"""Lines of boxes are erased, and the strokes that cross them stay whole."""

import cv2
import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.boxes import find_boxes
from tenfold.page.erasing import erased, without_lines
from tenfold.page.paper import even_out


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def row_of(sheet, page=None):
    [row] = find_boxes(even_out(sheet.page() if page is None else page))
    return row


def inked(row, mask, x, y):
    """Give the ink left near a place of the page."""
    near = np.hypot(row.strip.across - x, row.strip.down - y) < 2
    return mask[near].mean()


@pytest.mark.parametrize("comb", [False, True])
def test_of_empty_boxes_no_ink_is_left(sheet, comb):
    sheet.boxes("______", 300, 300, comb=comb)
    row = row_of(sheet)
    assert without_lines(row).mean() < 0.005


@pytest.mark.parametrize(
    ("start", "end"), [((330, 290), (330, 370)), ((340, 330), (380, 330)), ((345, 322), (375, 342))]
)
def test_a_stroke_across_a_line_stays_whole(sheet, start, end):
    sheet.boxes("______", 300, 300)
    sheet.line(*start, *end, thick=5)
    row = row_of(sheet)
    left = without_lines(row)
    for share in (0.2, 0.5, 0.8):
        x, y = np.array(start) * (1 - share) + np.array(end) * share
        assert inked(row, left, x, y) > 0.8
    assert inked(row, left, 450, 300) == 0


def test_a_stroke_above_a_tooth_of_a_comb_stays(sheet):
    sheet.boxes("______", 300, 300, comb=True)
    sheet.line(480, 302, 480, 318, thick=5)
    row = row_of(sheet)
    assert inked(row, without_lines(row), 480, 310) > 0.8


def test_ink_far_darker_than_its_line_is_a_stroke_over_it(sheet):
    sheet.boxes("______", 300, 300)
    sheet.ink *= 0.5
    sheet.line(480, 315, 480, 345, thick=5)
    row = row_of(sheet)
    assert inked(row, without_lines(row), 480, 330) > 0.8


def test_what_crosses_a_line_is_not_erased_with_it():
    mask = np.zeros((40, 80), np.uint8)
    mask[19:22] = 1
    stroke = cv2.line(np.zeros_like(mask), (40, 4), (40, 36), 1, 3)
    cover = erased(mask | stroke, np.full(80, 20.0), 3.0, stroke)
    assert cover[20, :34].all()
    assert not cover[:, 39:42].any()


def test_a_line_is_erased_from_a_mask_narrower_than_the_line_is_thick():
    mask = np.ones((9, 4), np.uint8)
    cover = erased(mask, np.full(4, 4.0), 4.0, np.zeros_like(mask))
    assert cover.shape == mask.shape
    assert cover[4].all()

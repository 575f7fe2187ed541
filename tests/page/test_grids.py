"""Grids are laid out from any side and cut into their rows, seen or lost."""

import cv2
import numpy as np
import pytest

from tenfold.page.grids import grid_strips
from tenfold.page.paper import even_out


def grid(rows=6, columns=5, side=60, *, without=()):
    """Draw a grid as dark as ink, its lines those in `without` left out but for their ends."""
    page = np.full((rows * side + 120, columns * side + 120), 240, np.uint8)
    for row in range(rows + 1):
        y = 60 + row * side
        if row in without:
            cv2.line(page, (60, y), (60 + side // 2, y), 20, 2)
        else:
            cv2.line(page, (60, y), (60 + columns * side, y), 20, 2)
    for column in range(columns + 1):
        cv2.line(page, (60 + column * side, 60), (60 + column * side, 60 + rows * side), 20, 2)
    return page


def seen(page):
    """See a page from a side."""
    height, width = page.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = corners + np.array([(40, 25), (-10, 0), (0, -10), (10, 15)], np.float32)
    return cv2.warpPerspective(page, cv2.getPerspectiveTransform(corners, target), (width, height), borderValue=240)


def strips(page, rows=None):
    paper = even_out(page)
    left, top, width, height = cv2.boundingRect(paper.mask)
    return grid_strips(paper, paper.mask[top : top + height, left : left + width].copy(), left, top, rows)


@pytest.mark.parametrize("view", [lambda page: page, seen])
def test_a_grid_has_a_strip_for_each_of_its_rows(view):
    found = strips(view(grid()))
    assert len(found) == 6
    tops = [strip.on_page(strip.width / 2, 0)[1] for strip in found]
    assert np.allclose(np.diff(tops), np.mean(np.diff(tops)), rtol=0.15)


def test_strips_lie_where_the_rows_were_drawn():
    for row, strip in enumerate(strips(grid())):
        assert strip.on_page(0, 0) == pytest.approx((60, 60 + 60 * row), abs=2)
        assert strip.on_page(strip.width, strip.height) == pytest.approx((360, 120 + 60 * row), abs=2)


def test_a_line_that_is_lost_lies_between_its_neighbours():
    found = strips(grid(without=(3,)))
    assert len(found) == 6
    assert found[3].on_page(150, 0)[1] == pytest.approx(240, abs=3)


def test_the_shadow_of_a_crease_across_the_page_is_no_part_of_its_grid():
    page = grid()
    cv2.line(page, (0, 210), (page.shape[1], 210), 150, 3)
    found = strips(page, rows=6)
    assert len(found) == 6
    assert found[0].on_page(0, 0) == pytest.approx((60, 60), abs=3)
    assert found[5].on_page(found[5].width, found[5].height) == pytest.approx((360, 420), abs=3)


def test_a_triangle_is_no_grid():
    page = np.full((400, 400), 240, np.uint8)
    cv2.fillPoly(page, [np.array([(200, 60), (340, 340), (60, 340)])], 20)
    assert strips(page) == []

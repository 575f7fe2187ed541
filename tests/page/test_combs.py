"""Strips between level lines are cut from what is seen from the front; a comb's height is known from its teeth."""

import cv2
import numpy as np
import pytest

from tenfold.page.combs import level_strips
from tenfold.page.paper import even_out


def strips(page):
    paper = even_out(page)
    left, top, width, height = cv2.boundingRect(paper.mask)
    return list(level_strips(paper, paper.mask[top : top + height, left : left + width].copy(), left, top))


def comb(teeth=9, side=40, tooth=14, outer=None):
    page = np.full((200, teeth * side + 80), 240, np.uint8)
    cv2.line(page, (40, 140), (40 + (teeth - 1) * side, 140), 20, 2)
    for number in range(teeth):
        high = outer if outer and number in (0, teeth - 1) else tooth
        cv2.line(page, (40 + number * side, 140), (40 + number * side, 140 - high), 20, 2)
    return page


def test_three_lines_are_two_strips_from_top_to_bottom():
    page = np.full((300, 500), 240, np.uint8)
    for row in (60, 120, 180):
        cv2.line(page, (50, row), (450, row), 20, 2)
    cv2.line(page, (50, 60), (50, 180), 20, 2)
    upper, lower = strips(page)
    assert upper.on_page(0, 0)[1] == pytest.approx(60, abs=2)
    assert lower.on_page(0, lower.height)[1] == pytest.approx(180, abs=2)


def test_a_comb_is_a_little_higher_than_its_boxes_are_wide():
    [strip] = strips(comb())
    assert strip.comb
    assert strip.height == pytest.approx(1.2 * 40, abs=3)


def test_a_comb_is_as_high_as_its_outer_teeth():
    [strip] = strips(comb(outer=70))
    assert strip.height == pytest.approx(70, abs=4)


def test_a_line_without_teeth_is_no_comb():
    page = np.full((200, 500), 240, np.uint8)
    cv2.line(page, (50, 100), (450, 100), 20, 2)
    assert strips(page) == []

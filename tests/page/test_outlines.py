"""Printed outlines are found: rows of boxes, combs and grids, and not what is written."""

import cv2
import numpy as np
import pytest
from sheets import Sheet

from tenfold.draw.fonts import print_text
from tenfold.page.outlines import find_outlines, level_strips
from tenfold.page.paper import even_out


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def outlines(page, **options):
    return find_outlines(even_out(page), **options)


@pytest.mark.parametrize("tilt", [0.0, 5.0])
def test_a_row_of_boxes_is_one_strip_as_wide_and_high_as_drawn(sheet, tilt):
    sheet.boxes("______", 300, 300, side=60)
    [outline] = outlines(sheet.page(tilt))
    [strip] = outline.strips
    scale = 0.85 if tilt else 1
    assert strip.width / strip.height == pytest.approx(6, abs=0.2)
    assert strip.height == pytest.approx(60 * scale, abs=3)
    assert not strip.comb


def test_a_comb_is_a_strip_without_an_upper_line(sheet):
    sheet.boxes("______", 300, 300, comb=True)
    [outline] = outlines(sheet.page())
    [strip] = outline.strips
    assert strip.comb
    assert strip.on_page(0, strip.height)[1] == pytest.approx(360, abs=2)


def test_the_larger_outline_comes_first(sheet):
    sheet.boxes("___", 100, 100)
    sheet.boxes("________", 300, 400, side=80)
    assert [outline.box[2] > 400 for outline in outlines(sheet.page())] == [True, False]


@pytest.mark.parametrize("font", ["DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "cmr10.ttf"])
def test_print_is_no_outline_and_small_boxes_among_it_are(sheet, font):
    words = "good been of all that 66890 dolls were made in those days"
    ink = print_text(words, font, 34).ink / 280
    for y in range(40, 820, 50):
        sheet.ink[y : y + ink.shape[0], 60 : 60 + ink.shape[1]] = ink
    sheet.ink[430:520] = 0
    sheet.boxes("___", 200, 450, side=26)
    found = outlines(sheet.page())
    assert [outline.box[1] for outline in found] == [pytest.approx(450, abs=3)]


def test_digits_are_no_outlines(sheet):
    sheet.row("2718281828", 200, 400, 60)
    assert outlines(sheet.page()) == []


def test_an_outline_in_a_tinted_field_stands_free_in_the_darker_ink(sheet):
    sheet.boxes("______", 300, 300)
    page = sheet.page(noise=1)
    page[295:366, 280:680] = np.minimum(page[295:366, 280:680], 210)
    assert outlines(page) == []
    [outline] = outlines(page, darker=True)
    assert outline.strips[0].height == pytest.approx(60, abs=3)


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

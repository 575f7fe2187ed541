"""Printed outlines are found: rows of boxes, combs and grids, and not what is written."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.draw.fonts import print_text
from tenfold.page.outlines import find_outlines
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

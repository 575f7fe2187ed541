"""Crops are places of a page turned level, with a margin around them."""

import numpy as np

from tenfold.read.crops import MARGIN, annotated, crop

QUAD = ((100.0, 40.0), (180.0, 40.0), (180.0, 60.0), (100.0, 60.0))


def test_a_crop_shows_its_place_and_a_margin():
    page = np.full((120, 300), 255, np.uint8)
    page[40:60, 100:180] = 0
    cut = crop(page, QUAD)
    edge = round(MARGIN * 20)
    assert cut.shape == (20 + 2 * edge, 80 + 2 * edge)
    assert cut[edge + 1 : -edge - 1, edge + 1 : -edge - 1].max() == 0
    assert cut[0].min() == 255


def test_a_place_that_lies_askew_comes_out_level():
    page = np.zeros((200, 200), np.uint8)
    turned = tuple((150 - y, x) for x, y in QUAD)
    cut = crop(page, turned)
    assert cut.shape[1] > 3 * cut.shape[0]


def test_a_place_at_the_edge_goes_on_as_its_edge():
    assert crop(np.full((50, 50), 7, np.uint8), ((-10.0, -10.0), (60.0, -10.0), (60.0, 20.0), (-10.0, 20.0))).min() == 7


def test_marks_are_green_where_accepted_and_red_where_doubted():
    page = np.full((120, 300), 255, np.uint8)
    pixels = {
        accepted: np.asarray(annotated(page, [(QUAD, "12", accepted)])).astype(int)[40, 140]
        for accepted in (True, False)
    }
    assert pixels[True][1] > pixels[True][0]
    assert pixels[False][0] > pixels[False][1]


def test_what_is_written_covers_no_other_number():
    page = np.full((200, 300), 255, np.uint8)
    rows = [tuple((x, y + 25 * place) for x, y in QUAD) for place in range(4)]
    drawn = np.asarray(annotated(page, [(row, "123456", True) for row in rows])).astype(int)
    for row in rows:
        (left, top), (right, bottom) = np.min(row, axis=0).astype(int), np.max(row, axis=0).astype(int)
        assert (drawn[top + 3 : bottom - 2, left + 3 : right - 2] == 255).all()

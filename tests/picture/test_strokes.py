"""The digit's strokes are kept, detached ones too; they become as dark and as wide as MNIST's."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.picture.frame import BOX
from tenfold.picture.ink import mask_of, stroke_width
from tenfold.picture.strokes import LIGHTEST, keep_digit, strengthen, thicken

HEIGHT, WIDTH = 200, 160


def drawn(*lines: tuple[tuple[int, int], ...], thick: int = 8) -> np.ndarray:
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    for points in lines:
        cv2.polylines(ink, [np.array(points)], isClosed=False, color=255, thickness=thick)
    return ink


BODY = (60, 60), (55, 100), (100, 110), (95, 150), (50, 150)
"""A 5 without its bar."""

BAR = (72, 44), (108, 42)
OPEN_4 = (50, 50), (45, 110), (105, 110)
STEM = (116, 80), (114, 160)
SPECK = (20, 20), (21, 21)
NEIGHBOUR = (0, 60), (12, 140)


def kept(ink: np.ndarray) -> np.ndarray:
    return keep_digit(ink, mask_of(ink))[0]


@pytest.mark.parametrize("parts", [(BODY,), (BODY, BAR), (OPEN_4, STEM)])
def test_all_strokes_of_a_digit_stay(parts):
    ink = drawn(*parts)
    assert np.array_equal(kept(ink), ink)


@pytest.mark.parametrize("other", [SPECK, NEIGHBOUR, ((148, 60), (159, 150)), ((30, 0), (120, 2))])
def test_specks_neighbours_and_what_the_edge_cuts_go(other):
    digit = drawn(BODY, BAR)
    assert np.array_equal(kept(np.maximum(digit, drawn(other, thick=4))), digit)


def test_a_gap_that_a_skipping_pen_leaves_is_bridged():
    ink = drawn(((80, 40), (80, 100)), ((80, 110), (80, 160)))
    ink[100:109] = 0
    ink[106:109] = drawn(((80, 40), (80, 160)))[106:109]
    assert np.array_equal(kept(ink), ink)


def test_of_specks_alone_nothing_stays():
    assert not kept(drawn(SPECK, ((100, 100), (101, 100)), thick=1)).any()
    assert not kept(np.zeros((HEIGHT, WIDTH), np.uint8)).any()


def test_a_stroke_goes_on_where_the_pen_is_lighter():
    ink = drawn(((80, 40), (80, 160)))
    ink[110:] = (ink[110:] > 0) * np.uint8(LIGHTEST + 1)
    assert np.array_equal(kept(ink), ink)
    ink[110:] = (ink[110:] > 0) * np.uint8(LIGHTEST - 10)
    assert not kept(ink)[125:].any()


X, Y = st.integers(5, WIDTH - 6), st.integers(5, HEIGHT - 6)


@given(st.lists(st.tuples(X, Y, X, Y), max_size=6))
def test_nothing_is_kept_that_was_not_there(lines):
    ink = drawn(*[((x0, y0), (x1, y1)) for x0, y0, x1, y1 in lines])
    after, digit = keep_digit(ink, mask_of(ink))
    assert ((after == 0) | (after == ink)).all()
    assert set(np.unique(digit)) <= {0, 1}
    assert not (digit & ~mask_of(ink, LIGHTEST)).any()


@pytest.mark.parametrize("thick", [1, 3, 5])
def test_fine_strokes_are_widened_as_in_mnist(thick):
    ink = drawn(BODY, BAR, thick=thick)
    wide, mask = thicken(ink, mask_of(ink))
    _, _, width, height = cv2.boundingRect(mask)
    pixels = stroke_width(mask) * BOX / max(width, height)
    assert 1.4 < pixels < 2.6
    assert wide.shape == mask.shape


def test_strokes_wide_enough_and_paper_stay_as_they_are():
    assert thicken(drawn(BODY, thick=14), mask_of(drawn(BODY, thick=14))) is None
    assert thicken(*[np.zeros((HEIGHT, WIDTH), np.uint8)] * 2) is None


def test_lightly_pressed_strokes_become_as_dark_as_the_others():
    ink = drawn(BODY)
    ink[:100] = ink[:100] // 5 * 3
    strong, mask = strengthen(ink, grain=0)
    assert np.median(strong[:68][ink[:68] > 0]) > 230 > 153 == ink[:68].max()
    assert strong[140:][ink[140:] > 0].min() > 240
    assert np.array_equal(mask, mask_of(strong))
    assert not strong[ink == 0].any()


def test_even_strokes_rough_paper_and_paper_alone_are_not_strengthened():
    light = drawn(BODY) // 2
    assert strengthen(np.full_like(light, 255), grain=0) is None
    assert strengthen(light, grain=LIGHTEST + 1) is None
    assert strengthen(np.zeros_like(light), grain=0) is None
    assert strengthen(light, grain=0) is not None

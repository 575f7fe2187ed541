"""Straight lines that cross a picture go, the strokes that cross them stay whole."""

import cv2
import numpy as np
import pytest

from tenfold.picture.ink import mask_of
from tenfold.picture.rules import Ruling, fit_straight, remove_ruling_lines

SIDE = 160


def inked(*lines: tuple[tuple[int, int], tuple[int, int], int]) -> np.ndarray:
    """Draw straight strokes from a place to a place, each of a thickness."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for start, end, thick in lines:
        cv2.line(ink, start, end, 255, thick)
    return ink


STROKE = (80, 30), (80, 130), 12
SEVEN = ((40, 30), (120, 30), 12), ((120, 30), (70, 135), 12)


def left_of(ink: np.ndarray) -> np.ndarray | None:
    """Give what is left of the ink, None where nothing was taken."""
    done = remove_ruling_lines(ink, mask_of(ink))
    return None if done is None else done[0]


@pytest.mark.parametrize("slant", [-15, -4, 0, 6, 15])
@pytest.mark.parametrize("turned", [False, True])
def test_a_thin_line_from_edge_to_edge_goes_and_the_stroke_across_it_stays(slant, turned):
    stroke = inked(STROKE)
    both = np.maximum(stroke, inked(((0, 80), (SIDE - 1, 80 + slant), 3)))
    left = left_of(np.ascontiguousarray(both.T) if turned else both)
    assert left is not None
    left = left.T if turned else left
    assert (left[stroke > 0] == 0).mean() < 0.02
    assert (left[stroke == 0] > 0).mean() < 0.002


def test_all_lines_of_squared_paper_go():
    stroke = inked(STROKE)
    squares = inked(*[((0, place), (SIDE - 1, place), 2) for place in range(10, SIDE, 40)])
    left = left_of(np.maximum(np.maximum(stroke, squares), squares.T))
    assert (left[stroke > 0] == 0).mean() < 0.06
    assert (left[stroke == 0] > 0).mean() < 0.01


def test_the_edges_of_a_box_go_though_they_are_as_thick_as_the_pen():
    stroke = inked(((80, 45), (80, 115), 12))
    box = cv2.rectangle(np.zeros_like(stroke), (20, 20), (SIDE - 21, SIDE - 21), 255, 10)
    left = left_of(np.maximum(stroke, box))
    assert (left[stroke > 0] == 0).mean() < 0.02
    assert (left[box > 0] > 0).mean() < 0.1  # corners stay, small and apart: they are no strokes of the digit


@pytest.mark.parametrize("strokes", [(STROKE,), SEVEN, [((20, 120), (140, 120), 12), *SEVEN]])
def test_strokes_alone_are_no_ruling_lines(strokes):
    assert left_of(inked(*strokes)) is None


@pytest.mark.parametrize("slant", [0, 6, 14])
def test_the_stem_of_a_four_that_was_cut_out_close_stays(slant):
    four = inked(((30 + slant, 4), (10, 90), 10), ((10, 90), (150, 84), 10), ((90, 50), (80, 155), 10))
    assert left_of(four) is None


def test_a_line_that_ends_in_the_open_is_a_stroke():
    assert left_of(inked(STROKE, ((30, 80), (135, 80), 3))) is None


def test_where_lines_are_all_there_is_they_are_the_digit():
    assert left_of(inked(((80, 0), (80, SIDE - 1), 6))) is None


def test_a_blank_page_has_no_lines():
    assert left_of(np.zeros((SIDE, SIDE), np.uint8)) is None


def test_a_bent_line_is_a_stroke():
    ink = inked(STROKE)
    x = np.arange(SIDE)
    cv2.polylines(ink, [np.stack([x, 80 + 8 * np.sin(x / 25)], 1).astype(np.int32)], False, 255, 3)
    assert left_of(ink) is None


def test_a_ruling_line_has_a_row_at_each_column():
    line = Ruling(row=10, slant=0.5, thick=2, first=0, last=100)
    assert [line.at(column) for column in (0, 2, 100)] == [10, 11, 60]


def test_a_straight_line_is_fitted_by_its_middle_and_its_slant():
    columns = np.array([10, 11, 14, 25])
    assert fit_straight(columns, 3 + 0.25 * columns) == pytest.approx((15, 6.75, 0.25))

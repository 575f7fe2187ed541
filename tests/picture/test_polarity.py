"""Whether ink is light or dark is told in even and uneven light, for thin and thick strokes."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenfold.picture.polarity import has_light_ink, histogram

SIDE = 64


def page(thick: int, *, ink: int = 40, paper: int = 220) -> np.ndarray:
    """A 2 of a thickness."""
    grey = np.full((SIDE, SIDE), paper, np.uint8)
    points = np.array([(18, 22), (30, 12), (46, 22), (18, 52), (48, 52)])
    cv2.polylines(grey, [points], isClosed=False, color=ink, thickness=thick)
    return grey


def shaded(grey: np.ndarray, least: float) -> np.ndarray:
    """Let the light fall from one side to the other, to a share of it."""
    return (grey * np.linspace(1, least, SIDE)).astype(np.uint8)


@pytest.mark.parametrize("thick", [2, 4, 8, 12])
@pytest.mark.parametrize("least", [1, 0.7, 0.4])
def test_dark_ink_is_told_from_light_ink(thick, least):
    assert not has_light_ink(shaded(page(thick), least))
    assert has_light_ink(255 - shaded(page(thick), least))


def test_a_stroke_that_fills_more_than_half_of_the_page_is_still_ink():
    grey = np.full((SIDE, SIDE), 230, np.uint8)
    grey[6:-6, 8:-8] = 30
    assert not has_light_ink(grey)
    assert has_light_ink(255 - grey)


@pytest.mark.parametrize(("level", "light"), [(0, True), (127, True), (128, False), (255, False)])
def test_a_page_of_one_level_has_ink_of_the_other_end(level, light):
    assert has_light_ink(np.full((SIDE, 30), level, np.uint8)) is light


@given(arrays(np.uint8, st.tuples(st.integers(1, 64), st.integers(1, 64))))
def test_every_page_has_an_answer_and_a_histogram_of_all_its_pixels(grey):
    assert has_light_ink(grey) in {True, False}
    assert np.array_equal(histogram(grey), np.bincount(grey.ravel(), minlength=256))

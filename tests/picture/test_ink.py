"""Ink is separated from paper in any light, and measured."""

import cv2
import numpy as np
import pytest

from tenfold.picture.ink import (
    connected_components,
    mask_of,
    quantile,
    separate_ink,
    stroke_width,
    window,
)


def page(*, ink: int = 60, paper: int = 230, side: int = 200) -> np.ndarray:
    """A cross of two strokes an eighth of the page wide, on paper with a little noise."""
    grey = np.full((side, side), paper, np.int16)
    wide = slice(7 * side // 16, 9 * side // 16)
    grey[side // 4 : 3 * side // 4, wide] = ink
    grey[wide, side // 4 : 3 * side // 4] = ink
    noisy = grey + np.random.default_rng(0).integers(-2, 3, grey.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


STROKES = page(ink=0, paper=255) < 128


@pytest.mark.parametrize(("ink", "paper"), [(60, 230), (0, 255), (150, 200), (40, 90)])
def test_ink_is_full_and_paper_empty_however_dark_they_are(ink, paper):
    layer = separate_ink(page(ink=ink, paper=paper))
    assert np.array_equal(layer.mask, STROKES)
    assert layer.ink[STROKES].mean() > 235
    assert layer.ink[~STROKES].mean() < 2
    assert layer.steps == ()


def test_light_ink_is_inverted():
    layer = separate_ink(255 - page())
    assert layer.steps == ("inverted",)
    assert np.array_equal(layer.mask, STROKES)


@pytest.mark.parametrize("least", [0.8, 0.5, 0.3])
def test_uneven_light_is_divided_out(least):
    layer = separate_ink((page() * np.linspace(1, least, 200)).astype(np.uint8))
    assert layer.steps == ("background divided out",)
    assert (layer.mask != STROKES).mean() < 0.01


@pytest.mark.parametrize("level", [100, 180, 240])
def test_paper_alone_has_no_ink(level):
    assert separate_ink(np.full((120, 90), level, np.uint8)) is None
    assert separate_ink(page(ink=level, paper=level)) is None


@pytest.mark.parametrize(("side", "size"), [(200, 200), (96, 96), (90, 180), (32, 96), (28, 112)])
def test_small_pages_are_enlarged_by_a_whole_number(side, size):
    assert separate_ink(page(side=side)).ink.shape == (size, size)


def test_rough_paper_has_more_grain():
    rough = np.random.default_rng(0).normal(0, 6, (200, 200))
    assert separate_ink(np.clip(page() + rough, 0, 255).astype(np.uint8)).grain > separate_ink(page()).grain


def test_a_mask_is_what_is_darker_than_a_level():
    ink = np.array([[0, 44, 45, 114, 115, 255]], np.uint8)
    assert mask_of(ink, 44).tolist() == [[0, 0, 1, 1, 1, 1]]
    assert mask_of(ink).tolist() == [[0, 0, 0, 0, 1, 1]]


@pytest.mark.parametrize("wide", [1, 2, 5, 12])
def test_the_width_of_a_bar_is_its_width(wide):
    mask = np.zeros((300, 60), np.uint8)
    mask[20:280, 20 : 20 + wide] = 1
    assert stroke_width(mask) == pytest.approx(wide, abs=1)
    assert stroke_width(np.zeros_like(mask)) == 0


def test_a_window_holds_all_ink_and_a_margin():
    mask = np.zeros((50, 60), np.uint8)
    mask[10:20, 1:30] = 1
    assert mask[window(mask)].shape == (10, 29)
    assert mask[window(mask, 3)].shape == (16, 33)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1001])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_a_quantile_is_what_numpy_says(count, share, dtype):
    values = (255 * np.random.default_rng(count).random(count)).astype(dtype)
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-12)


def test_pieces_come_in_the_order_in_which_opencv_usually_gives_them():
    mask = (np.random.default_rng(0).random((90, 120)) < 0.3).astype(np.uint8)
    count, labels, stats, centres = connected_components(mask)
    usual = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert count == usual[0] > 20
    np.testing.assert_array_equal(labels, usual[1])
    np.testing.assert_array_equal(stats, usual[2])
    np.testing.assert_allclose(centres, usual[3])

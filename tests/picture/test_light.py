"""The light of pictures and pages is divided out, and their noise measured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.picture.light import beside_paper, level_quantile, roughness, shrunk


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 300))
def test_a_page_is_shrunk_to_its_longest_side_and_never_enlarged(height, width, longest):
    small = shrunk(np.full((height, width), 130, np.uint8), longest)
    assert max(small.shape) == min(longest, max(height, width))
    assert (small == 130).all()


@pytest.mark.parametrize("paper", [200, 255])
def test_paper_is_one_shade_in_any_light(paper):
    light = np.linspace(60, 240, 30)[None].repeat(20, axis=0).astype(np.uint8)
    page = np.linspace(60, 240, 300)[None].repeat(200, axis=0).astype(np.uint8)
    page[50:60, 100:200] //= 2
    shade = beside_paper(page, light, paper)
    assert np.abs(shade[100:].astype(int) - paper).max() <= 0.05 * paper
    assert np.abs(shade[50:60, 100:200].astype(int) - paper / 2).max() <= 0.05 * paper


def test_black_light_divides_nothing_by_nothing():
    assert beside_paper(np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8), 200).max() == 0


@settings(max_examples=20)
@given(st.floats(2, 12), st.integers(120, 250))
def test_noise_is_measured_as_darkness(spread, light):
    page = np.clip(light + np.random.default_rng(0).normal(0, spread, (200, 300)), 0, 255).astype(np.uint8)
    if light + 3 * spread < 255:
        assert roughness(page, light) == pytest.approx(spread * 255 / light, rel=0.2)


def test_a_page_of_one_column_has_no_noise():
    assert roughness(np.zeros((9, 2), np.uint8), 200) == 0.0


@pytest.mark.parametrize("share", [0.0, 0.5, 0.97, 0.995, 1.0])
def test_levels_are_counted_as_numpy_sorts_them(share):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ink = (rng.random((48, int(rng.integers(8, 400)))) ** 4 * 255).astype(np.uint8)
        assert level_quantile(ink, share) == pytest.approx(float(np.quantile(ink, share)), abs=1e-6)

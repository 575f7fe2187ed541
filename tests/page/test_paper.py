"""The light of pages is divided out."""

import numpy as np
import pytest

from tenfold.page.paper import even_out


def lit(paper, left, right):
    """Light a page from one side: shares of the light at its left and right edge."""
    return np.clip(paper * np.linspace(left, right, paper.shape[1]), 0, 255).astype(np.uint8)


@pytest.fixture
def paper():
    """White paper with strokes of 60% darkness, and a little noise."""
    page = np.full((400, 600), 240.0)
    for column in range(40, 600, 80):
        page[150:210, column : column + 6] *= 0.4
    return page + np.random.default_rng(0).normal(0, 1, page.shape)


def strokes(dark):
    return [float(np.median(dark[155:205, column + 1 : column + 5])) for column in range(40, 600, 80)]


@pytest.mark.parametrize(("left", "right"), [(1.0, 1.0), (1.0, 0.4), (0.3, 0.9)])
def test_strokes_are_as_dark_in_any_light(paper, left, right):
    found = even_out(lit(paper, left, right))
    assert np.allclose(strokes(found.dark), 0.6 * 255, atol=12)
    assert found.mask[:140].mean() < 0.01
    assert found.mask[155:205, 42:44].all()


def test_light_ink_on_dark_paper_is_ink(paper):
    found = even_out(255 - lit(paper, 1.0, 1.0))
    assert found.mask[155:205, 42:44].all()
    assert found.mask[:140].mean() < 0.01


def test_rough_paper_raises_what_counts_as_ink(paper):
    rough = np.clip(paper + np.random.default_rng(1).normal(0, 8, paper.shape), 0, 255).astype(np.uint8)
    assert even_out(rough).floor > even_out(lit(paper, 1.0, 1.0)).floor
    assert even_out(rough).mask[:140].mean() < 0.02


@pytest.mark.parametrize("level", [0, 60, 255])
def test_even_paper_has_no_ink(level):
    assert not even_out(np.full((90, 120), level, np.uint8)).mask.any()

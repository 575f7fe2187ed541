import numpy as np
import pytest

from tenfold.draw.camera import capture, photograph_digit, warp_page


def page_with(quad) -> np.ndarray:
    """White paper, 300×200, with a black rectangle."""
    paper = np.full((300, 200), 255, np.float32)
    (left, top), (right, bottom) = quad[0], quad[2]
    paper[top:bottom, left:right] = 0
    return paper


@pytest.mark.parametrize("seed", range(12))
def test_places_move_with_the_paper(seed):
    quad = ((60, 90), (120, 90), (120, 130), (60, 130))
    page, [moved] = warp_page(page_with(quad), [quad], np.random.default_rng(seed))
    assert page.shape == (300, 200)
    rows, columns = np.nonzero(page < 50)
    near = (np.abs(rows - 110) < 50) & (np.abs(columns - 90) < 60)
    centre = np.array([columns[near].mean(), rows[near].mean()])
    assert np.linalg.norm(centre - np.mean(moved, axis=0)) < 1.5


def test_half_of_the_pages_are_hardly_turned():
    quad = ((60, 90), (120, 90), (120, 130), (60, 130))
    turns = []
    for seed in range(40):
        (left, top), (right, upper) = warp_page(page_with(quad), [quad], np.random.default_rng(seed))[1][0][:2]
        turns.append(abs(np.degrees(np.arctan2(upper - top, right - left))))
    assert np.mean(np.array(turns) < 4) > 0.5
    assert 5 < max(turns) < 20


@pytest.mark.parametrize("seed", range(6))
def test_a_captured_page_shows_what_was_on_it(seed):
    paper = page_with(((60, 90), (120, 90), (120, 130), (60, 130)))
    grey = capture(paper, np.random.default_rng(seed))
    assert grey.shape == paper.shape
    assert grey.dtype == np.uint8
    assert grey[95:125, 65:115].mean() < 30
    assert grey[200:].mean() > 100


def test_the_same_seed_captures_the_same_page():
    paper = page_with(((60, 90), (120, 90), (120, 130), (60, 130)))
    first, again, other = (capture(paper, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_photographed_digit_is_dark_on_lighter_paper(mnist):
    picture = photograph_digit(mnist.x_test[0], 140, 100, np.random.default_rng(0))
    assert picture.shape == (140, 100)
    assert picture[:15].mean() > 190
    assert picture.min() < 90

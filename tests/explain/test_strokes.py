"""The strokes that an answer rests on."""

import numpy as np
import pytest

import tenfold
from tenfold.explain.strokes import MARKED, PIECES, decisive_strokes, log_odds, pieces_of


@pytest.fixture(scope="module")
def reader():
    return tenfold.load_model()


def test_pieces_cover_the_ink_and_nothing_else(mnist):
    for image in mnist.x_test[:20]:
        pieces = pieces_of(image)
        assert np.array_equal(pieces >= 0, image > 0)
        assert set(np.unique(pieces[image > 0])) == set(range(PIECES))
        assert np.array_equal(pieces_of(image), pieces)


def test_a_few_pixels_are_as_many_pieces():
    image = np.zeros((28, 28), np.uint8)
    image[10, 10:13] = 255
    assert sorted(pieces_of(image)[10, 10:13]) == [0, 1, 2]
    assert (pieces_of(np.zeros((28, 28), np.uint8)) == -1).all()


def test_without_the_marked_strokes_the_answer_is_less_sure_than_without_as_much_ink_at_random(reader, mnist):
    """Over 1,000 digits: `python -m benchmarks.explain`."""
    random = np.random.default_rng(0)
    lower = []
    for image in mnist.x_test[:40]:
        found = decisive_strokes(reader, image)
        assert image[found.marked].sum() <= MARKED * image.sum()
        best = int(reader(image[None])[0].argmax())
        order = random.permutation(np.flatnonzero(image))
        taken = order[np.cumsum(image.ravel()[order].astype(int)) <= found.share * image.sum()]
        spoiled = image.copy()
        spoiled.ravel()[taken] = 0
        lower.append(found.without[best] < reader(spoiled[None])[0][best])
    assert np.mean(lower) > 0.95


def test_log_odds_tell_apart_what_is_nearly_certain():
    sure = np.array([[1 - 1e-5, 1e-5], [1 - 1e-7, 1e-7]], np.float32)
    assert log_odds(sure, 0)[1] > log_odds(sure, 0)[0] + 4

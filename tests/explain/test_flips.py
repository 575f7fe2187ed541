"""The smallest change that changes an answer."""

import numpy as np
import pytest

import tenfold
from tenfold.explain.flips import smallest_flip


@pytest.fixture(scope="module")
def reader():
    return tenfold.load_model()


def test_every_flip_that_is_told_flips_and_is_small(reader, mnist):
    flips = [smallest_flip(reader, image) for image in mnist.x_test[:12]]
    assert None not in flips
    for image, flip in zip(mnist.x_test, flips, strict=False):
        before, after = (int(reader(each[None])[0].argmax()) for each in (image, flip.image))
        assert flip.answer == after != before
        change = flip.image.astype(float) - image
        assert flip.added + flip.taken == pytest.approx(np.abs(change).sum() / 255)
        assert flip.change < 0.3 * image.sum() / 255
        assert flip.probability == pytest.approx(float(reader(flip.image[None])[0].max()), abs=1e-5)


def test_it_is_always_the_same(reader, mnist):
    first, second = (smallest_flip(reader, mnist.x_test[7]) for _ in range(2))
    assert np.array_equal(first.image, second.image)


class Stubborn:
    """Says the same whatever it sees."""

    classes = ("a", "b", "c")
    alphabet = ""

    def digits(self, images):
        return np.tile(np.array([[0.8, 0.1, 0.1]], np.float32), (len(images), 1)), np.zeros(len(images), np.float32)


def test_what_no_change_changes_has_none(mnist):
    assert smallest_flip(Stubborn(), mnist.x_test[0]) is None
    assert smallest_flip(Stubborn(), np.zeros((28, 28), np.uint8)) is None

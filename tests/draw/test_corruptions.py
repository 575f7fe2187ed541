import numpy as np
import pytest

from tenfold.draw.corruptions import CORRUPTIONS


def test_there_are_the_fifteen_of_the_paper():
    assert len(CORRUPTIONS) == 15


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_images_are_changed_and_stay_images(name, mnist):
    images = mnist.x_test[:20].copy()
    corrupted = CORRUPTIONS[name](images, 0)
    assert corrupted.shape == images.shape
    assert corrupted.dtype == np.uint8
    assert (corrupted != images).any((1, 2)).all()
    assert np.array_equal(images, mnist.x_test[:20])


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_same_seed_gives_the_same_corruption(name, mnist):
    first, again = (CORRUPTIONS[name](mnist.x_test[:5], 1) for _ in range(2))
    assert np.array_equal(first, again)

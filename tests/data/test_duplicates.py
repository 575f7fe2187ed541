"""Images that stand in two sets are found."""

import numpy as np

from tenfold.data.duplicates import shared_images


def test_images_of_both_sets_are_found_with_the_first_place_of_each(mnist):
    others = np.concatenate([mnist.x_train[:50], mnist.x_train[:50]])
    images = mnist.x_test[:20].copy()
    images[[3, 7]] = mnist.x_train[[40, 2]]
    assert shared_images(images, others) == [(3, 40), (7, 2)]
    assert shared_images(mnist.x_test[:500], mnist.x_train[:500]) == []


def test_blank_images_are_passed_over():
    blank = np.zeros((2, 28, 28), np.uint8)
    assert shared_images(blank, blank) == []

"""Known digits."""

import numpy as np

from tenfold.doctor.known import known_digits


def test_they_are_digits_that_even_a_small_network_reads(model):
    images, labels = known_digits()
    assert 250 < len(images) < 500
    assert set(labels) == set(range(10))
    assert (model(images).argmax(1) == labels).mean() > 0.9


def test_they_are_always_the_same():
    images, _ = known_digits()
    known_digits.cache_clear()
    assert np.array_equal(known_digits()[0], images)

"""What a model knew is at hand again."""

import numpy as np

from tenfold.draw.rehearsal import DRAWN, rehearse

DIGITS = tuple("0123456789")


def test_the_set_that_a_model_learned_from_is_taken_where_it_is_there(mnist):
    known = rehearse(DIGITS, "mnist", 100, np.random.default_rng(0))
    assert known.name == "mnist"
    there = {image.tobytes(): label for image, label in zip(mnist.x_train, mnist.y_train, strict=True)}
    assert all(there[image.tobytes()] == label for image, label in zip(known.images, known.labels, strict=True))


def test_else_digits_are_drawn_with_the_labels_of_the_classes():
    known = rehearse(DIGITS, "mine", 60, np.random.default_rng(0))
    backwards = rehearse(DIGITS[::-1], "mine", 60, np.random.default_rng(0))
    assert known.name == DRAWN
    assert known.images.shape == (60, 28, 28)
    assert np.array_equal(known.images, backwards.images)
    assert np.array_equal(known.labels, 9 - backwards.labels)


def test_of_other_classes_nothing_is_at_hand():
    assert rehearse(("a", "b"), "mine", 60, np.random.default_rng(0)) is None


def test_it_is_cut_in_two():
    first, rest = rehearse(DIGITS, "", 30, np.random.default_rng(0)).cut(20)
    assert (len(first.images), len(first.labels), len(rest.images), rest.name) == (20, 20, 10, DRAWN)

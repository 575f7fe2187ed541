"""The labelled digits most like an image."""

import numpy as np
import pytest

import tenfold
from tenfold.explain.neighbours import examples_at_hand, nearest_digits


@pytest.fixture(scope="module")
def reader():
    return tenfold.load_model()


def test_they_are_looked_for_in_what_the_model_learned_from(reader, mnist):
    examples, told = examples_at_hand(reader)
    assert told == "the 60,000 training images of mnist"
    assert np.array_equal(examples.images[:10], mnist.x_train[:10])
    found = nearest_digits(reader, mnist.x_test[0], examples)
    assert [each.label for each in found] == ["7"] * 8
    assert np.array_equal(found[0].image, mnist.x_train[found[0].row - 1])
    assert [each.likeness for each in found] == sorted((each.likeness for each in found), reverse=True)


def test_an_image_is_its_own_nearest(reader, mnist):
    examples, _ = examples_at_hand(reader)
    nearest = nearest_digits(reader, mnist.x_train[123], examples, count=1)[0]
    assert (nearest.row, round(nearest.likeness, 4)) == (124, 1)


def test_without_them_on_this_machine_golden_images_stand_in(reader, mnist, tmp_path, monkeypatch):
    for name in ("TENFOLD_HOME", "HOME", "TENFOLD_DATA", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    examples, told = examples_at_hand(reader)
    assert told.startswith("the 12 golden images")
    assert nearest_digits(reader, mnist.x_test[0], examples, count=2)[0].label == "7"

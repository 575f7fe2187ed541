import numpy as np
import pytest

from tenfold.arrays import data_digest
from tenfold.data.examples import DIGITS, as_examples, class_names
from tenfold.errors import DataError

IMAGES = np.zeros((2, 28, 28), np.uint8)


def test_examples_have_the_name_of_their_origin_and_a_hash_of_what_they_hold():
    examples = as_examples(IMAGES, [1, 0], origin="own.csv")
    assert (examples.name, examples.classes) == ("own.csv", DIGITS)
    assert examples.sha256 == data_digest(IMAGES, np.array([1, 0]))


def test_a_channel_axis_of_1_is_left_out():
    assert as_examples(IMAGES[..., None], [1, 0], origin="").images.shape == (2, 28, 28)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES, [1], "own: expected one label per image, got 2 images and 1 labels"),
        (IMAGES, [1, 10], "own: expected labels from 0 to 9, got 10 for image 1"),
        (IMAGES[:0], np.zeros(0, int), "own: expected at least one image, got none"),
        (np.repeat(IMAGES[..., None], 3, axis=3), [1, 0], r"own: expected images .* got \(2, 28, 28, 3\)"),
    ],
)
def test_what_does_not_fit_together_is_told_with_its_origin(images, labels, message):
    with pytest.raises(DataError, match=message):
        as_examples(images, labels, origin="own")


def test_digits_are_always_all_ten():
    assert class_names(["3", "7"]) == DIGITS


def test_numbers_come_by_value_before_words():
    assert class_names(["b", "10", "2", "a", "b"]) == ("2", "10", "a", "b")

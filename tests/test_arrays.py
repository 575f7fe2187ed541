import numpy as np
import pytest

from tenfold.arrays import as_images, as_labels, data_digest
from tenfold.errors import DataError


def test_images_of_the_right_kind_are_given_back_uncopied(random_images):
    assert as_images(random_images) is random_images


@pytest.mark.parametrize("shape", [(64, 28, 28, 1), (64, 1, 28, 28)])
def test_a_channel_axis_of_1_is_taken_away(random_images, shape):
    assert np.array_equal(as_images(random_images.reshape(shape)), random_images)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 28, 28, 3), np.uint8), r"got \(3, 28, 28, 3\)"),
        (np.zeros((3, 28, 27), np.uint8), r"shape \(n, 28, 28\), got \(3, 28, 27\)"),
        (np.zeros((28, 28), np.uint8), r"got \(28, 28\)"),
        (np.zeros((3, 28, 28), np.float32), "dtype uint8, 0 paper to 255 ink, got float32"),
    ],
)
def test_other_arrays_are_refused_with_what_came(array, message):
    with pytest.raises(DataError, match=message):
        as_images(array)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], "3 images and 2 labels"),
        ([0, 1, 10], "from 0 to 9, got 10 for image 2"),
        ([0, -1, 1], "from 0 to 9, got -1 for image 1"),
        ([0.0, 1.0, 2.0], "integers"),
        ([[0], [1], [2]], "integers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    with pytest.raises(DataError, match=message):
        as_labels(np.array(labels), count=3, classes=10)


def test_labels_become_int64():
    assert as_labels(np.array([1, 2], np.uint8), count=2, classes=3).dtype == np.int64


def test_digest_knows_the_data_and_not_its_storage(random_images):
    labels = np.arange(64) % 10
    same = data_digest(random_images[::1].copy(), labels.astype(np.int32))
    assert data_digest(random_images, labels) == same
    assert data_digest(random_images, labels[::-1]) != same

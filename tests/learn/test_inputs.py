"""Pixels and labels as people have them."""

import numpy as np
import pytest

from tenfold.errors import DataError
from tenfold.learn.inputs import class_labels, encode, is_scaled, to_images


@pytest.mark.parametrize("shape", [(64, 784), (64, 28, 28), (64, 28, 28, 1), (64, 1, 28, 28)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_whole_numbers_of_any_dtype_and_shape_are_the_same_images(random_images, shape, dtype):
    assert np.array_equal(to_images(random_images.reshape(shape).astype(dtype)), random_images)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_divided_by_255_are_the_same_images(random_images, dtype):
    assert np.array_equal(to_images(random_images.astype(dtype) / 255), random_images)


def test_nothing_but_paper_is_the_same_in_every_scale():
    assert not to_images(np.zeros((2, 784))).any()


def test_floats_of_0_and_1_are_ambiguous_unless_the_scale_is_known():
    black_and_white = np.eye(28)[None]
    with pytest.raises(DataError, match="nothing but 0 and 1, which may be either: .* multiply by 255"):
        to_images(black_and_white)
    assert to_images(black_and_white, scaled=True).max() == 255
    assert to_images(black_and_white.astype(int)).max() == 1


def test_one_fraction_among_floats_tells_their_scale():
    assert is_scaled(np.array([0, 0.5, 1]))
    assert not is_scaled(np.array([0, 0.5, 2]))
    assert not is_scaled(np.array([0.0, 0.0]))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((3, 783)), r"shape \(n, 784\) or \(n, 28, 28\), got \(3, 783\)"),
        (np.zeros((28, 28)), r"got \(28, 28\)"),
        (np.zeros((2, 28, 28, 3)), r"got \(2, 28, 28, 3\)"),
        (np.zeros((0, 784)), "at least one image"),
        (np.full((2, 784), 1.5), "or as floats from 0 to 1, got float64 from 1.5 to 1.5"),
        (np.full((2, 784), 256), "whole numbers from 0 to 255, .* got int64 from 256 to 256"),
        (np.full((2, 784), -1), "from -1 to -1"),
        (np.full((2, 784), -0.5), "from -0.5 to -0.5: values below 0 come from subtracting a mean"),
        (np.full((2, 784), np.nan), "NaN or infinity"),
        (np.full((2, 784), "x"), "pixels as numbers"),
    ],
)
def test_pixels_that_are_no_image_are_refused(pixels, message):
    with pytest.raises(DataError, match=message):
        to_images(pixels)


@pytest.mark.parametrize("given", [[7, 3, 7], ["7", "3", "7"], [7.0, 3.0, 7.0], [True, False, True]])
def test_labels_are_numbered_and_their_classes_kept(given):
    classes, labels = encode(given, 3)
    assert classes[labels].tolist() == given
    assert classes.dtype == np.asarray(given).dtype


@pytest.mark.parametrize("dtype", [int, float, bool])
def test_one_hot_labels_are_the_numbers_of_their_columns(dtype):
    classes, labels = encode(np.eye(4, dtype=dtype)[[2, 0, 2]], 3)
    assert (classes.tolist(), labels.tolist()) == ([0, 1, 2, 3], [2, 0, 2])


@pytest.mark.parametrize("given", [np.zeros((3, 2)), np.ones((3, 2)), np.ones((3, 1)), np.eye(3) * 2])
def test_other_tables_are_not_one_hot(given):
    assert class_labels(given) is given


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "label per image"),
        (np.zeros((3, 2)), r"shape \(3,\), got \(3, 2\)"),
        (np.zeros(5), r"got \(5,\)"),
        (np.zeros(3), "at least two classes, got one class"),
        ([0.5, 1, 2], "continuous numbers such as 0.5"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    with pytest.raises(DataError, match=message):
        encode(labels, 3)

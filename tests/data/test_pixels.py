"""The scale of pixels, told from the numbers."""

import numpy as np
import pytest

from tenfold.data.pixels import as_pixels, is_scaled
from tenfold.errors import DataError


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_whole_numbers_are_pixels_in_any_dtype(random_images, dtype):
    assert np.array_equal(as_pixels(random_images.astype(dtype)), random_images)


def test_fractions_are_multiplied_by_255_again(random_images):
    assert np.array_equal(as_pixels(random_images / 255), random_images)


def test_one_fraction_tells_the_scale():
    assert is_scaled(np.array([0, 0.5, 1]))
    assert not is_scaled(np.array([0, 0.5, 2]))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.array([0.5, 200]), "got float64 from 0.5 to 200"),
        (np.array([-0.42, 2.8]), "values below 0 come from subtracting a mean"),
        (np.array([0.0, 1.0]), "nothing but 0 and 1, which may be either"),
        (np.array([np.nan]), "got NaN or infinity"),
        (np.array(["seven"]), "expected pixels as numbers"),
    ],
)
def test_no_scale_that_can_be_told_is_an_error(pixels, message):
    with pytest.raises(DataError, match=message):
        as_pixels(pixels)

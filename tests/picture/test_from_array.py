"""Arrays of pixels are the pictures that their files would be, and what is none is refused by name."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.from_array import from_array
from tenfold.picture.opening import open_digit
from tenfold.picture.prepare import prepare


def png(picture: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def seven(mnist) -> np.ndarray:
    return mnist.x_test[0]


def test_mnist_images_are_prepared_as_their_files_are(mnist):
    for image in mnist.x_test[:200]:
        array, file = prepare(image), prepare(png(image))
        assert np.array_equal(array.image, file.image)
        assert array.steps == file.steps


@pytest.mark.parametrize(
    "convert",
    [
        lambda image: image[..., None],
        lambda image: image / 255,
        lambda image: (image / 255).astype(np.float32),
        lambda image: image.astype(np.float64),
        lambda image: image.astype(np.float16),
        lambda image: image.astype(np.uint16) * 257,
        lambda image: image.astype(np.uint16) * 16,
        lambda image: np.dstack([image] * 3),
        lambda image: np.dstack([image] * 3 + [np.full_like(image, 255)]),
        lambda image: np.dstack([image / 255] * 3),
        lambda image: np.asfortranarray(image),
        lambda image: np.kron(image, np.ones((2, 2), np.uint8))[::2, ::2],
        lambda image: image.astype(">u2") * 257,
    ],
)
def test_every_shape_and_dtype_gives_the_picture(seven, convert):
    assert np.abs(open_digit(convert(seven))[0].astype(int) - seven).max() <= 1


def test_true_is_full(seven):
    assert np.array_equal(open_digit(seven > 127)[0], np.where(seven > 127, 255, 0))


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(3, 20), st.integers(3, 20), st.sampled_from([1, 3, 4])),
        elements=st.integers(0, 255),
    )
)
def test_an_array_is_what_its_file_is(array):
    shown = array[..., 0] if array.shape[2] == 1 else array
    assert np.array_equal(open_digit(array)[0], open_digit(png(shown))[0])


def test_the_order_of_opencv_is_told_by_an_argument():
    colours = np.zeros((20, 20, 4), np.uint8)
    colours[...] = 90, 100, 120, 255
    colours[5:15, 8:12] = 50, 30, 60, 128
    for code, array in ((cv2.COLOR_RGB2BGR, colours[..., :3]), (cv2.COLOR_RGBA2BGRA, colours)):
        turned = cv2.cvtColor(np.ascontiguousarray(array), code)
        assert np.array_equal(open_digit(turned, bgr=True)[0], open_digit(array)[0])
        assert not np.array_equal(open_digit(turned)[0], open_digit(array)[0])
    grey = colours[..., 0]
    assert np.array_equal(open_digit(grey, bgr=True)[0], grey)


@pytest.mark.parametrize(
    "shape", [(), (784,), (28, 28, 2), (28, 28, 5), (3, 28, 28), (1, 28, 28), (10, 28, 28), (1, 28, 28, 3)]
)
def test_other_shapes_are_refused_by_name(shape):
    with pytest.raises(
        PictureError, match=r"expected an array of one picture: grey \(height, width\) .*, got \("
    ) as told:
        from_array(np.zeros(shape, np.uint8))
    assert str(told.value).endswith(f"got {shape}")
    assert isinstance(told.value, ValueError)


@pytest.mark.parametrize("shape", [(0, 28), (28, 0), (0, 0, 3)])
def test_an_empty_array_is_refused(shape):
    with pytest.raises(PictureError, match="the array is empty"):
        from_array(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8, np.uint32, np.complex64, object, "U1", "M8[s]"])
def test_other_dtypes_are_refused_by_name(dtype):
    with pytest.raises(PictureError, match=r"uint8 0…255, bool, uint16, or floats .*; array\.astype\(np\.uint8\)"):
        from_array(np.zeros((9, 9), dtype))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(value):
    array = np.zeros((9, 9))
    array[3, 3] = value
    with pytest.raises(PictureError, match="finite numbers, got NaN or infinity"):
        from_array(array)


@pytest.mark.parametrize(("least", "most"), [(-1, 1), (-0.42, 2.8), (0, 256), (0, 65535)])
def test_floats_of_another_range_are_refused_with_their_range(least, most):
    array = np.full((9, 9), most, float)
    array[0] = least
    with pytest.raises(PictureError, match=rf"expected floats in 0…1 or in 0…255, got {least:g}…{most:g}"):
        from_array(array)


def test_an_array_too_small_for_a_digit_is_refused():
    with pytest.raises(PictureError, match="too small: 2×9 pixels, expected 3 or more each way"):
        open_digit(np.zeros((9, 2), np.uint8))

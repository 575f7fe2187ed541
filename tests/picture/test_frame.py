"""A digit's ink is placed in 28×28 as MNIST's makers placed it: MNIST itself says so."""

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenfold.errors import PictureError
from tenfold.picture.frame import BOX, centre, frame, is_framed

LARGEST_ERROR = 1
"""Levels of 255 that a pixel may differ by: MNIST's own peaks are 254 as often as one time in ten."""

ODD_ONES_OUT = 4
"""Of the 10,000 test images, those that their makers placed otherwise: three 19 pixels high, one cut by a shift."""


@pytest.mark.parametrize("times", [1, 3, 10])
def test_framing_an_enlarged_digit_gives_the_digit_back(mnist, times):
    enlarged = (np.kron(image, np.ones((times, times), np.uint8)) for image in mnist.x_test)
    framed = np.stack([frame(each) for each in enlarged])
    errors = np.abs(framed.astype(int) - mnist.x_test).max(axis=(1, 2))
    assert (errors > LARGEST_ERROR).sum() == ODD_ONES_OUT


def test_a_smoothly_enlarged_digit_comes_back_nearly(mnist):
    errors = []
    for image in mnist.x_test[:1000]:
        large = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC)
        large[large < 96] = 0  # what smoothing adds around the digit would count as its ink
        errors.append(np.abs(frame(large).astype(int) - image).mean())
    assert np.mean(errors) < 8


def test_every_test_image_is_framed_already_and_stays_as_it_is(mnist):
    assert all(is_framed(image) for image in mnist.x_test)


def test_one_that_is_off_centre_or_too_large_is_not_framed(mnist):
    assert not is_framed(np.roll(mnist.x_test[0], 2, axis=1))
    assert not is_framed(cv2.resize(mnist.x_test[0], None, fx=2, fy=2))
    assert not is_framed(cv2.resize(mnist.x_test[0][4:24, 4:24], (28, 28)))
    assert not is_framed(np.zeros((28, 28), np.uint8))


def test_proportions_are_kept():
    tall = frame(np.full((200, 50), 255, np.uint8))
    assert cv2.boundingRect(tall)[2:] == (5, BOX)


def test_faint_ink_becomes_full_ink():
    assert frame(np.full((50, 50), 30, np.uint8)).max() == 255


def test_paper_alone_is_an_error():
    with pytest.raises(PictureError, match="no ink"):
        frame(np.zeros((40, 40), np.uint8))


@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.integers(0, 255)))
def test_any_ink_is_framed_or_refused(ink):
    if not ink.any():
        with pytest.raises(PictureError):
            frame(ink)
    else:
        image = frame(ink)
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        assert image.any()


@pytest.mark.parametrize("shape", [(1, 20_000), (20_000, 1), (1, 1)])
def test_extreme_shapes_are_framed(shape):
    assert frame(np.full(shape, 255, np.uint8)).any()


def test_centring_keeps_the_size():
    image = centre(np.full((3, 5), 9, np.uint8))
    assert (image == 9).sum() == 15
    assert (image[13:16, 12:17] == 9).all()


INK = arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.integers(0, 255)).filter(np.any)


@given(INK, *[st.integers(0, 30)] * 4)
def test_paper_around_the_ink_makes_no_difference(ink, top, foot, left, right):
    assert np.array_equal(frame(np.pad(ink, ((top, foot), (left, right)))), frame(ink))


@given(INK)
def test_what_was_framed_stays_as_it_is(ink):
    image = frame(np.maximum(ink, ink[::-1, ::-1]))  # its centre is its middle, so that nothing is cut off
    assert max(cv2.boundingRect(image)[2:]) == BOX
    assert is_framed(image)


@given(INK)
def test_turned_ink_gives_the_turned_image(ink):
    assert np.abs(frame(np.ascontiguousarray(ink.T)).astype(int) - frame(ink).T).max() <= 1


@given(
    arrays(np.uint8, st.tuples(st.just(BOX), st.integers(1, BOX)), elements=st.integers(0, 255)),
    st.integers(1, 5),
)
def test_ink_of_20_pixels_is_only_placed_however_large_it_was_drawn(ink, times):
    assume(ink[[0, -1]].any(axis=1).all() and ink[:, [0, -1]].any(axis=0).all())
    placed = centre(np.rint(ink * (255 / ink.max())).astype(np.uint8))
    assert np.abs(frame(np.kron(ink, np.ones((times, times), np.uint8))).astype(int) - placed).max() <= 1


@given(arrays(np.uint8, st.tuples(st.integers(1, 28), st.integers(1, 28)), elements=st.integers(0, 255)).filter(np.any))
def test_centring_puts_the_centre_of_mass_into_the_central_pixel(box):
    image = centre(box)
    assume(image.sum(dtype=np.int64) == box.sum(dtype=np.int64))
    rows, columns = np.nonzero(image)
    for places in (rows, columns):
        assert 14 <= np.average(places + 0.5, weights=image[rows, columns]) < 15 + 1e-9

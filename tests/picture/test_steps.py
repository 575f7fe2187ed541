"""The steps of a picture are drawn side by side, sharp where they are small."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tenfold.arrays import SIDE
from tenfold.picture.prepare import Prepared, prepare_grey
from tenfold.picture.steps import CAPTION, GAP, TILE, draw_steps


def strip(*stages: tuple[str, np.ndarray]) -> np.ndarray:
    prepared = Prepared(np.zeros((SIDE, SIDE), np.uint8), (), stages)
    return np.asarray(Image.open(BytesIO(draw_steps(prepared))))


def tile(drawn: np.ndarray, place: int) -> np.ndarray:
    left = GAP + place * (TILE + GAP)
    return drawn[GAP : GAP + TILE, left : left + TILE]


def test_an_image_of_28_pixels_becomes_squares(mnist):
    drawn = strip(("28×28", mnist.x_test[0]))
    assert drawn.shape == (TILE + CAPTION + 2 * GAP, TILE + 2 * GAP)
    assert np.array_equal(tile(drawn, 0), np.kron(mnist.x_test[0], np.ones((6, 6), np.uint8)))


def test_the_steps_of_a_picture_come_in_their_order(mnist):
    prepared = prepare_grey(np.kron(255 - np.pad(mnist.x_test[0], 9), np.ones((4, 4), np.uint8)))
    drawn = np.asarray(Image.open(BytesIO(draw_steps(prepared))))
    assert [name for name, _ in prepared.stages] == ["picture", "ink", "28×28"]
    assert drawn.shape[1] == 3 * (TILE + GAP) + GAP
    assert tile(drawn, 0).mean() > 200 > 60 > tile(drawn, 1).mean()
    assert np.array_equal(tile(drawn, 2), np.kron(prepared.image, np.ones((6, 6), np.uint8)))


def test_large_pictures_are_averaged_and_keep_their_proportions():
    grey = np.zeros((2 * TILE, 4 * TILE), np.uint8)
    grey[::2] = 200
    shown = tile(strip(("picture", grey)), 0)
    quarter = TILE // 4
    assert (shown[quarter:-quarter] == 100).all()
    assert (shown[:quarter] == 225).all()
    assert (shown[-quarter:] == 225).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1)])
def test_extreme_shapes_are_drawn(shape):
    assert (tile(strip(("picture", np.zeros(shape, np.uint8))), 0) == 0).any()


def test_each_picture_has_its_name_below():
    drawn = strip(("one", np.full((9, 9), 225, np.uint8)), ("", np.full((9, 9), 225, np.uint8)))
    words = drawn[GAP + TILE :]
    assert (words[:, : TILE + GAP] < 225).any()
    assert (words[:, TILE + GAP :] == 225).all()

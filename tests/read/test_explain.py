"""An answer rests on ink, and what is said of that is what the model says of pictures that are covered."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tenfold import Reader
from tenfold.read.explain import PATCH, draw_falls


def _png(image):
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def test_what_falls_is_what_the_model_says_of_the_covered_image(mnist):
    reader = Reader()
    explanation = reader.explain(_png(mnist.x_test[0]))
    assert explanation.digit.digit == "7"
    assert explanation.falls.shape == (13, 13)
    row, column = np.unravel_index(explanation.falls.argmax(), explanation.falls.shape)
    image = explanation.prepared.image.copy()
    assert image[2 * row : 2 * row + PATCH, 2 * column : 2 * column + PATCH].any(), "bare paper matters most"
    image[2 * row : 2 * row + PATCH, 2 * column : 2 * column + PATCH] = 0
    probabilities, _ = reader.answer(image[None])
    expected = explanation.digit.probability - probabilities[0, 7]
    assert explanation.falls[row, column] == pytest.approx(expected, abs=1e-4)
    corners = explanation.falls[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners == pytest.approx([0] * 4, abs=1e-6)


def test_the_drawing_shows_falls_and_rises_over_the_ink(mnist):
    falls = np.zeros((13, 13), np.float32)
    falls[0, 0], falls[12, 12] = 0.5, -0.5
    drawn = np.asarray(Image.open(BytesIO(draw_falls(mnist.x_test[0], falls))).convert("RGB")).astype(int)
    assert drawn.shape == (28, 28, 3)
    assert drawn[0, 0, 0] > drawn[0, 0, 2] + 50
    assert drawn[27, 27, 2] > drawn[27, 27, 0] + 50
    assert (drawn[0, 14] == 255).all()


def test_a_blank_picture_rests_on_nothing():
    explanation = Reader().explain(_png(np.full((100, 100), 255, np.uint8)))
    assert explanation.digit.reason == "blank"
    assert not explanation.falls.any()

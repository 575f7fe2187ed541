"""Hands to draw numbers with, made of what every machine has: no set is fetched but MNIST."""

import numpy as np
import pytest

from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.hands import DIGITS
from tenfold.draw.pen import parse
from tenfold.draw.writers import Hands, by_label


def person(rng):
    """Somebody who wrote each digit twice, as points along described strokes: see `tenfold.draw.writers.Person`."""
    described = {digit: parse(next(iter(ways.values()))) for digit, ways in DIGITS.items()}
    return {
        digit: [[strokes.starts @ strokes.control / 100 + rng.normal(0, 0.01, 2)] for _ in range(2)]
        for digit, strokes in described.items()
    }


@pytest.fixture(scope="session")
def hands(mnist) -> Hands:
    rng = np.random.default_rng(0)
    images, labels = mnist.x_train[:2000], mnist.y_train[:2000]
    fonts = [font_path(name) for name in FONTS[:3]]
    return Hands([person(rng) for _ in range(3)], [(images, by_label(labels))], fonts[:2], fonts[2:])

"""Printed digits and other characters, one to an image, a little distorted."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import cast

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.draw.fonts import FONTS, load_font
from tenfold.draw.framing import frame_all
from tenfold.picture.frame import Ink

__all__ = ["print_characters", "print_digits"]

FONT_SIZE = 96
"""Height of the em square, in pixels: digits come out about 70 high, three and a half times what framing keeps."""

MARGIN = 32
"""Pixels of paper around a glyph, so that slant, turn and stretch cut nothing off."""

SLANT = 0.18
"""Largest slant (shear) to either side, per unit of height."""

TURN = 6.0
"""Largest turn to either side, in degrees."""

STRETCH = 0.2
"""Largest change of the width, as a natural logarithm."""

WEIGHT = (-3.0, 6.0)
"""Least and largest change of the stroke width, in pixels of the large drawing: -0.9 to 1.7 pixels once framed."""

LEAST_INK = 0.6
"""Share of the ink that thinning must leave; where it would leave less, fine strokes would vanish, so none is done."""


def print_digits(count: int, rng: Generator) -> tuple[Images, Labels]:
    """Print digits in all fonts, a little distorted.

    Args:
        count: Number of digits.
        rng: Decides everything.

    Returns:
        `uint8 (n, 28, 28)`, framed as MNIST's; `int64 (n,)`, 0 to 9, equally frequent.
    """
    labels = rng.integers(0, 10, count)
    return frame_all(print_characters([str(label) for label in labels.tolist()], rng)), labels


def print_characters(characters: Sequence[str], rng: Generator) -> Iterator[Ink]:
    """Print each character once, in some font, a little distorted.

    Args:
        characters: What to print, one character each.
        rng: Decides the font and the distortion.

    Yields:
        `uint8 (height, width)`, 0 paper, 255 ink, about 70 pixels high and with paper around.
    """
    for character in characters:
        yield _distort(_glyph(FONTS[rng.integers(len(FONTS))], character), rng)


@cache
def _glyph(font: str, character: str) -> Ink:
    mask = load_font(font, FONT_SIZE).getmask(character)
    width, height = mask.size
    return np.pad(np.array(mask, np.uint8).reshape(height, width), MARGIN)


def _distort(glyph: Ink, rng: Generator) -> Ink:
    """Slant, turn, stretch, and make strokes thicker or thinner, unless they would vanish."""
    slant, turn, stretch = rng.uniform(-1, 1, 3) * (SLANT, TURN, STRETCH)
    weight = rng.uniform(*WEIGHT)
    height, width = glyph.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1) @ np.array(
        [[np.exp(stretch), slant, -slant * height / 2], [0, 1, 0], [0, 0, 1]]
    )
    warped = cv2.warpAffine(glyph, matrix, (width + MARGIN, height))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(abs(weight)) + 1,) * 2)
    weighted = cv2.dilate(warped, brush) if weight > 0 else cv2.erode(warped, brush)
    return cast(Ink, weighted if weighted.sum() > LEAST_INK * warped.sum() else warped)

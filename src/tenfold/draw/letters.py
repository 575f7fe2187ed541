"""Letters in the handwriting fonts that are given, to measure how many of them are taken for digits."""

import string
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.picture.decode import Grey

__all__ = ["LOOKALIKES", "draw_letters"]

LOOKALIKES = frozenset("BIOSZbgiloqsyz")
"""Letters that a hand may write just as it writes a digit."""

TIMES = 3
"""Pictures of each letter of each font."""

FONT_SIZE = 96
"""Height of the em square, in pixels."""

SIDE = 128
"""Height and width of a picture, in pixels: room for a letter with slant and turn."""


def draw_letters(fonts: Sequence[Path], rng: Generator) -> tuple[list[Grey], list[str]]:
    """Draw every letter of every font three times, each with another stroke width, slant and turn.

    Args:
        fonts: The files of the fonts.
        rng: Decides everything.

    Returns:
        Pictures, `uint8 (128, 128)`, dark on white, and the letter that each shows.
    """
    pictures, letters = [], []
    for file in fonts:
        font = ImageFont.truetype(str(file), FONT_SIZE)
        for letter in string.ascii_letters:
            for _ in range(TIMES):
                picture = Pillow.new("L", (SIDE, SIDE), 255)
                ImageDraw.Draw(picture).text((SIDE // 2, SIDE // 2), letter, 0, font, anchor="mm")
                pictures.append(_vary(np.array(picture), rng))
                letters.append(letter)
    return pictures, letters


def _vary(picture: Grey, rng: Generator) -> Grey:
    """Slant and turn a picture about its middle, and make its strokes thicker by up to five pixels."""
    slant, turn = rng.uniform(-0.15, 0.15), rng.uniform(-0.1, 0.1)
    matrix = np.array([[1, slant + turn], [-turn, 1]])
    middle = np.array([SIDE // 2, SIDE // 2])
    warped = cv2.warpAffine(picture, np.column_stack([matrix, middle - matrix @ middle]), (SIDE, SIDE), borderValue=255)
    pen = int(rng.integers(1, 6))
    varied: Grey = cv2.erode(warped, np.ones((pen, pen), np.uint8)).astype(np.uint8)
    return varied

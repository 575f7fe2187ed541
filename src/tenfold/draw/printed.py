"""Printed digits and other characters, from the free fonts that Matplotlib brings."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import cast

import cv2
import matplotlib
import numpy as np
from PIL import ImageFont

from tenfold.arrays import Images, Labels
from tenfold.draw.framing import framed
from tenfold.picture.frame import Ink

__all__ = ["FONTS", "printed", "printed_digits"]

FONTS = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSans-BoldOblique.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "DejaVuSansMono-Oblique.ttf",
    "DejaVuSansMono-BoldOblique.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSerif-Italic.ttf",
    "DejaVuSerif-BoldItalic.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
    "STIXGeneralBolIta.ttf",
    "cmr10.ttf",
    "cmb10.ttf",
    "cmss10.ttf",
    "cmti10.ttf",
    "cmtt10.ttf",
)
"""DejaVu, STIX and Computer Modern: those of Matplotlib's fonts that hold digits and letters."""

SIZE = 96
"""Height of the fonts in pixels: digits come out about 70 high, three and a half times what is kept."""

MARGIN = 32
"""Pixels left around a character for slant, turn and stretch."""

SLANT = 0.18
"""Greatest slant to either side, per unit of height."""

TURN = 6.0
"""Greatest turn to either side, in degrees."""

STRETCH = 0.2
"""Greatest change of the width, as a natural logarithm."""

WEIGHT = (-3.0, 6.0)
"""Strokes are thinned to thickened by so many pixels of the large drawing: by 0.9 to 1.7 pixels of what is kept."""

LEAST = 0.6
"""Where thinning would leave less than this part of the ink, fine strokes would vanish, so all stays as it is."""


def printed_digits(count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
    """Print digits in all fonts, a little distorted.

    Args:
        count: How many.
        rng: Decides everything.

    Returns:
        `uint8 (n, 28, 28)`, framed as MNIST's; `int64 (n,)`, 0 to 9, equally frequent.
    """
    labels = rng.integers(0, 10, count)
    return framed(printed([str(label) for label in labels.tolist()], rng)), labels


def printed(characters: Sequence[str], rng: np.random.Generator) -> Iterator[Ink]:
    """Print each character once, in some font, a little distorted.

    Args:
        characters: What to print, one character each.
        rng: Decides the font and the distortion.

    Yields:
        `uint8 (height, width)`, 0 paper, 255 ink, about 70 pixels high and with paper around.
    """
    for character in characters:
        yield _distorted(_glyph(FONTS[rng.integers(len(FONTS))], character), rng)


@cache
def _glyph(font: str, character: str) -> Ink:
    mask = _font(font).getmask(character)
    width, height = mask.size
    return np.pad(np.array(mask, np.uint8).reshape(height, width), MARGIN)


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), SIZE)


def _distorted(glyph: Ink, rng: np.random.Generator) -> Ink:
    """Slant, turn, stretch, and make bolder or lighter; what would vanish stays as it is."""
    slant, turn, stretch = rng.uniform(-1, 1, 3) * (SLANT, TURN, STRETCH)
    weight = rng.uniform(*WEIGHT)
    height, width = glyph.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1) @ np.array(
        [[np.exp(stretch), slant, -slant * height / 2], [0, 1, 0], [0, 0, 1]]
    )
    warped = cv2.warpAffine(glyph, matrix, (width + MARGIN, height))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(abs(weight)) + 1,) * 2)
    weighted = cv2.dilate(warped, brush) if weight > 0 else cv2.erode(warped, brush)
    return cast(Ink, weighted if weighted.sum() > LEAST * warped.sum() else warped)

"""The free fonts that Matplotlib brings, and words printed in them."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.picture.frame import Ink

__all__ = ["FONTS", "FORM_FONTS", "PrintedText", "font_path", "load_font", "print_text"]

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

FORM_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf")
"""What forms and cheques are printed in: the fonts that also hold signs such as §."""


class PrintedText(NamedTuple):
    """A printed word or sentence.

    Attributes:
        ink: `uint8 (height, width)`, 0 paper, 255 ink, with a pixel of paper around it.
        left: Where its left edge lies from the origin of the text, in pixels.
        top: Where its upper edge lies from the top of the font's ascent, in pixels.
    """

    ink: Ink
    left: int
    top: int


def font_path(name: str) -> Path:
    """Give the file of one of Matplotlib's fonts, named as in `FONTS`."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


@lru_cache(maxsize=64)
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Open one of Matplotlib's fonts.

    Args:
        name: Its file's name, as in `FONTS`.
        size: Height of the em square, in pixels.
    """
    return ImageFont.truetype(str(font_path(name)), size)


def print_text(text: str, name: str, size: int) -> PrintedText:
    """Print a text on one line, in one of Matplotlib's fonts.

    Args:
        text: What to print.
        name: The font's file, as in `FONTS`.
        size: Height of its em square, in pixels.
    """
    font = load_font(name, size)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    picture = Pillow.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, fill=255, font=font)
    return PrintedText(np.asarray(picture, np.uint8), left - 1, top - 1)

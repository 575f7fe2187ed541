"""What is wrong with a picture of one digit, before any model is blamed: its light, its size, what is on it."""

import numpy as np

from tenfold.data.faults import Fault
from tenfold.errors import PictureError
from tenfold.picture.decode import Grey, Picture
from tenfold.picture.ink import separate_ink
from tenfold.picture.opening import open_digit
from tenfold.read.digits import Digit
from tenfold.read.reader import Reader

__all__ = ["find_picture_faults"]

DARK = 70
"""Level, of 255, that the lightest hundredth of a picture must reach: below it even white paper is near black."""

LIGHT = 200
"""Level of the darkest pixels from which on a picture of little contrast is washed out by light."""

CONTRAST = 25
"""Least difference, of 255, between ink and paper: noise of a phone's camera in poor light is as much."""

SMALL = 12
"""Least length of a digit's longer side, in pixels: networks see it at 20, and what is made larger gains nothing."""


def find_picture_faults(reader: Reader, picture: Picture) -> tuple[list[Fault], Digit | None]:
    """Look for what keeps a picture from being read.

    Args:
        reader: What reads it.
        picture: As `Reader.digit` takes it.

    Returns:
        What is wrong, and what is read; None where it cannot be opened.
    """
    try:
        grey, _ = open_digit(picture)
        digit = reader.digit(picture)
    except PictureError as error:
        return [Fault("not-a-picture", str(error), "give a picture file, as PNG, JPEG or PDF")], None
    faults = _light_faults(grey) or _size_faults(grey) or _content_faults(digit)
    return faults, digit


def _light_faults(grey: Grey) -> list[Fault]:
    darkest, lightest = (float(level) for level in np.percentile(grey, (0.2, 99)))
    if lightest < DARK:
        told = f"the picture is too dark: its lightest parts have level {lightest:.0f} of 255"
        return [Fault("too-dark", told, "take it again with more light, or with the flash")]
    if 0 < lightest - darkest < CONTRAST:
        if darkest > LIGHT:
            told = f"the picture is too light: its darkest parts have level {darkest:.0f} of 255"
            return [Fault("too-light", told, "take it again with less light, or write with a darker pen")]
        told = f"ink and paper differ by {lightest - darkest:.0f} of 255 levels"
        return [Fault("low-contrast", told, "write with a darker pen, or take it again in even light")]
    return []


def _size_faults(grey: Grey) -> list[Fault]:
    layer = separate_ink(grey)
    if layer is None or not layer.mask.any():
        return []
    rows, columns = (np.flatnonzero(layer.mask.any(axis=axis)) for axis in (1, 0))
    enlarged = layer.mask.shape[0] / grey.shape[0]  # as small pictures are before ink is looked for
    side = round((max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1) / enlarged)
    if side >= SMALL:
        return []
    told = f"the digit is too small: {side} pixels long"
    return [Fault("too-small", told, f"scan or photograph it closer, so that it is {2 * SMALL} pixels long or more")]


def _content_faults(digit: Digit) -> list[Fault]:
    if digit.reason == "blank":
        return [Fault("blank", "there is no ink on the picture", "look whether it is the right one, and lit evenly")]
    if digit.reason == "several-digits":
        told = "the picture shows several digits"
        return [Fault("several-digits", told, "`tenfold read` reads whole numbers; or cut it into single digits")]
    if digit.reason == "not-a-digit":
        told = "what is on the picture does not look like a digit"
        return [
            Fault("not-a-digit", told, "cut the picture close to the digit; what lies around it may be taken for ink")
        ]
    return []

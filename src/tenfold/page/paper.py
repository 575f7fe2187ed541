"""From a whole page in grey to how dark its ink is everywhere, the light divided out."""

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask
from tenfold.picture.polarity import has_light_ink

__all__ = ["Paper", "even_out"]

PAST = 1 / 16
"""Paper is seen past anything narrower than this share of the page's longer side."""

LEAST_PAST = 24
"""…but past so many pixels always: small pages hold one large number."""

THUMBNAIL = 300
"""The longest side of the copy that light is found on."""

FAINTEST = 14
"""The least darkness, of 255, that is ink."""

NOISE = 4.5
"""So many times its spread the paper's own roughness may reach."""


@dataclass(frozen=True, eq=False)
class Paper:
    """A page with its light divided out.

    Attributes:
        dark: `uint8 (height, width)`: how much of the paper's light is missing, 0 paper, 255 all of it.
        mask: Where there is ink, the faintest too.
        floor: The darkness from which on that is so.
    """

    dark: Ink
    mask: Mask
    floor: int


def even_out(page: Grey) -> Paper:
    """Divide the light of a page out, whatever its polarity.

    Args:
        page: `uint8 (height, width)`, in any light, dark on light or light on dark.

    Returns:
        How dark its ink is, at the page's size.
    """
    small = _shrunk(page)
    if has_light_ink(small) and float(np.median(small)) < DARK_PAPER:
        page, small = 255 - page, 255 - small
    reach = max(round(PAST * max(page.shape)), LEAST_PAST) * max(small.shape) / max(page.shape)
    kernel = np.ones((2 * round(reach / 2) + 1,) * 2, np.uint8)
    light = cv2.medianBlur(np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), np.uint8), 5)
    height, width = page.shape
    everywhere = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    shade = cv2.divide(page, np.maximum(everywhere, 1), scale=255)
    dark = np.asarray(cv2.bitwise_not(shade), np.uint8)
    floor = max(FAINTEST, round(NOISE * _roughness(page, float(np.median(light)))))
    mask = np.asarray(cv2.threshold(dark, floor, 1, cv2.THRESH_BINARY)[1], np.uint8)
    return Paper(dark, mask, floor)


DARK_PAPER = 110
"""Paper is darker than this only where ink is lighter than it."""


def _shrunk(page: Grey) -> Grey:
    shrink = max(page.shape) / THUMBNAIL
    if shrink <= 1:
        return page
    height, width = (max(1, round(side / shrink)) for side in page.shape)
    return np.asarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _roughness(page: Grey, light: float) -> float:
    """Give the spread of noise between neighbouring pixels as darkness: most of them are both paper."""
    if page.shape[1] < 3:
        return 0.0
    some = page[::4].astype(np.int16)
    return float(np.median(np.abs(some[:, 2:] - some[:, :-2]))) / 0.6745 / 2**0.5 * 255 / max(light, 1)

"""From a whole page in grey to how dark its ink is everywhere, the light divided out.

`picture.light` says why a page's light is found in another way than that of a picture of one digit.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.page.panels import without_panels
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, mask_of
from tenfold.picture.light import beside_paper, level_quantile, roughness, shrunk
from tenfold.picture.polarity import has_light_ink

__all__ = ["Paper", "even_out", "turned_back", "without_grain"]

PAST = 1 / 16
"""Writing narrower than this share of the page's longer side is left out where the light is measured."""

LEAST_PAST = 24
"""Writing narrower than this is left out always, in pixels: small pages hold one large number."""

THUMBNAIL = 300
"""Longest side of the copy that the light is found on, in pixels: light changes slowly."""

FAINTEST = 14
"""Least darkness that is ink, 0…255."""

NOISE = 4.5
"""Darkness that the paper's own roughness may reach, in spreads of its noise."""

GRAIN, LEFT_OVER = 1.2, 0.4
"""GRAIN: standard deviation of the average over rough paper, in pixels. LEFT_OVER: share of its noise that may be left:
of noise without neighbours 1 / (2 GRAIN sqrt(pi)), a quarter, is."""

BRIGHT = 0.8
"""Quantile of a page's grey that is its paper's light, roughly: where panels are looked for."""

DARK_PAPER = 110
"""A page is light on dark only where half of it is darker than this, 0…255."""


@dataclass(frozen=True, eq=False)
class Paper:
    """A page with its light divided out.

    Attributes:
        dark: `uint8 (height, width)`: how much of the paper's light is missing, 0 none (paper), 255 all of it.
        mask: Where there is ink that may be of numbers, even the faintest: where `dark` is above `floor`.
        floor: The largest darkness that is still paper, 14…255.
        words: Where words stand, which are not in `mask`; None where they were not looked for.
    """

    dark: Ink
    mask: Mask
    floor: int
    words: Mask | None = None

    def without(self, words: Mask) -> "Paper":
        """Give the same paper with words in some places."""
        return Paper(self.dark, _cleared(self.mask, words), self.floor, words)

    def ink_above(self, floor: float) -> Mask:
        """Give where there is ink darker than `floor`, but for words."""
        return _cleared(mask_of(self.dark, floor), self.words)

    def turned_back(self, turns: int) -> "Paper":
        """Give the same paper turned by some quarter turns with the clock."""
        words = None if self.words is None else turned_back(self.words, turns)
        return Paper(turned_back(self.dark, turns), turned_back(self.mask, turns), self.floor, words)


def turned_back(page: Grey, turns: int) -> Grey:
    """Turn a page by some quarter turns with the clock."""
    return np.ascontiguousarray(np.rot90(page, -turns))


def _cleared(layer: Ink, words: Mask | None) -> Ink:
    """Make paper of words."""
    return layer if words is None else np.asarray(cv2.bitwise_and(layer, layer, mask=1 - words), np.uint8)


def without_grain(paper: Paper) -> tuple[Ink, int]:
    """Average the grain of rough paper away, so that faint strokes are whole.

    Returns:
        How dark the ink is, and the largest darkness that is still paper; of smooth paper as they are.
    """
    if paper.floor <= FAINTEST:
        return paper.dark, paper.floor
    smooth = np.asarray(cv2.GaussianBlur(paper.dark, (0, 0), GRAIN), np.uint8)
    return smooth, max(FAINTEST, round(LEFT_OVER * paper.floor))


def even_out(page: Grey) -> Paper:
    """Divide the light out of a page, dark on light or light on dark.

    Args:
        page: `uint8 (height, width)`, in any light.

    Returns:
        How dark its ink is, at the page's size.
    """
    small = shrunk(page, THUMBNAIL)
    if level_quantile(small, 0.5) < DARK_PAPER and has_light_ink(small):
        page, small = 255 - page, 255 - small
    reach = max(round(PAST * max(page.shape)), LEAST_PAST) * max(small.shape) / max(page.shape)
    kernel = np.ones((2 * round(reach / 2) + 1,) * 2, np.uint8)
    bright = level_quantile(small, BRIGHT)
    if float(small.min()) < bright / 2:
        turned = without_panels(page, round(bright))
        page, small = turned, small if turned is page else shrunk(turned, THUMBNAIL)
    light = np.asarray(cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 5), np.uint8)
    floor = max(FAINTEST, round(NOISE * roughness(page, level_quantile(light, 0.5))))
    dark = np.asarray(cv2.bitwise_not(beside_paper(page, light, 255)), np.uint8)
    return Paper(dark, mask_of(dark, floor), floor)

"""How dark a pen is, and what it wrote brought to full strength."""

import numpy as np

from tenfold.picture.frame import Ink
from tenfold.picture.ink import Mask, quantile

__all__ = ["PEN", "SHOW_THROUGH", "full_strength"]

PEN = 0.8
"""Quantile of the darkness of a pen's pixels that counts as the pen's: the lighter ones are edges of strokes."""

SHOW_THROUGH = 0.3
"""What is fainter than this, in darknesses of the usual pen, is no writing: patterns, rules, the page behind."""

FAINTEST = 1.25
"""A pen is at least this many times as dark as the darkest paper."""


def full_strength(dark: Ink, mask: Mask, floor: int) -> tuple[Ink | None, int]:
    """Bring the ink of one thing that is written to full strength.

    Args:
        dark: `uint8 (height, width)`: how dark each pixel is.
        mask: Which of them belong to it.
        floor: The largest darkness that is still paper.

    Returns:
        `uint8 (height, width)`: the ink, 255 where it is as dark as its pen; and the pen's darkness, 0…255. None and
        0 where it is too faint to be ink.
    """
    values = dark[mask > 0]
    if not len(values):
        return None, 0
    pen = quantile(values, PEN)
    if pen < FAINTEST * floor:
        return None, 0
    base = min(floor / 2, pen / 4)
    strength = np.clip((dark.astype(np.float32) - base) * (255 / (pen - base)), 0, 255)
    return np.where(mask > 0, strength, 0).astype(np.uint8), round(pen)

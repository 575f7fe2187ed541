"""Dark panels of a page, such as displays and counters: light numbers on a dark field become dark ones on paper."""

import cv2
import numpy as np

from tenfold.picture.decode import Grey
from tenfold.picture.ink import Mask, connected_components

__all__ = ["without_panels"]

DARK = 0.5
"""A panel is darker than this share of the paper's light."""

LOWEST, WIDE = 20, 1.3
"""Height of a panel, at least, in pixels, and its width, at least, in heights: a narrower one may be a bold digit."""

LARGE = 0.005
"""A panel takes up this share of its page, at least."""

RECTANGLE = 0.85
"""Share of the smallest rectangle around a panel that it fills, at least, what is written in it included."""

WRITTEN = (0.02, 0.45)
"""Share of a panel that is light, least and most: more is paper in a frame."""

RIM = 2
"""Width of a panel's blurred edge, in pixels."""


def without_panels(page: Grey, light: int) -> Grey:
    """Turn dark panels into paper, and what is light in them into ink.

    Args:
        page: `uint8 (height, width)`, dark ink on light paper but for panels.
        light: How light the paper is, 0…255.

    Returns:
        `uint8 (height, width)`; the page itself where there is no panel.
    """
    dark = np.asarray(cv2.threshold(page, DARK * light, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    height, width = page.shape
    _, labels, stats, _ = connected_components(dark)
    left, top, wide, tall, _ = stats[:, :5].T
    likely = (tall >= LOWEST) & (wide >= WIDE * tall) & (wide * tall >= LARGE * page.size)
    likely &= (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    likely[0] = False
    turned = page
    for number in np.flatnonzero(likely).tolist():
        x, y, right, below = (
            int(side) for side in np.append(stats[number, :2], stats[number, :2] + stats[number, 2:4])
        )
        panel = _filled((labels[y:below, x:right] == number).astype(np.uint8))
        if panel is not None:
            turned = page.copy() if turned is page else turned
            turned[y:below, x:right] = _turned(page[y:below, x:right], panel, light)
    return turned


def _filled(component: Mask) -> Mask | None:
    """Fill a component with what is written in it; None where it is no panel."""
    outline = max(cv2.findContours(component, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
    area = cv2.contourArea(outline)
    if area < RECTANGLE * np.prod(cv2.minAreaRect(outline)[1]):
        return None
    panel = np.asarray(cv2.drawContours(np.zeros_like(component), [outline], -1, 1, -1), np.uint8)
    written = 1 - float(component.sum()) / float(panel.sum())
    return panel if WRITTEN[0] <= written <= WRITTEN[1] else None


def _turned(part: Grey, panel: Mask, light: int) -> Grey:
    """Make the dark of a panel as light as paper, and darker what was lighter."""
    inside = np.asarray(cv2.erode(panel, np.ones((2 * RIM + 1,) * 2, np.uint8), borderValue=0), bool)
    field = float(np.median(part[inside])) if inside.any() else 0.0
    turned = np.clip(light + field - part.astype(np.float32), 0, light)
    return np.where(inside, turned, np.where(panel, light, part)).astype(np.uint8)

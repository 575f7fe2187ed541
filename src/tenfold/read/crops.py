"""Parts of a page as pictures, and pages with what was read drawn on them."""

from collections.abc import Iterable

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.page.quads import Quad, height_of, onto_rectangle, width_of
from tenfold.picture.decode import Grey

__all__ = ["annotated", "crop"]

MARGIN = 0.15
"""Margin around a crop, in heights of the number."""

BELIEVED, DOUBTED = (20, 120, 40), (200, 60, 20)
"""Colours, red green blue, of numbers that were accepted and of those for review."""


def crop(page: Grey, quad: Quad) -> Grey:
    """Cut a place out of a page, turned level, with a margin."""
    corners = np.array(quad, np.float32)
    wide, tall = max(width_of(corners), 1.0), max(height_of(corners), 1.0)
    edge = MARGIN * tall
    level = onto_rectangle(corners, wide, tall, edge)
    size = round(wide + 2 * edge), round(tall + 2 * edge)
    return np.asarray(cv2.warpPerspective(page, level, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def annotated(page: Grey, marks: Iterable[tuple[Quad, str, bool]]) -> Pillow.Image:
    """Draw on a page what was read on it.

    Args:
        page: The page.
        marks: For each number where it is, what to write there, and whether it was accepted.

    Returns:
        The page in colours: accepted numbers in green, those for review in red.
    """
    picture = Pillow.fromarray(page).convert("RGB")
    drawing = ImageDraw.Draw(picture)
    for quad, text, accepted in marks:
        colour = BELIEVED if accepted else DOUBTED
        drawing.polygon([tuple(corner) for corner in quad], outline=colour, width=3)
        height = height_of(quad)
        font = ImageFont.load_default(size=float(np.clip(0.5 * height, 12, 60)))
        drawing.text(quad[3], text, fill=colour, font=font)
    return picture

"""A strip of pictures: what a picture looked like after each step on its way to 28×28."""

from io import BytesIO

from PIL import Image as Pillow
from PIL import ImageDraw

from tenfold.arrays import SIDE
from tenfold.picture.decode import Grey
from tenfold.picture.prepare import Prepared

__all__ = ["draw_steps"]

TILE = 6 * SIDE
"""Side of each picture of the strip, in pixels: a pixel of the last one is a square of 6."""

GAP = 8
"""Distance between the pictures, in pixels."""

CAPTION = 20
"""Height of the line of words below each picture, in pixels."""


def draw_steps(prepared: Prepared) -> bytes:
    """Draw the stages of a picture's preparation side by side, each with its name below.

    Args:
        prepared: A picture made ready with `stages=True`.

    Returns:
        The bytes of a PNG file.
    """
    count = len(prepared.stages)
    strip = Pillow.new("L", (count * (TILE + GAP) + GAP, TILE + CAPTION + 2 * GAP), 225)
    words = ImageDraw.Draw(strip)
    for index, (name, picture) in enumerate(prepared.stages):
        left = GAP + index * (TILE + GAP)
        tile = _tile(picture)
        strip.paste(tile, (left + (TILE - tile.width) // 2, GAP + (TILE - tile.height) // 2))
        words.text((left + TILE // 2, TILE + GAP + CAPTION // 2), name.replace("×", "x"), fill=0, anchor="mm")
    stream = BytesIO()
    strip.save(stream, format="PNG")
    return stream.getvalue()


def _tile(picture: Grey) -> Pillow.Image:
    """Fit a picture into a tile; small ones keep their pixels square and sharp."""
    height, width = picture.shape
    scale = TILE / max(height, width)
    method = Pillow.Resampling.NEAREST if scale > 1 else Pillow.Resampling.BOX
    return Pillow.fromarray(picture).resize((max(1, round(width * scale)), max(1, round(height * scale))), method)

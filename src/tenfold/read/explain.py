"""What in a picture its answer rests on: covered patch by patch, all asked at once."""

from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias

import numpy as np
from PIL import Image as Pillow

from tenfold.arrays import SIDE, Image, Recognizer
from tenfold.picture.prepare import Prepared
from tenfold.read.digits import Digit

__all__ = ["PATCH", "Explanation", "covered", "draw_falls"]

PATCH, STRIDE = 4, 2
"""Side of a patch, and distance from one to the next, in pixels."""

LOST, GAINED = (196, 84, 0), (29, 79, 145)
"""Colours of where covering makes the answer less probable, and of where it makes it more probable."""

Falls: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True, eq=False)
class Explanation:
    """An answer, and what it rests on.

    Attributes:
        digit: The answer.
        prepared: What the network saw, and the stages that led to it.
        falls: `float32 (13, 13)`: how much less probable the answer is with a patch of 4×4 pixels covered with paper;
            patches lie 2 pixels apart, from the top left. Below 0 where it is more probable. All 0 in a blank picture.
    """

    digit: Digit
    prepared: Prepared
    falls: Falls


def covered(model: Recognizer, image: Image) -> Falls:
    """Say how much less probable a model's answer to an image is with each patch covered with paper.

    Args:
        model: The model.
        image: `uint8 (28, 28)`.

    Returns:
        As `Explanation.falls`.

    Source:
        Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2.
    """
    starts = range(0, SIDE - PATCH + 1, STRIDE)
    images = np.repeat(image[None], 1 + len(starts) ** 2, axis=0)
    for number, (top, left) in enumerate(((top, left) for top in starts for left in starts), 1):
        images[number, top : top + PATCH, left : left + PATCH] = 0
    probabilities, _ = model.digits(images)
    best = int(probabilities[0].argmax())
    falls = probabilities[0, best] - probabilities[1:, best]
    return np.asarray(falls.reshape(len(starts), len(starts)), np.float32)


def draw_falls(image: Image, falls: Falls) -> bytes:
    """Draw what an answer rests on over the image: ink in grey on white, the largest change in full colour.

    Args:
        image: `uint8 (28, 28)`.
        falls: As `Explanation.falls`; each pixel has the mean of the patches that cover it.

    Returns:
        The bytes of a PNG file of 28×28 pixels.
    """
    total, count = np.zeros((2, SIDE, SIDE))
    for (row, column), fall in np.ndenumerate(falls):
        place = np.s_[STRIDE * row : STRIDE * row + PATCH, STRIDE * column : STRIDE * column + PATCH]
        total[place] += fall
        count[place] += 1
    change = total / count
    weight = (0.85 * np.abs(change) / max(float(np.abs(change).max()), 1e-12))[..., None]
    paper = 255 - 0.6 * image[..., None].astype(float)
    colour = np.where(change[..., None] > 0, LOST, GAINED)
    stream = BytesIO()
    Pillow.fromarray(((1 - weight) * paper + weight * colour).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()

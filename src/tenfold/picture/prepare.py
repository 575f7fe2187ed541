"""Any picture of one digit to one 28×28 image that MNIST could contain, step by step."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from tenfold.arrays import SIDE, Image
from tenfold.picture.decode import LIMIT, Grey, Picture
from tenfold.picture.edges import inside_of_box, remove_edges
from tenfold.picture.frame import Ink, frame, is_framed
from tenfold.picture.ink import Mask, separate_ink
from tenfold.picture.opening import open_digit
from tenfold.picture.rules import remove_ruling_lines
from tenfold.picture.strokes import keep_digit, strengthen, thicken

__all__ = ["Prepared", "prepare", "prepare_grey"]

BLANK: Image = np.zeros((SIDE, SIDE), np.uint8)
BLANK.setflags(write=False)

WORTH_A_WORD = 0.02
"""Change of the ink, as a share of it, up to which a step is not told: it has found nothing to do."""

EDGES_REMOVED = "edges removed"
"""The step that takes away the box a digit stands in."""


@dataclass(frozen=True)
class Prepared:
    """A picture made ready for a network.

    Attributes:
        image: `uint8 (28, 28)`, 0 paper, 255 ink.
        steps: What was done to it, in order.
        stages: What it looked like on the way, each with its name; empty where not asked for.
        picture: `uint8 (height, width)`: the picture as it was opened, of a digit in a box what is inside of it; None
            where it is framed as MNIST's already, and there is nothing else to see.
        as_it_came: The picture itself, as light ink on dark paper, where it is 28×28 already; None elsewhere. A network
            may be surer of it than of what was prepared from it.
    """

    image: Image
    steps: tuple[str, ...]
    stages: tuple[tuple[str, Grey], ...] = ()
    picture: Grey | None = None
    as_it_came: Image | None = None


def prepare(picture: Picture, *, pixels: int = LIMIT, stages: bool = False, bgr: bool = False) -> Prepared:
    """Make a picture of one digit ready for a network.

    Args:
        picture: A photo, a scan, a screenshot, a drawing, a crop from a form; as `open_digit` takes it.
        pixels: How many pixels it may have.
        stages: Keep what it looked like on the way.
        bgr: An array's colours are blue, green, red.

    Returns:
        The image as MNIST has them, all paper where the picture is blank, and the steps that led to it.

    Raises:
        PictureError: It cannot be read, is no picture, or has too many or too few pixels.
    """
    grey, steps = open_digit(picture, pixels=pixels, bgr=bgr)
    prepared = prepare_grey(grey)
    shown = prepared.stages if stages else ()
    return replace(prepared, steps=(*steps, *prepared.steps), stages=shown)


def prepare_grey(grey: Grey) -> Prepared:
    """Make a picture of one digit ready for a network.

    Args:
        grey: `uint8 (height, width)` in grey, of any size, light and polarity.

    Returns:
        The image as MNIST has them, the steps and the stages.
    """
    for image, done in ((grey, ()), (255 - grey, ("inverted",))):
        if is_framed(image):
            return Prepared(image, done, (("picture", grey), ("28×28", image)))
    layer = separate_ink(grey)
    if layer is None:
        return Prepared(BLANK, (), (("picture", grey), ("28×28", BLANK)))
    steps = layer.steps
    shown: list[tuple[str, Grey]] = [("picture", grey), ("ink", layer.ink)]
    ink, mask = layer.ink, layer.mask
    chain = (
        (remove_edges, EDGES_REMOVED),
        (remove_ruling_lines, "lines removed"),
        (keep_digit, "surroundings removed"),
        (lambda ink, _: strengthen(ink, layer.grain), "strengthened"),
        (thicken, "thickened"),
    )
    for change, step in chain:
        before = cv2.sumElems(ink)[0]
        ink, mask = change(ink, mask) or (ink, mask)
        if abs(cv2.sumElems(ink)[0] - before) > WORTH_A_WORD * before:
            steps += (step,)
            shown.append((step, ink))
    if not ink.any():
        return Prepared(BLANK, steps, (*shown, ("28×28", BLANK)))
    image = frame(ink)
    as_it_came = None
    if grey.shape == image.shape:  # its polarity by its middle, where no edge of a crop reaches
        as_it_came = grey if np.median(grey[:, SIDE // 4 : -SIDE // 4]) < 128 else 255 - grey
    seen = _inside(grey, layer.mask, ink) if EDGES_REMOVED in steps else grey
    return Prepared(image, (*steps, "framed"), (*shown, ("28×28", image)), seen, as_it_came)


def _inside(grey: Grey, mask: Mask, digit: Ink) -> Grey:
    """Give what is inside of the box that a digit stands in; all of the picture where it stands in none."""
    inside = inside_of_box(mask, digit)
    if inside is None:
        return grey
    scale = len(mask) // len(grey)  # the ink of a small picture is larger
    rows, columns = (slice(each.start // scale, -(-each.stop // scale)) for each in inside)
    return grey[rows, columns]

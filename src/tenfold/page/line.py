"""Lines: pieces of pages, grey and with their surroundings, as high and as dark as a line recogniser is given them."""

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT, Line
from tenfold.page.paper import Paper, even_out
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.ink import runs_of
from tenfold.picture.light import level_quantile

__all__ = ["holds_several_lines", "leaning", "line_of", "whole_line", "wider", "width_of_line", "written_rows"]

DARKEST = 0.985
"""Share of a line's pixels that are lighter than its full ink: the others are its darkest strokes, not only specks."""

LEAST_FULL = 30
"""Darkness that becomes full ink, at least, 0…255: what is fainter all over is the paper's own noise."""

GAMMA = 0.7
"""Exponent that lifts faint ink: a stroke half as dark as the darkest becomes 0.62 of full ink."""

WIDER = 1.2
"""How much wider `wider` shows ink."""

LEANING = 0.15
"""How far to the left `leaning` shows ink for each row down: docs/log.md, "Grey lines"."""

NARROWEST, WIDEST = 8, 2048
"""Width of a line, in pixels: at least a few columns to answer in; at most sixteen times its height, which 20 digits
fill. What is wider is made narrower, not cut."""

GAP = 0.15
"""Ink of the rows between two lines, at most, as a share of that of the fullest row."""

LEAST_HEIGHT = 0.12
"""Height of a line, at least, as a share of the picture's: lower bands are dots, dashes and rests of rules."""

LOW, ROOM, LARGER = 0.42, 0.35, 3
"""LOW: a line that is lower than this share of its picture is looked at closer; numbers are drawn with 0.36 of it at
least. ROOM: what is left above and below it then, in its heights. LARGER: how much closer, at most: a speck is none."""

SMOOTHING = 24
"""Rows are averaged over this share of the picture's height, 1/24, so that a gap in a digit is no gap between lines."""


def whole_line(page: Grey) -> Line:
    """Make a picture of one number a line.

    Args:
        page: `uint8 (height, width)`, in any light, dark on light or light on dark.

    Returns:
        `uint8 (48, width)`, 0 paper, 255 ink: all of the picture, its light divided out.
    """
    return line_of(even_out(page).dark)


def line_of(dark: Ink) -> Line:
    """Scale a picture to a line's height, its darkest ink to full strength and faint ink up.

    Args:
        dark: `uint8 (height, width)`: how dark the ink is, see `tenfold.page.paper.Paper`.

    Returns:
        `uint8 (48, width)`, 8 to 2,048 pixels wide.
    """
    height, size = len(dark), (width_of_line(dark), LINE_HEIGHT)
    method = cv2.INTER_AREA if height > LINE_HEIGHT else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(dark, size, interpolation=method), np.uint8)
    full = max(LEAST_FULL, level_quantile(small, DARKEST))
    table = 255 * np.clip(np.arange(256) / full, 0, 1) ** GAMMA
    return np.asarray(cv2.LUT(small, table.astype(np.uint8)), np.uint8)


def width_of_line(dark: Ink) -> int:
    """Give the width of the line that a picture becomes, in pixels."""
    height, width = dark.shape
    return int(np.clip(round(width * LINE_HEIGHT / height), NARROWEST, WIDEST))


def wider(dark: Ink) -> Ink:
    """Show ink, `uint8 (height, width)`, a fifth wider: narrow digits are better told apart then."""
    height, width = dark.shape
    return np.asarray(cv2.resize(dark, (round(WIDER * width), height)), np.uint8)


def leaning(dark: Ink) -> Ink:
    """Show ink, `uint8 (height, width)`, leaning to the left: most people write to the right."""
    height, width = dark.shape
    lean = np.array([[1, LEANING, -LEANING * height / 2], [0, 1, 0]])
    return np.asarray(cv2.warpAffine(dark, lean, (width, height)), np.uint8)


def holds_several_lines(paper: Paper) -> bool:
    """Say whether a picture shows several lines of writing, one below another.

    A line is a band of rows that hold ink, with emptier rows above and below. What the picture's upper or lower edge
    cuts off is no line of it.

    Args:
        paper: The picture, its light divided out.
    """
    height = len(paper.dark)
    bands = [(first, last) for first, last in _bands(paper) if first > 0 and last < height]
    return sum(last - first >= LEAST_HEIGHT * height for first, last in bands) > 1


def written_rows(paper: Paper) -> slice:
    """Give the rows of a picture of one line that show it: all of them, or those around it where it is low in them.

    Args:
        paper: The picture, its light divided out.
    """
    height, bands = len(paper.dark), _bands(paper)
    top, bottom = (bands[0][0], bands[-1][1]) if bands else (0, height)
    if bottom - top >= LOW * height:
        return slice(0, height)
    free = max(ROOM * (bottom - top), (height / LARGER - (bottom - top)) / 2)
    return slice(max(0, round(top - free)), min(height, round(bottom + free)))


def _bands(paper: Paper) -> list[tuple[int, int]]:
    """Give the first row of each band of rows that hold ink, and the row behind its last."""
    ink = paper.dark.astype(np.float32)
    usual = np.median(ink, axis=1, keepdims=True)  # in a row of a rule, or of an even pattern, most pixels are ink
    profile = np.clip(ink - usual, 0, None).mean(axis=1)
    around = max(1, len(profile) // SMOOTHING)
    smooth = np.convolve(profile, np.ones(around) / around, "same")
    return [(int(first), int(last)) for first, last in runs_of(smooth > GAP * smooth.max())]

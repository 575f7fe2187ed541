"""What may be numbers on a page: rows of boxes, each digit of them as one 28×28 image, and free rows as lines."""

from dataclasses import dataclass

import numpy as np

from tenfold.arrays import Image, Line
from tenfold.page.boxes import find_boxes
from tenfold.page.cells import Cell, cells_of
from tenfold.page.free import SHOW_THROUGH, FreeRow, find_free, whole_row
from tenfold.page.line import line_of
from tenfold.page.paper import Paper
from tenfold.page.quads import Quad, cut_out
from tenfold.picture.frame import Ink, frame
from tenfold.picture.strokes import thicken

__all__ = ["FreeRow", "Part", "Row", "find_boxed", "find_free", "whole_row"]

STRONG = 115
"""Least ink that is stroke, 0…255: about half of full ink."""

DARK = 0.9
"""Quantile of the darkness of what stands in a page's boxes that is the pen's: where few boxes hold a digit, what
shows through fills many others."""

FAINT = 0.65
"""What is fainter than this, in darknesses of the pen, is doubted."""

IN_VIEW = 0.06
"""What is shown around a box, in heights of the box: about its lines."""

FEWEST = 3
"""Boxes of a row, at least, unless it is known to have fewer."""


@dataclass(frozen=True, eq=False)
class Part:
    """A box of a row.

    Attributes:
        image: `uint8 (28, 28)`; None where nothing is written.
        quad: Its corners on the page.
        line: `uint8 (48, width)`, the box as it is, its lines in view; None where nothing is written.
        faint: Whether it is far fainter than what stands in other boxes: a shadow, or what shows through, if it is not
            clearly a digit.
    """

    image: Image | None
    quad: Quad
    line: Line | None = None
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Row:
    """A row of boxes.

    Attributes:
        parts: The boxes, from left to right.
        quad: Its corners on the page, x and y in pixels, clockwise from the top left.
    """

    parts: tuple[Part, ...]
    quad: Quad


def find_boxed(paper: Paper, *, digits: int | None = None, grid: tuple[int, int] | None = None) -> list[Row]:
    """Find the rows of boxes on a page.

    Args:
        paper: The page, upright within 20 degrees, in any light.
        digits: How many boxes a row has, where that is known; rows of other lengths are left out.
        grid: How many rows and columns the grid on the page has, where that is known.

    Returns:
        The rows, from top to bottom; none where nothing was found.
    """
    rows = [
        row
        for row in find_boxes(paper, digits=digits, grid=grid)
        if row.of_digits and (row.boxes == digits if digits else row.boxes >= FEWEST)
    ]
    cells = [cells_of(row, paper.floor) for row in rows]
    pens = [cell.pen for some in cells for cell in some if cell.ink is not None]
    pen = float(np.quantile(pens, DARK)) if pens else 0.0
    return [
        Row(tuple(_part(cell, paper, pen) for cell in some), row.quad) for row, some in zip(rows, cells, strict=True)
    ]


def _part(cell: Cell, paper: Paper, pen: float) -> Part:
    if cell.ink is None or cell.pen < SHOW_THROUGH * pen:
        return Part(None, cell.quad)
    line = line_of(cut_out(paper.dark, cell.quad, IN_VIEW)[0])
    return Part(_framed(cell.ink), cell.quad, line, cell.pen < FAINT * pen)


def _framed(ink: Ink) -> Image:
    """Place the ink of one digit in 28×28; strokes too fine to survive are made thicker first."""
    thick = thicken(ink, (ink > STRONG).astype(np.uint8))
    return frame(thick[0] if thick else ink)

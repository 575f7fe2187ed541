"""What may be numbers on a page: rows of boxes and free rows, and each digit of them as one 28×28 image."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tenfold.arrays import Image
from tenfold.page.boxes import find_boxes
from tenfold.page.cells import Cell, cells_of
from tenfold.page.darkness import SHOW_THROUGH
from tenfold.page.erasing import without_lines
from tenfold.page.free import FreeRow, find_free
from tenfold.page.paper import Paper
from tenfold.page.quads import Quad
from tenfold.page.seams import Span, cut
from tenfold.picture.frame import Ink, frame
from tenfold.picture.strokes import thicken

__all__ = ["FreeRow", "Part", "Row", "Span", "find_boxed", "find_free", "parts_of"]

STRONG = 115
"""Least ink that is stroke, 0…255: about half of full ink."""

FEWEST = 3
"""Boxes of a row, at least, unless it is known to have fewer."""


@dataclass(frozen=True, eq=False)
class Part:
    """What may be one digit of a row.

    Attributes:
        image: `uint8 (28, 28)`; None where nothing is written.
        quad: Its corners on the page.
        through_ink: Whether a stroke was cut where it begins or ends.
    """

    image: Image | None
    quad: Quad
    through_ink: bool = False


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
        digits: How many boxes a row has, where that is known.
        grid: How many rows and columns the grid on the page has, where that is known.

    Returns:
        The rows, from top to bottom; none where nothing was found.
    """
    rows = [
        row
        for row in find_boxes(paper, digits=digits, grid=grid)
        if row.of_digits and (row.boxes >= FEWEST or row.boxes == digits)
    ]
    return [Row(_parts(cells_of(row, without_lines(row), paper.floor)), row.quad) for row in rows]


def _parts(cells: list[Cell]) -> tuple[Part, ...]:
    pens = [cell.pen for cell in cells if cell.ink is not None]
    usual = float(np.median(pens)) if pens else 0.0
    written = (None if cell.pen < SHOW_THROUGH * usual else cell.ink for cell in cells)
    return tuple(
        Part(None if ink is None else _framed(ink), cell.quad) for ink, cell in zip(written, cells, strict=True)
    )


def _framed(ink: Ink) -> Image:
    """Place the ink of one digit in 28×28; strokes too fine to survive are made thicker first."""
    thick = thicken(ink, (ink > STRONG).astype(np.uint8))
    return frame(thick[0] if thick else ink)


def parts_of(row: FreeRow, spans: Iterable[Span]) -> dict[Span, Part]:
    """Cut out of a free row what may be its digits.

    Args:
        row: The row.
        spans: Near which columns of its line each begins and ends.

    Returns:
        The part of each span.
    """
    corners, width = np.array(row.quad), row.mask.shape[1]

    def between(left: int, right: int, share: float) -> tuple[float, float]:
        x, y = corners[left] + (corners[right] - corners[left]) * share
        return float(x), float(y)

    parts = {}
    for span, piece in cut(row, spans).items():
        first, last = piece.left / width, piece.right / width
        quad = between(0, 1, first), between(0, 1, last), between(3, 2, last), between(3, 2, first)
        image = None if piece.ink is None or not piece.ink.any() else _framed(piece.ink)
        parts[span] = Part(image, quad, piece.through_ink)
    return parts

"""From a page to its rows of digits: in boxes, in grids, or free; each digit as one 28×28 image."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tenfold.arrays import Image
from tenfold.picture.boxes import BoxRow, Quad, find_boxes
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink, frame
from tenfold.picture.freehand import Cut, FreeRow, cut_row, find_free_rows
from tenfold.picture.paper import Paper, even_out
from tenfold.picture.strokes import thicken

__all__ = ["Part", "Row", "find_rows"]

STRONG = 115
"""Ink of this strength, of 255, is stroke."""

MOST_PARTS = 4000
"""No more parts than this are cut out of a page's free rows; the tallest rows come first."""

FEWEST = 3
"""A row has at least so many boxes, unless it is known to have fewer."""

FAINT = 0.3
"""What is fainter than this share of the usual pen of its row is show-through."""


@dataclass(frozen=True, eq=False)
class Part:
    """What may be one digit of a row.

    Attributes:
        start: The number of the place in its row where it begins, from 0.
        end: The number of the place where it ends.
        image: `uint8 (28, 28)`; None for an empty box.
        quad: Its corners on the page.
        crossed: How much ink was cut through, in widths of the pen.
        small: Whether it may be a comma, a point or a dash.
    """

    start: int
    end: int
    image: Image | None
    quad: Quad
    crossed: float = 0.0
    small: bool = False


@dataclass(frozen=True, eq=False)
class Row:
    """A row of digits: places from 0 to `places - 1`, and the parts between them.

    Attributes:
        kind: In boxes there is one part between each two places; a free row has many, for reading to choose from.
        parts: What may be its digits.
        places: How many places there are, both ends included.
        quad: Its corners on the page, x and y in pixels, clockwise from the top left.
    """

    kind: Literal["boxes", "free"]
    parts: tuple[Part, ...]
    places: int
    quad: Quad


def find_rows(page: Grey, *, digits: int | None = None, grid: tuple[int, int] | None = None) -> list[Row]:
    """Find the rows of digits on a page.

    Boxes are looked for first; where there are any, what stands free on the page is taken for print.

    Args:
        page: `uint8 (height, width)`, upright within 20 degrees, in any light.
        digits: How many digits, or boxes, a row has, where that is known.
        grid: How many rows and columns the grid on the page has, where that is known.

    Returns:
        The rows, from top to bottom; none where nothing was found.
    """
    paper = even_out(page)
    boxes = find_boxes(paper, digits=digits, grid=grid)
    likely = [row for row in boxes if row.of_digits and (len(row.cells) >= FEWEST or len(row.cells) == digits)]
    rows = [_box_row(row) for row in likely]
    if grid or any(part.image is not None for row in rows for part in row.parts):
        return rows
    return _free_rows(paper) or rows


def _box_row(row: BoxRow) -> Row:
    fills = [cell.fill for cell in row.cells if cell.ink is not None]
    usual = float(np.median(fills)) if fills else 0.0
    parts = tuple(
        Part(
            place,
            place + 1,
            None if cell.ink is None or cell.fill < FAINT * usual else framed(cell.ink),
            cell.quad,
        )
        for place, cell in enumerate(row.cells)
    )
    return Row("boxes", parts, len(parts) + 1, row.quad)


def framed(ink: Ink) -> Image:
    """Place the ink of one digit in 28×28; strokes too fine to survive are made thicker first."""
    thick = thicken(ink, (ink > STRONG).astype(np.uint8))
    return frame(thick[0] if thick else ink)


def _free_rows(paper: Paper) -> list[Row]:
    rows = sorted(find_free_rows(paper.dark, paper.floor), key=lambda row: -_height(row))
    found, parts = [], 0
    for row in rows:
        cuts, places = cut_row(row)
        parts += len(cuts)
        if parts > MOST_PARTS:
            break
        if cuts:
            found.append(Row("free", tuple(_part(row, cut) for cut in cuts), places, row.quad))
    return sorted(found, key=lambda row: float(np.mean(row.quad, axis=0)[1]))


def _height(row: FreeRow) -> float:
    return float(np.linalg.norm(np.subtract(row.quad[3], row.quad[0])))


def _part(row: FreeRow, cut: Cut) -> Part:
    corners = np.array(row.quad)
    width = row.mask.shape[1]

    def between(left: int, right: int, share: float) -> tuple[float, float]:
        x, y = corners[left] + (corners[right] - corners[left]) * share
        return float(x), float(y)

    first, last = cut.left / width, cut.right / width
    quad = between(0, 1, first), between(0, 1, last), between(3, 2, last), between(3, 2, first)
    return Part(cut.start, cut.end, framed(cut.ink), quad, cut.crossed, cut.small)

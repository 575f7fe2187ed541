"""From a page to its rows of digits: in boxes, in grids, or free; each digit as one 28×28 image."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tenfold.arrays import Image
from tenfold.page.boxes import BoxRow, Quad, find_boxes, height_of
from tenfold.page.free import FreeRow, Span, cut, find_free_rows
from tenfold.page.paper import Paper
from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink, frame
from tenfold.picture.strokes import thicken

__all__ = ["FreeRow", "Part", "Row", "Span", "find_boxed", "find_free", "parts_of"]

STRONG = 115
"""Ink of this strength, of 255, is stroke."""

MOST_ROWS = 200
"""No more free rows than this are told of a page; the tallest come first."""

FEWEST = 3
"""A row has at least so many boxes, unless it is known to have fewer."""

BESIDE, EDGE = 0.4, 0.8
"""Paper is looked at so many heights of a row to each side, and one side is no darker than this share of the other."""

NARROW, STROKE = 0.5, 0.75
"""An edge of the paper is at most so many times as wide as high, and not so much darker than its darker side."""

FAINT = 0.3
"""What is fainter than this share of the usual pen of its row is show-through."""


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
    return [
        _box_row(row)
        for row in find_boxes(paper, digits=digits, grid=grid)
        if row.of_digits and (len(row.cells) >= FEWEST or len(row.cells) == digits)
    ]


def find_free(page: Grey, paper: Paper) -> list[FreeRow]:
    """Find what may be rows of digits without boxes.

    Args:
        page: `uint8 (height, width)`, upright within 15 degrees.
        paper: The same with its light divided out.

    Returns:
        The rows, from top to bottom; most of what is on a page is none, which a network of rows sees.
    """
    found = [row for row in find_free_rows(paper.dark, paper.floor) if not _is_edge(page, row)]
    tallest = sorted(found, key=lambda row: -height_of(row.quad))[:MOST_ROWS]
    return sorted(tallest, key=lambda row: float(np.mean(row.quad, axis=0)[1]))


def _box_row(row: BoxRow) -> Row:
    fills = [cell.fill for cell in row.cells if cell.ink is not None]
    usual = float(np.median(fills)) if fills else 0.0
    parts = tuple(
        Part(None if cell.ink is None or cell.fill < FAINT * usual else framed(cell.ink), cell.quad)
        for cell in row.cells
    )
    return Row(parts, row.quad)


def framed(ink: Ink) -> Image:
    """Place the ink of one digit in 28×28; strokes too fine to survive are made thicker first."""
    thick = thicken(ink, (ink > STRONG).astype(np.uint8))
    return frame(thick[0] if thick else ink)


def _is_edge(page: Grey, row: FreeRow) -> bool:
    """Say whether a row is an edge of the paper: narrow, and between two sides that are not equally light.

    A stroke is darker than both, even where a shadow ends beside it.
    """
    tall, wide = height_of(row.quad), float(np.linalg.norm(np.subtract(row.quad[1], row.quad[0])))
    if wide > NARROW * tall:
        return False
    left, right = (int(edge) for edge in (min(x for x, _ in row.quad), max(x for x, _ in row.quad)))
    top, bottom = (int(edge) for edge in (min(y for _, y in row.quad), max(y for _, y in row.quad)))
    reach = max(3, round(BESIDE * tall))
    rows = slice(max(0, top), bottom + 1)
    sides = [page[rows, max(0, left - reach) : max(0, left)], page[rows, right + 1 : right + 1 + reach]]
    if not all(side.size for side in sides):
        return True
    darker, lighter = sorted(float(np.median(side)) for side in sides)
    stroke = float(np.median(page[rows, max(0, left) : right + 1].min(axis=1)))
    return darker < EDGE * lighter and stroke > STROKE * darker


def parts_of(row: FreeRow, spans: Iterable[Span]) -> dict[Span, Part]:
    """Cut out of a free row what may be its digits.

    Args:
        row: The row.
        spans: Near which columns of its strip each begins and ends.

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
        image = None if piece.ink is None or not piece.ink.any() else framed(piece.ink)
        parts[span] = Part(image, quad, piece.through_ink)
    return parts

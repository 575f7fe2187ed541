"""A first form, made from an example of its page."""

from collections.abc import Iterable

import numpy as np

from tenfold.arrays import Recognizer
from tenfold.errors import DataError
from tenfold.page.align import anchors_of
from tenfold.page.layout import find_boxed
from tenfold.page.paper import even_out
from tenfold.page.quads import Quad
from tenfold.picture.decode import Grey
from tenfold.read.forms import Field, Form
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page

__all__ = ["form_of"]


def form_of(model: Recognizer, page: Grey) -> Form:
    """Make a form of a page: a field for each row of boxes; on a page without boxes for each number that stands free.

    Args:
        model: Reads the page, where it has no boxes.
        page: `uint8 (height, width)`, upright, filled in or empty.

    Raises:
        DataError: Neither boxes nor numbers were found.
    """
    height, width = page.shape
    paper = even_out(page)
    fields = [
        Field(f"field{number}", _region(row.quad, width, height), "boxes", len(row.parts))
        for number, row in enumerate(find_boxed(paper), 1)
    ]
    if not fields:
        fields = [
            Field(f"field{number}", _region(row.quad, width, height, margin=0.5), "free")
            for number, row in enumerate(read_page(model, page, NumberOptions()), 1)
        ]
    if not fields:
        raise DataError("neither rows of boxes nor numbers were found on this page: a form cannot be made of it")
    return Form(width, height, tuple(fields), tuple(anchors_of(paper)))


def _region(quad: Quad, width: int, height: int, margin: float = 0.0) -> tuple[float, float, float, float]:
    """Give the upright rectangle around a place, and a share of its height more on all sides."""
    corners = np.array(quad)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    more = margin * (bottom - top)

    def shares(values: Iterable[float], whole: int) -> list[float]:
        return [round(float(np.clip(value / whole, 0, 1)), 4) for value in values]

    (left, right), (top, bottom) = (
        shares((left - more, right + more), width),
        shares((top - more, bottom + more), height),
    )
    return left, top, right, bottom

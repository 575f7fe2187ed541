"""A first form, made from examples of its page."""

from collections.abc import Iterable, Sequence
from itertools import chain, count

import numpy as np

from tenfold.arrays import Recognizer
from tenfold.errors import DataError
from tenfold.page.align import Anchor, anchors_of, shared
from tenfold.page.ink_kinds import look_at
from tenfold.page.layout import find_boxed
from tenfold.page.quads import Quad, lies_in
from tenfold.picture.decode import Grey
from tenfold.picture.pdf import TextField
from tenfold.read.forms import MOST_DIGITS, PAGE_COLUMNS, Field, Form
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.rows import ReadRow, read_boxes

__all__ = ["form_of"]


def form_of(model: Recognizer, page: Grey, *others: Grey, named: Sequence[TextField] = ()) -> Form:
    """Make a form of a page.

    It has the text fields of the page's PDF; where there are none, a field for each row of boxes; on a page without
    boxes one for each number that stands free.

    Args:
        model: Reads the page.
        page: `uint8 (height, width)`, upright, filled in or empty.
        others: More pages of the same form: then only rows of boxes that most of them show are fields, and what other
            pages are laid on by.
        named: The text fields of its PDF.

    Raises:
        DataError: Neither boxes nor numbers were found, or no row of boxes is on most of the pages.
    """
    height, width = page.shape
    anchors, boxed = _boxes_of(model, page)
    if others and anchors:
        anchors = shared(anchors, [anchors_of(look_at(other)[0]) for other in others])
        boxed = [row for row in boxed if any(lies_in(row.quad, anchor.quad) for anchor in anchors)]
        if not anchors:
            raise DataError("most of these pages have no row of boxes in the same place: are they one form?")
    fields = _of_text_fields(named) or [
        Field(f"field{number}", _region(row.quad, width, height), "boxes", len(row.readings[0].text))
        for number, row in enumerate(boxed, 1)
    ]
    if not fields:
        fields = [
            Field(f"field{number}", _region(row.quad, width, height, margin=0.5), "free")
            for number, row in enumerate(read_page(model, page, NumberOptions()), 1)
        ]
    if not fields:
        raise DataError("neither rows of boxes nor numbers were found on this page: a form cannot be made of it")
    return Form(width, height, tuple(fields), tuple(anchors))


def _boxes_of(model: Recognizer, page: Grey) -> tuple[list[Anchor], list[ReadRow]]:
    """Find the rows of boxes of a page, and read those for digits."""
    paper, _ = look_at(page)
    return anchors_of(paper), read_boxes(model, find_boxed(paper))


def _of_text_fields(named: Sequence[TextField]) -> list[Field]:
    """Make fields of those of a PDF, each under a name of its own."""
    taken = set(PAGE_COLUMNS)
    fields = []
    for number, each in enumerate(named, 1):
        first = each.name or f"field{number}"
        names = chain([first], (f"{first} {again}" for again in count(2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        digits = each.length if each.boxes and each.length and each.length <= MOST_DIGITS else None
        fields.append(Field(name, each.region, "boxes" if each.boxes else "free", digits))
    return fields


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

"""What was read becomes reviews: what a person is shown, what can be learned from it, and the wait for the disk."""

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from starlette.concurrency import run_in_threadpool

from tenfold.arrays import SIDE, Images
from tenfold.errors import DataError
from tenfold.picture.decode import Grey
from tenfold.picture.opening import open_pages
from tenfold.read.numbers import Number
from tenfold.read.options import NumberOptions
from tenfold.read.pages import ReadRow, read_page
from tenfold.read.reader import Reader
from tenfold.serve.routes.digits import as_png, read_digit
from tenfold.serve.store import NewReview
from tenfold.serve.wire.problems import Problem

__all__ = ["digit_review", "number_review", "picture_of_number_review", "stored"]

T = TypeVar("T")

log = logging.getLogger("tenfold.serve")


async def stored(use: Callable[[], T]) -> T:
    """Use the store in a thread of its own: it waits for the disk.

    Raises:
        Problem: The store cannot be used at this moment.
    """
    try:
        return await run_in_threadpool(use)
    except DataError as error:
        log.error("%s: %s", error, error.__cause__)
        raise Problem("busy", f"{error} at this moment; nothing was kept, send it again") from error


def digit_review(
    reader: Reader, content: bytes, *, pixels: int, model: str, name: str | None = None, label: str | None = None
) -> NewReview:
    """Read a picture of one digit, and make a review of it.

    Args:
        reader: What reads.
        content: The bytes of a picture file.
        pixels: How many pixels it may have.
        model: What the model that reads is called.
        name: The picture's name.
        label: What it shows, where somebody said so.

    Raises:
        PictureError: It cannot be read.
    """
    digit, prepared = read_digit(reader, content, pixels=pixels)
    return NewReview(
        crop=as_png(prepared.stages[0][1]),
        images=prepared.image[None],
        guess=digit.digit,
        probability=digit.probability,
        reason=digit.reason,
        model=model,
        name=name,
        label=label,
    )


def picture_of_number_review(
    reader: Reader, content: bytes, *, pixels: int, model: str, name: str | None = None, label: str | None = None
) -> NewReview:
    """Read a picture of one whole number, and make a review of it; arguments and errors as for `digit_review`.

    Where there is not exactly one number in the picture, there is no guess.
    """
    page = next(open_pages(content, pixels=pixels))
    options = NumberOptions()
    rows = read_page(reader.model, page, options)
    if len(rows) == 1:
        [number] = reader.decide(rows, options)
        return number_review(number, rows[0], page, model=model, name=name, label=label)
    return NewReview(
        crop=as_png(page),
        images=np.zeros((0, SIDE, SIDE), np.uint8),
        guess=None,
        probability=0.0,
        reason="blank" if not rows else "not-a-digit",
        model=model,
        name=name,
        label=label,
    )


def number_review(
    number: Number, row: ReadRow, crop: Grey, *, model: str, name: str | None = None, label: str | None = None
) -> NewReview:
    """Make a review of a number on a page.

    Args:
        number: What the row says.
        row: What was read.
        crop: `uint8 (height, width)`: what a person is shown.
        model: What the model that read it is called.
        name: The page's file name.
        label: What it is, where somebody said so.
    """
    return NewReview(
        crop=as_png(crop),
        images=_cut_digits(row),
        guess=number.text,
        probability=number.probability,
        reason=number.reason,
        model=model,
        name=name,
        page=number.page,
        label=label,
    )


def _cut_digits(row: ReadRow) -> Images:
    """Give what the network saw of each box of a row, blank where it is empty: `uint8 (n, 28, 28)`.

    Nothing of a free row: what a person types says nothing about where to cut it.
    """
    if row.kind == "free":
        return np.zeros((0, SIDE, SIDE), np.uint8)
    blank = np.zeros((SIDE, SIDE), np.uint8)
    return np.stack([blank if sign.image is None else sign.image for sign in row.readings[0].signs])

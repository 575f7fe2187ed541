"""From what was read to new entries of the review queue: what a person is shown, and what can be learned from it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tenfold.arrays import SIDE, Images
from tenfold.picture.decode import Grey
from tenfold.picture.opening import open_pages
from tenfold.picture.prepare import Prepared
from tenfold.read.digits import Digit
from tenfold.read.numbers import Number
from tenfold.read.pages import read_page
from tenfold.read.reader import Reader
from tenfold.read.rows import ReadRow
from tenfold.serve.store import NewReview
from tenfold.serve.wire.pictures import SentPicture, as_png

__all__ = ["digit_review", "number_review", "picture_of_number_review", "prepared_digit_review"]

LEAST = 0.001
"""Least probability of a class that is offered to whoever reviews."""

NO_IMAGES: Images = np.zeros((0, SIDE, SIDE), np.uint8)


def digit_review(reader: Reader, picture: SentPicture, *, pixels: int, model: str) -> NewReview:
    """Read a picture of one digit, and make a review of it.

    Args:
        reader: What reads.
        picture: The picture.
        pixels: How many pixels it may have.
        model: The name of the model that reads.

    Raises:
        PictureError: It cannot be read.
    """
    prepared = reader.prepare(picture.content, pixels=pixels, stages=True)
    [digit] = reader.read([prepared])
    return prepared_digit_review(digit, prepared, reader.model.classes, name=picture.name, model=model)


def prepared_digit_review(
    digit: Digit, prepared: Prepared, classes: Sequence[str], *, name: str | None, model: str
) -> NewReview:
    """Make a review of a digit, one of `classes`, that was read in a picture made ready with its stages."""
    return NewReview(
        crop=as_png(prepared.stages[0][1]),
        images=prepared.image[None],
        guess=digit.digit,
        probability=digit.probability,
        reason=digit.reason,
        model=model,
        name=name,
        alternatives=_ranked(digit.probabilities, classes),
    )


def _ranked(probabilities: Sequence[float], classes: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Give the classes that a digit may be, the most probable first."""
    ranked = sorted(zip(classes, probabilities, strict=True), key=lambda each: -each[1])
    return tuple((name, round(share, 6)) for name, share in ranked if share >= LEAST)


def picture_of_number_review(reader: Reader, picture: SentPicture, *, pixels: int, model: str) -> NewReview:
    """Read a picture of one whole number, and make a review of it; arguments and errors as for `digit_review`.

    Where there is not exactly one number in the picture, there is no guess.
    """
    page = next(open_pages(picture.content, pixels=pixels))
    options = reader.options()
    rows = read_page(reader.model, page, options)
    if len(rows) == 1:
        [number] = reader.decide(rows, options)
        return replace(number_review(number, rows[0], page, model=model), name=picture.name)
    return NewReview(
        crop=as_png(page),
        images=NO_IMAGES,
        guess=None,
        probability=0.0,
        reason="not-a-digit" if rows else "blank",
        model=model,
        name=picture.name,
    )


def number_review(number: Number, row: ReadRow, crop: Grey, *, model: str) -> NewReview:
    """Make a review of a number on a page.

    Args:
        number: What the row says.
        row: The row.
        crop: `uint8 (height, width)`: what a person is shown.
        model: The name of the model that read it.
    """
    return NewReview(
        crop=as_png(crop),
        images=_images_of_boxes(row),
        guess=number.text,
        probability=number.probability,
        reason=number.reason,
        model=model,
        name=number.file or None,
        page=number.page,
        alternatives=tuple((reading.text, round(reading.probability, 6)) for reading in row.readings),
    )


def _images_of_boxes(row: ReadRow) -> Images:
    """Give the image of each box of a row as the network saw it, blank where it is empty: `uint8 (n, 28, 28)`.

    A free row has none: what a person types does not say where to cut it.
    """
    if row.kind != "boxes":
        return NO_IMAGES
    blank = np.zeros((SIDE, SIDE), np.uint8)
    signs = row.says.signs(row.readings[0].text)
    return np.stack([blank if sign.image is None else sign.image for sign in signs])

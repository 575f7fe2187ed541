"""`/v1/reviews`: the review queue: what people said of what was read, and what waits for them."""

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO, StringIO
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from tenfold.arrays import Recognizer
from tenfold.data.folders import LABELS_FILE, encode_image
from tenfold.errors import PictureError
from tenfold.picture.sandbox import kind_of
from tenfold.read.options import MOST_DIGITS
from tenfold.read.readings import EMPTY
from tenfold.serve.audits import AUDIT, Audits, blind
from tenfold.serve.live import LiveReader
from tenfold.serve.new_reviews import digit_review, picture_of_number_review
from tenfold.serve.options import Limits
from tenfold.serve.store import Review, ReviewStore
from tenfold.serve.wire.pictures import FORM_TYPE, SentPicture, is_form, read_form, shown_name
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["DIGIT", "HIGHEST_NUMBER", "NUMBER", "ReviewAnswer", "check_label", "review_routes"]

T = TypeVar("T")

HIGHEST_NUMBER = 2**31 - 1

Number = Annotated[int, Path(ge=1, le=HIGHEST_NUMBER, description="The review's number.")]

DIGIT: Literal["digit"] = "digit"
NUMBER: Literal["number"] = "number"
"""What a picture may show: one digit, or one whole number."""

MOST_SIGNS = 2 * MOST_DIGITS
"""Most signs of a number's label: its digits, and as many signs beside them."""

EXAMPLE = {
    "id": 23,
    "created": "2026-11-22T21:03:11+00:00",
    "name": "form-17.png",
    "page": 1,
    "guess": "7",
    "probability": 0.62,
    "reason": "uncertain",
    "label": None,
    "decided": None,
    "model": "reader",
}

LABEL = (
    f"A class of the model, or `{EMPTY}` for none of them; for a number as it is written, in signs of the model's "
    f"alphabet; for one in boxes a class for each, `{EMPTY}` for an empty one."
)

FORM = {
    "type": "object",
    "required": ["picture"],
    "properties": {
        "picture": {"type": "string", "format": "binary"},
        "label": {"type": "string", "description": f"What it shows; without it a person is asked. {LABEL}"},
        "kind": {"type": "string", "enum": [DIGIT, NUMBER], "description": "One digit, or one whole number."},
    },
}


class ReviewAnswer(BaseModel):
    """One thing to look at, or looked at."""

    id: int
    created: str = Field(description="ISO 8601, UTC.")
    name: str | None = Field(description="The picture's file name.")
    page: int
    guess: str | None = Field(description="What was read; null where nothing was, and where `reason` is `audit`.")
    probability: float
    reason: str | None = Field(
        description="Why the guess was not accepted; `audit`: it was, and is of the blind sample that is said again."
    )
    label: str | None = Field(description="What a person says it is; null where nobody said yet.")
    decided: str | None = Field(description="When that was said.")
    model: str = Field(description="The name of the model that read it.")


class Waiting(BaseModel):
    """What waits to be looked at, oldest first."""

    left: int = Field(description="How many wait in all.")
    reviews: list[ReviewAnswer] = Field(examples=[[EXAMPLE]])


class Decision(BaseModel):
    """What a person says it is."""

    label: str | None = Field(description=f"{LABEL} null to ask again.")


def review_routes(live: LiveReader, work: Work, store: ReviewStore, audits: Audits, limits: Limits) -> APIRouter:
    """Give the routes under `/v1/reviews`."""
    routes = APIRouter(prefix="/v1/reviews", tags=["review"])

    @routes.get("", response_model=Waiting)
    async def list_reviews(
        after: Annotated[int, Query(ge=0, le=HIGHEST_NUMBER, description="Only those with a higher number.")] = 0,
        most: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    ) -> JSONResponse:
        """Give what waits to be looked at."""
        left = await work.stored(store.left)
        waiting = await work.stored(lambda: store.waiting(after=after, most=most))
        return JSONResponse({"left": left, "reviews": [blind(review).to_dict() for review in waiting]})

    @routes.post(
        "",
        status_code=201,
        response_model=ReviewAnswer,
        openapi_extra={"requestBody": {"required": True, "content": {FORM_TYPE: {"schema": FORM}}}},
    )
    async def add_review(request: Request) -> JSONResponse:
        """Keep a picture with what it shows, or for a person to say so.

        The answer comes when the disk has it.
        """
        picture, kind, label = await _sent(request, limits)
        reader = live.reader() if kind == DIGIT else live.number_reader()
        if label is not None:
            check_label(label, reader.model, [kind])
        read = digit_review if kind == DIGIT else picture_of_number_review
        try:
            job = partial(read, reader, picture, pixels=limits.pixels, model=live.name)
            [new] = await work.run([job], apart=[bool(kind_of(picture.content))])
        except PictureError as error:
            raise Problem("not-readable", str(error)) from error
        [review] = await work.stored(lambda: store.add(replace(new, label=label)))
        return JSONResponse(review.to_dict(), 201)

    @routes.put("/{number}", response_model=ReviewAnswer)
    async def decide(number: Number, decision: Decision) -> JSONResponse:
        """Say what a picture shows. The answer comes when the disk has it."""
        if decision.label is not None:
            check_label(decision.label, live.model, [DIGIT, NUMBER])
        review: Review | None = await work.stored(lambda: store.decide(number, decision.label))
        if _found(review).reason == AUDIT:
            await work.stored(lambda: audits.found(live.model))  # an alarm goes into the log at once
        return JSONResponse(blind(_found(review)).to_dict())

    @routes.get("/{number}/crop", response_class=Response, responses={200: {"content": {"image/png": {}}}})
    async def crop(number: Number) -> Response:
        """Give what a person is shown."""
        return Response(_found(await work.stored(lambda: store.crop(number))), media_type="image/png")

    @routes.get("/export.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    async def export_csv() -> Response:
        """Give all reviews as CSV."""
        return _download(await work.stored(store.as_csv), "reviews.csv", "text/csv")

    @routes.get("/export.zip", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
    async def export_examples() -> Response:
        """Give what people said as a data set, which `tenfold train --data FOLDER` reads once it is unzipped."""
        return _download(
            await work.stored(lambda: _zipped(store, live.model.classes)), "reviews.zip", "application/zip"
        )

    return routes


async def _sent(request: Request, limits: Limits) -> tuple[SentPicture, Literal["digit", "number"], str | None]:
    """Take a picture, its kind and its label out of a form."""
    if not is_form(request):
        raise Problem("wrong-type", f"expected a form, {FORM_TYPE}")
    async with read_form(request, limits) as form:
        picture, label, kind = form.get("picture"), form.get("label"), form.get("kind", DIGIT)
        if not isinstance(picture, UploadFile):
            raise Problem("bad-request", "expected a picture as a part with a file name")
        if isinstance(label, UploadFile):
            raise Problem("bad-request", "expected a label as text, got a file")
        if kind != DIGIT and kind != NUMBER:
            raise Problem("not-allowed", f"expected a kind of {DIGIT} or {NUMBER}")
        return SentPicture(shown_name(picture.filename), await picture.read()), kind, label


def check_label(label: str, model: Recognizer, kinds: Sequence[str]) -> None:
    """Check that a label is one that the model could read, as a digit or as a number.

    Raises:
        Problem: It is not.
    """
    expected = []
    if DIGIT in kinds:
        if label in (*model.classes, EMPTY):
            return
        expected.append(f"one of {', '.join(model.classes)}, or {EMPTY} for none of them")
    if NUMBER in kinds and model.alphabet:
        if _is_number(label, model):
            return
        beside = "".join(sign for sign in model.alphabet if sign not in model.classes)
        expected.append(
            f"1 to {MOST_DIGITS} of {', '.join(model.classes)}"
            + (f" with signs of {beside!r} beside them" if beside else "")
            + f"; or of as many boxes, with {EMPTY} for an empty one"
        )
    raise Problem("not-allowed", f"expected a label of {'; or of '.join(expected)}")


def _is_number(label: str, model: Recognizer) -> bool:
    """Say whether a label is a number as it is written, or the digits of a row of boxes."""
    boxes = {*model.classes, EMPTY}
    digits = sum(sign in boxes for sign in label)
    signs = boxes if EMPTY in label else set(model.alphabet)
    return 1 <= digits <= MOST_DIGITS and len(label) <= MOST_SIGNS and set(label) <= signs and label == label.strip()


def _found(thing: T | None) -> T:
    if thing is None:
        raise Problem("not-found", "there is no review of this number")
    return thing


def _zipped(store: ReviewStore, classes: Sequence[str]) -> bytes:
    images, labels = store.examples(classes)
    stream, table = BytesIO(), StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "label"])
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            archive.writestr(f"{index:06}.png", encode_image(image))
            rows.writerow([f"{index:06}.png", label])
        archive.writestr(LABELS_FILE, table.getvalue())
    return stream.getvalue()


def _download(content: str | bytes, name: str, media_type: str) -> Response:
    return Response(content, headers={"content-disposition": f'attachment; filename="{name}"'}, media_type=media_type)

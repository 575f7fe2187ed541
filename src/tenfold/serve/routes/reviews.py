"""`/v1/reviews`: what people said of what was read, and what waits for them."""

import csv
import re
import zipfile
from io import BytesIO, StringIO
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from tenfold.data.folders import LABELS_FILE, encode_image
from tenfold.errors import PictureError
from tenfold.serve.live import LiveReader
from tenfold.serve.new_reviews import digit_review, picture_of_number_review, stored
from tenfold.serve.options import Limits
from tenfold.serve.store import EMPTY_BOX, Review, ReviewStore
from tenfold.serve.wire.pictures import FORM_TYPE, is_form, read_form, shown_name
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["review_routes"]

T = TypeVar("T")

HIGHEST_NUMBER = 2**31 - 1

Number = Annotated[int, Path(ge=1, le=HIGHEST_NUMBER, description="The review's number.")]

LABEL = r"^[0-9_]{1,64}$"

NUMBER = "number"
KINDS = ("digit", NUMBER)
"""What a picture may show."""

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

FORM = {
    "type": "object",
    "required": ["picture"],
    "properties": {
        "picture": {"type": "string", "format": "binary"},
        "label": {"type": "string", "pattern": LABEL, "description": "What it shows; without it a person is asked."},
        "kind": {"type": "string", "enum": list(KINDS), "description": "One digit, or one whole number."},
    },
}


class ReviewAnswer(BaseModel):
    """One thing to look at, or looked at."""

    id: int
    created: str = Field(description="ISO 8601, UTC.")
    name: str | None = Field(description="The picture's file name.")
    page: int
    guess: str | None = Field(description="What was read.")
    probability: float
    reason: str | None = Field(description="Why the guess was not accepted.")
    label: str | None = Field(description="What a person says it is; `_` stands for no digit.")
    decided: str | None = Field(description="When that was said.")
    model: str = Field(description="What the model that read it is called.")


class Waiting(BaseModel):
    """What waits to be looked at, oldest first."""

    left: int = Field(description="How many wait in all.")
    reviews: list[ReviewAnswer] = Field(examples=[[EXAMPLE]])


class Decision(BaseModel):
    """What a person says it is."""

    label: str | None = Field(pattern=LABEL, description="The digits; `_` for no digit; null to ask again.")


def review_routes(live: LiveReader, work: Work, store: ReviewStore, limits: Limits) -> APIRouter:
    """Give the routes under `/v1/reviews`."""
    routes = APIRouter(prefix="/v1/reviews", tags=["review"])

    @routes.get("", response_model=Waiting)
    async def list_reviews(
        after: Annotated[int, Query(ge=0, le=HIGHEST_NUMBER, description="Only those with a higher number.")] = 0,
        most: Annotated[int, Query(ge=1, le=200, description="How many.")] = 50,
    ) -> JSONResponse:
        """Give what waits to be looked at."""
        left = await stored(store.left)
        waiting = await stored(lambda: store.waiting(after=after, most=most))
        return JSONResponse({"left": left, "reviews": [review.to_dict() for review in waiting]})

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
        picture, name, label, of_number = await _sent(request, limits)
        reader = live.reader()
        read = picture_of_number_review if of_number else digit_review
        try:
            [new] = await work.run(
                [lambda: read(reader, picture, pixels=limits.pixels, model=live.name, name=name, label=label)]
            )
        except PictureError as error:
            raise Problem("not-readable", str(error)) from error
        [review] = await stored(lambda: store.add(new))
        return JSONResponse(review.to_dict(), 201)

    @routes.put("/{number}", response_model=ReviewAnswer)
    async def decide(number: Number, decision: Decision) -> JSONResponse:
        """Say what a picture shows. The answer comes when the disk has it."""
        review: Review | None = await stored(lambda: store.decide(number, decision.label))
        return JSONResponse(_found(review).to_dict())

    @routes.get("/{number}/crop", response_class=Response, responses={200: {"content": {"image/png": {}}}})
    async def crop(number: Number) -> Response:
        """Give what a person is shown."""
        return Response(_found(await stored(lambda: store.crop(number))), media_type="image/png")

    @routes.get("/export.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    async def export_csv() -> Response:
        """Give all reviews as CSV."""
        return _download(await stored(store.as_csv), "reviews.csv", "text/csv")

    @routes.get("/export.zip", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
    async def export_examples() -> Response:
        """Give what people said as a data set, which `tenfold train --data FOLDER` reads once it is unzipped."""
        return _download(await stored(lambda: _zipped(store)), "reviews.zip", "application/zip")

    return routes


async def _sent(request: Request, limits: Limits) -> tuple[bytes, str | None, str | None, bool]:
    """Take a picture, its name, its label, and whether it shows a whole number out of a form."""
    if not is_form(request):
        raise Problem("wrong-type", f"expected a form, {FORM_TYPE}")
    async with read_form(request, limits) as form:
        picture, label, kind = form.get("picture"), form.get("label"), form.get("kind", KINDS[0])
        if not isinstance(picture, UploadFile):
            raise Problem("bad-request", "expected a picture as a part with a file name")
        if label is not None and not (isinstance(label, str) and re.fullmatch(LABEL, label)):
            raise Problem("not-allowed", f"expected a label of digits, or {EMPTY_BOX} for no digit")
        if kind not in KINDS:
            raise Problem("not-allowed", f"expected a kind of {' or '.join(KINDS)}")
        return await picture.read(), shown_name(picture.filename), label, kind == NUMBER


def _found(thing: T | None) -> T:
    if thing is None:
        raise Problem("not-found", "there is no review of this number")
    return thing


def _zipped(store: ReviewStore) -> bytes:
    images, labels = store.examples()
    stream, table = BytesIO(), StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "label"])
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            archive.writestr(f"{index:06}.png", encode_image(image))
            rows.writerow([f"{index:06}.png", label])
        archive.writestr(LABELS_FILE, table.getvalue())
    return stream.getvalue()


def _download(content: str | bytes, name: str, kind: str) -> Response:
    return Response(content, headers={"content-disposition": f'attachment; filename="{name}"'}, media_type=kind)

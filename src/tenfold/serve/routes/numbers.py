"""`POST /v1/numbers`: the numbers on pages."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from PIL import Image as Pillow
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey
from tenfold.picture.opening import count_pages, open_pages
from tenfold.read.crops import crop
from tenfold.read.numbers import Number
from tenfold.read.pages import ReadRow, read_page
from tenfold.read.reader import Reader
from tenfold.serve.live import LiveReader
from tenfold.serve.new_reviews import number_review, stored
from tenfold.serve.options import Limits
from tenfold.serve.routes.digits import FailedPicture
from tenfold.serve.store import NewReview, ReviewStore
from tenfold.serve.wire.metrics import Metrics
from tenfold.serve.wire.pages import Asked, SentPages, describe_pages, sent_pages
from tenfold.serve.wire.pictures import SentPicture
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["number_routes"]

QUALITY = 80
"""Of the JPEG that shows a page."""

QUAD = [[212.0, 318.0], [751.5, 318.0], [751.5, 378.0], [212.0, 378.0]]

EXAMPLE = {
    "file": "form.pdf",
    "page": 1,
    "row": 0,
    "field": None,
    "text": "781528989",
    "probability": 0.97,
    "accepted": True,
    "reason": None,
    "quad": QUAD,
    "digits": [{"digit": "7", "probability": 0.99, "quad": QUAD}],
    "alternatives": [["781528989", 0.97]],
    "matched": None,
}

Corners = list[tuple[float, float]]


class ReadDigitOfNumber(BaseModel):
    """One character of a number."""

    digit: str | None = Field(description="What it is; null for an empty box.")
    probability: float = Field(description="How probable that is, 0…1.")
    quad: Corners = Field(description="Its corners on the page.")


class ReadNumber(BaseModel):
    """A number on a page."""

    file: str | None = Field(description="The file's name, where it was sent with one.")
    page: int = Field(description="The page in the file, from 1.")
    row: int = Field(description="The number's place on its page, from 0.")
    field: str | None
    text: str = Field(description="Its digits; an empty box is `_`.")
    probability: float = Field(description="How probable it is, 0…1.")
    accepted: bool = Field(description="Whether to believe it.")
    reason: Literal["blank", "not-a-digit", "not-on-list", "uncertain"] | None = Field(description="Why not.")
    quad: Corners = Field(description="Its corners in pixels of the page, whose longest side has at most 2,400.")
    digits: list[ReadDigitOfNumber]
    alternatives: list[tuple[str, float]] = Field(description="The most probable readings, the best first.")
    matched: bool | None = Field(description="Whether it is on the list; null without one.")
    review: int | None = Field(
        None, description="Where review was asked for: the number of the review that waits; null where none does."
    )


class ShownPage(BaseModel):
    """A page as it was read."""

    file: str | None = Field(description="The file's name, where it was sent with one.")
    page: int
    width: int
    height: int
    picture: str = Field(description="A JPEG file, as base64.")


class ReadNumbers(BaseModel):
    """The numbers, file by file and page by page, from top to bottom."""

    numbers: list[ReadNumber] = Field(examples=[[EXAMPLE]])
    failed: list[FailedPicture] = Field(description="Files that cannot be read, or not to their end.")
    pages: list[ShownPage] | None = Field(None, description="The pages, where they were asked for.")


@dataclass(frozen=True, eq=False)
class _Page:
    """What was found on one page: its rows, and as asked for what to show of each, and the page itself."""

    rows: list[ReadRow]
    crops: list[Grey]
    shown: list[dict[str, Any]]


@dataclass(eq=False)
class _Found:
    """What was found on the pages of all files.

    Attributes:
        rows: The rows.
        files: For each row the file that it is of.
        crops: Where a person is to look at what is not accepted: what to show of each row.
        shown: The pages, where they are to be shown.
        failed: The files that could not be read to their end, by their places, and why.
    """

    rows: list[ReadRow] = field(default_factory=list)
    files: list[SentPicture] = field(default_factory=list)
    crops: list[Grey] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def number_routes(live: LiveReader, work: Work, metrics: Metrics, store: ReviewStore, limits: Limits) -> APIRouter:
    """Give the route that reads numbers."""
    routes = APIRouter(tags=["read"])

    @routes.post("/v1/numbers", response_model=ReadNumbers, openapi_extra=describe_pages())
    async def read_numbers(request: Request, asked: Annotated[Asked, Query()]) -> JSONResponse:
        """Read the numbers on a page, or on the pages of one or more files.

        Send one as the body with its own type, or several as the files of a form. Files that cannot be read are told
        under `failed`; where none can be read, the answer is a problem.
        """
        sent = await sent_pages(request, asked, limits, live.model.alphabet)
        reader = live.reader()
        await work.run([lambda: _check(sent, reader, limits)])
        found = _Found()
        for place, file in enumerate(sent.files):
            await _read_file(place, file, sent, found, reader=reader, work=work, limits=limits)
        failed = [{"file": sent.files[place].name, "error": error} for place, error in found.failed.items()]
        if len(failed) == len(sent.files):
            raise Problem("not-readable", failed[0]["error"] or "", failed=failed)
        [numbers] = await work.run([lambda: reader.decide(found.rows, sent.options)])
        for each in numbers:
            metrics.numbers.labels(each.reason or "accepted").inc()
        told = [{**each.to_dict(), "file": file.name} for each, file in zip(numbers, found.files, strict=True)]
        if sent.review:
            waiting = await _kept(numbers, found, work, store, model=live.name)
            told = [{**each, "review": waiting.get(place)} for place, each in enumerate(told)]
        return JSONResponse({"numbers": told, "failed": failed, **({"pages": found.shown} if sent.pictures else {})})

    return routes


def _check(sent: SentPages, reader: Reader, limits: Limits) -> None:
    """Say no before anything is read where what is asked cannot be promised, or there is too much."""
    reader.decide([], sent.options)
    count = sum(count_pages(file.content) for file in sent.files)
    if count > limits.pages:
        files = "the file has" if len(sent.files) == 1 else f"the {len(sent.files)} files have"
        raise Problem("too-large", f"{files} {count:,} pages: at most {limits.pages} are read at once")


async def _read_file(
    place: int, file: SentPicture, sent: SentPages, found: _Found, *, reader: Reader, work: Work, limits: Limits
) -> None:
    """Read one file, a page at a time, so that a long one takes its turn among other requests."""
    pages = open_pages(file.content, pixels=limits.pixels)
    try:
        for number in range(1, limits.pages + 1):
            [page] = await work.run([partial(_next, pages, reader, sent, number)])
            if page is None:
                break
            found.rows += page.rows
            found.files += [file] * len(page.rows)
            found.crops += page.crops
            found.shown += [{"file": file.name, "page": number, **shown} for shown in page.shown]
    except PictureError as error:
        found.failed[place] = str(error)


def _next(pages: Iterator[Grey], reader: Reader, sent: SentPages, number: int) -> _Page | None:
    """Read the next page, if there is one."""
    page = next(pages, None)
    if page is None:
        return None
    rows = read_page(reader.model, page, sent.options, number=number)
    crops = [crop(page, row.quad) for row in rows] if sent.review else []
    return _Page(rows, crops, [_shown(page)] if sent.pictures else [])


def _shown(page: Grey) -> dict[str, Any]:
    height, width = page.shape
    stream = BytesIO()
    Pillow.fromarray(page).save(stream, "JPEG", quality=QUALITY)
    return {"width": width, "height": height, "picture": base64.b64encode(stream.getvalue()).decode()}


async def _kept(
    numbers: Sequence[Number], found: _Found, work: Work, store: ReviewStore, *, model: str
) -> dict[int, int]:
    """Keep what a person is to look at; gives for each such number, by its place, the number of its review."""
    doubted = [place for place, each in enumerate(numbers) if not (each.accepted or each.reason == "blank")]

    def reviews() -> list[NewReview]:
        return [
            number_review(
                numbers[place],
                found.rows[place],
                found.crops[place],
                model=model,
                name=found.files[place].name,
            )
            for place in doubted
        ]

    [new] = await work.run([reviews])
    kept = await stored(lambda: store.add(*new))
    return {place: review.id for place, review in zip(doubted, kept, strict=True)}

"""`POST /v1/numbers`: the numbers on pages."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, StreamingResponse

from tenfold.errors import FormError, PictureError, TenfoldError
from tenfold.picture.decode import Grey
from tenfold.picture.opening import count_pages, open_pages
from tenfold.picture.sandbox import kind_of
from tenfold.read.crops import crop
from tenfold.read.numbers import NumberReason
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.promises import NumberPromise, ReadingKind
from tenfold.read.reader import Reader
from tenfold.read.rows import ReadRow
from tenfold.read.tables import Numbers
from tenfold.serve.audits import Audits
from tenfold.serve.form_store import FormStore, is_form_name
from tenfold.serve.live import LiveReader
from tenfold.serve.new_reviews import number_review
from tenfold.serve.options import Limits
from tenfold.serve.routes.digits import FailedPicture
from tenfold.serve.store import NewReview, ReviewStore
from tenfold.serve.wire.metrics import Metrics
from tenfold.serve.wire.pages import Asked, SentPages, describe_pages, number_options, sent_pages
from tenfold.serve.wire.pictures import SentPicture, as_jpeg, as_text
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["number_routes"]

QUAD = [[212.0, 318.0], [751.5, 318.0], [751.5, 378.0], [212.0, 378.0]]

EXAMPLE = {
    "file": "form.pdf",
    "page": 1,
    "row": 0,
    "column": 0,
    "field": None,
    "text": "781528989",
    "value": 781528989,
    "probability": 0.97,
    "accepted": True,
    "reason": None,
    "quad": QUAD,
    "digits": [{"digit": "7", "probability": 0.99, "quad": QUAD}],
    "alternatives": [["781528989", 0.97]],
    "doubt": None,
    "matched": None,
}

Corners = list[tuple[float, float]]

Failures: TypeAlias = list[dict[str, Any]]
"""Files that failed, as `FailedPicture` has them."""

LINES_TYPE = "application/x-ndjson"
"""The type of an answer that comes page by page: JSON, one object a line."""


class ReadDigitOfNumber(BaseModel):
    """One character of a number."""

    digit: str | None = Field(description="What it is; null for an empty box.")
    probability: float = Field(description="How probable that is, 0…1.")
    quad: Corners = Field(description="Its corners on the page.")


class ReadNumber(BaseModel):
    """A number on a page."""

    file: str | None = Field(description="The file's name, where it was sent with one.")
    page: int = Field(description="The page in the file, from 1.")
    row: int = Field(description="The line of its page that the number stands in, from 0; of a form, its field.")
    column: int = Field(description="Its column there, from 0.")
    field: str | None = Field(description="The form's name for it; null where no form is given.")
    text: str = Field(description="What is written; an empty box is `_`.")
    value: int | float | str | None = Field(
        description="What that means, where its type is given: a number, a date or time as ISO 8601 has it, the digits "
        "of an id; null where it is none."
    )
    probability: float = Field(description="How probable it is, 0…1.")
    accepted: bool = Field(description="Whether to believe it.")
    reason: NumberReason | None = Field(description="Why not.")
    quad: Corners = Field(description="Its corners in pixels of the page, whose longest side has at most 2,400.")
    digits: list[ReadDigitOfNumber]
    alternatives: list[tuple[str, float]] = Field(description="The most probable readings, the best first.")
    doubt: str | None = Field(None, description="What the probability is lost to, in a few words.")
    matched: bool | None = Field(description="Whether it is one of the known numbers; null where none were given.")
    review: int | None = Field(
        None, description="Where review was asked for: the number of its review; null where it needs none."
    )


class ShownPage(BaseModel):
    """A page as it was read."""

    file: str | None = Field(description="The file's name, where it was sent with one.")
    page: int = Field(description="The page in the file, from 1.")
    width: int
    height: int
    picture: str = Field(description="A JPEG file, as base64.")


class ReadNumbers(BaseModel):
    """The numbers, file by file and page by page, from top to bottom."""

    numbers: list[ReadNumber] = Field(examples=[[EXAMPLE]])
    failed: list[FailedPicture] = Field(
        description="Files that cannot be read, or not to their end, and pages that are not the form."
    )
    promised: dict[ReadingKind, float | None] = Field(
        {},
        description="For each kind of reading that there may be the share of wrong numbers among the accepted that is "
        "promised not to be passed, with 95% confidence: 0.02 where no other is asked for; null where nothing can be "
        "promised.",
        examples=[{"boxes": 0.02, "free": None}],
    )
    unpromised: list[ReadingKind] = Field(
        [], description="The kinds of the numbers that were found of which nothing is promised.", examples=[["free"]]
    )
    pages: list[ShownPage] | None = Field(None, description="The pages, where they were asked for.")


@dataclass(frozen=True, eq=False)
class _Page:
    """A page that was read.

    Attributes:
        rows: Its rows; none where it is not the form.
        crops: What a person would be shown of each row; none where nobody is to be asked.
        shown: The page as `ShownPage` has it; None where that is not asked for.
        error: Why it is not the form; None where it is, or no form was sent.
    """

    rows: list[ReadRow]
    crops: list[Grey]
    shown: dict[str, Any] | None
    error: str | None = None


def number_routes(
    live: LiveReader,
    work: Work,
    metrics: Metrics,
    store: ReviewStore,
    audits: Audits,
    forms: FormStore,
    limits: Limits,
) -> APIRouter:
    """Give the route that reads numbers."""
    routes = APIRouter(tags=["read"])

    async def asked_for(request: Request, asked: Asked) -> tuple[SentPages, Reader, NumberOptions]:
        """Take a request apart and check it, before anything is read."""
        reader = live.number_reader()
        sent = await sent_pages(request, asked, limits)
        if is_form_name(sent.asked.form or ""):
            form = await work.stored(lambda: forms.find(str(sent.asked.form)))
            if form is None:
                raise Problem("not-allowed", "there is no form of this name; `GET /v1/forms` lists those that are kept")
            sent = replace(sent, asked=sent.asked.model_copy(update={"form": form.toml}))
        [options] = await work.run([partial(_checked, sent, reader, limits)], apart=[True])
        return sent, reader, options

    async def decided(
        pages: Sequence[_Page], failed: Failures, sent: SentPages, reader: Reader, options: NumberOptions
    ) -> dict[str, Any]:
        """Decide what all pages say, put doubts into the review queue, and give the answer."""
        rows = [row for page in pages for row in page.rows]
        [numbers] = await work.run([partial(reader.decide, rows, options)])
        for number in numbers:
            metrics.numbers.labels(number.reason or "accepted").inc()
        promise = reader.promised_numbers(options)
        unpromised = promise.none_of({row.kind for row in rows})
        promised = {"promised": dict(promise.errors), "unpromised": unpromised}
        answer = {**_as_answer(numbers), "failed": failed, **promised}
        shown = [each for page in pages for each in page.crops]
        if audits.share:
            [sample] = await work.run([partial(_sampled, numbers, rows, shown, live.name, promise, audits)])
            await audits.keep_beside(sample, live.model, work)
        if sent.asked.review:
            [new] = await work.run([partial(_doubted, numbers, rows, shown, live.name)])
            kept = await work.stored(lambda: store.add(*new.values()))
            ids = dict(zip(new, (review.id for review in kept), strict=True))
            for place, each in enumerate(answer["numbers"]):
                each["review"] = ids.get(place)
        return answer

    @routes.put("/v1/numbers", include_in_schema=False)  # what `curl -T` sends
    @routes.post(
        "/v1/numbers",
        response_model=ReadNumbers,
        responses={200: {"content": {LINES_TYPE: {}}, "description": "With `stream=true` a line for each page."}},
        openapi_extra=describe_pages(),
    )
    async def read_numbers(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        """Read the numbers on a page, or on the pages of one or more files.

        Send one as the body with its own type, or several as the files of a form or in JSON. Files that cannot be read
        are listed under `failed`; where none can be read, the answer is a problem.
        """
        sent, reader, options = await asked_for(request, asked)
        failed: Failures = []
        crops = sent.asked.review or audits.share > 0
        reading = _read_files(sent, reader, options, work, limits, failed, crops=crops)
        if not sent.asked.stream:
            pages = [page async for page in reading]
            answer = await decided(pages, failed, sent, reader, options)
            if sent.asked.pictures:
                answer["pages"] = [page.shown for page in pages]
            return JSONResponse(answer)
        first = await anext(reading)  # what fails before is a problem, as without a stream

        async def lines() -> AsyncIterator[bytes]:
            pages: list[_Page] = []
            try:
                async for page in _after(first, reading):
                    pages.append(page)
                    [numbers] = await work.run([partial(reader.decide, page.rows, replace(options, unique=False))])
                    shown = {"pages": [page.shown]} if sent.asked.pictures else {}
                    yield _line({**_as_answer(numbers), **shown, "done": False})
                yield _line({**await decided(pages, failed, sent, reader, options), "done": True})
            except (Problem, TenfoldError) as error:
                yield _line({"detail": str(error), "done": True})

        return StreamingResponse(lines(), media_type=LINES_TYPE)

    return routes


def _checked(sent: SentPages, reader: Reader, limits: Limits) -> NumberOptions:
    """Check a request before anything is read, and give its options.

    Raises:
        OptionError: An option is not allowed.
        Problem: There are too many pages, or too many known numbers.
    """
    options = number_options(sent.asked, reader, limits)
    total = sum(count_pages(file.content) for file in sent.files)
    if total > limits.pages:
        files = "the file has" if len(sent.files) == 1 else f"the {len(sent.files)} files have"
        raise Problem("too-large", f"{files} {total:,} pages: at most {limits.pages} are read at once")
    return options


async def _read_files(
    sent: SentPages,
    reader: Reader,
    options: NumberOptions,
    work: Work,
    limits: Limits,
    failed: Failures,
    *,
    crops: bool,
) -> AsyncIterator[_Page]:
    """Read the pages of all files; what fails is noted.

    Raises:
        Problem: There is none that can be read.
    """
    some = False
    for file in sent.files:
        try:
            async for page in _read_file(file, reader, options, sent.asked, work, limits, crops=crops):
                if page.error:
                    failed.append({"file": file.name, "error": page.error})
                else:
                    some = True
                    yield page
        except PictureError as error:
            failed.append({"file": file.name, "error": str(error)})
    if not some:
        raise Problem("not-readable", failed[0]["error"], failed=failed)


async def _after(first: _Page, others: AsyncIterator[_Page]) -> AsyncIterator[_Page]:
    yield first
    async for page in others:
        yield page


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode() + b"\n"


async def _read_file(
    file: SentPicture, reader: Reader, options: NumberOptions, asked: Asked, work: Work, limits: Limits, *, crops: bool
) -> AsyncIterator[_Page]:
    """Read the pages of one file; each is a job, so that a long file takes its turn among other requests."""
    pages = islice(open_pages(file.content, pixels=limits.pixels), limits.pages)
    apart = [bool(kind_of(file.content))]
    for number in count(1):
        [page] = await work.run([partial(next, pages, None)], apart)
        if page is None:
            return
        [read] = await work.run([partial(_read, number, page, file.name, reader, options, asked, crops=crops)])
        yield read


def _read(
    number: int, page: Grey, name: str | None, reader: Reader, options: NumberOptions, asked: Asked, *, crops: bool
) -> _Page:
    """Read a page of a file."""
    try:
        rows = read_page(reader.model, page, options, file=name or "", number=number)
    except FormError as error:
        return _Page([], [], None, f"page {number}: {error}")
    cut = [crop(page, row.quad) for row in rows] if crops else []
    return _Page(rows, cut, _shown(name, number, page) if asked.pictures else None)


def _shown(name: str | None, number: int, page: Grey) -> dict[str, Any]:
    height, width = page.shape
    return {"file": name, "page": number, "width": width, "height": height, "picture": as_text(as_jpeg(page))}


def _as_answer(numbers: Numbers) -> dict[str, Any]:
    """Give the numbers as `ReadNumbers` has them: a file without a name is null."""
    answer = numbers.to_dict()
    for each in answer["numbers"]:
        each["file"] = each["file"] or None
    return answer


def _sampled(
    numbers: Numbers,
    rows: Sequence[ReadRow],
    crops: Sequence[Grey],
    model: str,
    promise: NumberPromise,
    audits: Audits,
) -> list[tuple[NewReview, str, float]]:
    """Choose some of the accepted numbers by chance, each with the kind that it is of and the error promised of it."""
    sample: list[tuple[NewReview, str, float]] = []
    for number, row, picture in zip(numbers, rows, crops, strict=True):
        kind: ReadingKind = "list" if number.matched and "list" in promise.errors else row.kind
        error = promise.errors.get(kind)
        if number.accepted and error is not None and audits.chooses():
            sample.append((number_review(number, row, picture, model=model), kind, error))
    return sample


def _doubted(numbers: Numbers, rows: Sequence[ReadRow], crops: Sequence[Grey], model: str) -> dict[int, NewReview]:
    """Make a review of each number that is neither accepted nor blank; gives them by their places."""
    return {
        place: number_review(number, row, picture, model=model)
        for place, (number, row, picture) in enumerate(zip(numbers, rows, crops, strict=True))
        if not number.accepted and number.reason != "blank"
    }

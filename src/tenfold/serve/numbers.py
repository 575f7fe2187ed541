"""`POST /v1/numbers`: the numbers on a page."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from PIL import Image as Pillow
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey
from tenfold.picture.opening import count_pages, open_pages
from tenfold.read.lists import Known, parse_list
from tenfold.read.numbers import NumberOptions, ReadRow, read_rows
from tenfold.read.reader import Reader
from tenfold.serve.live import LiveReader
from tenfold.serve.observing import Metrics
from tenfold.serve.options import Limits
from tenfold.serve.pictures import SentPicture, describe_body, is_form, raw_picture, read_form, shown_name
from tenfold.serve.problems import Problem
from tenfold.serve.work import Work

__all__ = ["number_routes"]

LONGEST = 60
"""Digits of a number on a list."""

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


class Asked(BaseModel):
    """How to read a page: in the query, or as fields of the form."""

    model_config = ConfigDict(extra="ignore")

    digits: int | None = Field(None, ge=1, le=60, description="How many digits each number has.")
    grid: str | None = Field(
        None, pattern=r"^([1-9]|[1-3][0-9]|40)x([1-9]|[1-3][0-9]|40)$", description="Rows and columns of the grid."
    )
    known: list[str] = Field(
        [], alias="list", description="The only numbers that can occur; one each time, or one in each line."
    )
    max_error: float | None = Field(
        None, gt=0, lt=1, description="Accept only what keeps the share of wrong numbers among the accepted below this."
    )
    pictures: bool = Field(False, description="Also give each page as it was read, on which the corners are places.")


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


class ShownPage(BaseModel):
    """A page as it was read."""

    page: int
    width: int
    height: int
    picture: str = Field(description="A JPEG file, as base64.")


class ReadNumbers(BaseModel):
    """The numbers, page by page, from top to bottom."""

    numbers: list[ReadNumber] = Field(examples=[[EXAMPLE]])
    pages: list[ShownPage] | None = Field(None, description="The pages, where they were asked for.")


FORM = {
    "page": {"type": "string", "format": "binary", "description": "A photo, a scan, a PDF or TIFF of several pages."},
    "list": {
        "type": "string",
        "description": "The only numbers that can occur, one in each line; or a file of them, as CSV or text.",
    },
    **{
        name: {"type": kind, "description": f"As `{name}` in the query."}
        for name, kind in {"digits": "integer", "grid": "string", "max_error": "number", "pictures": "boolean"}.items()
    },
}


@dataclass(frozen=True)
class _Sent:
    """A page as it was sent, and how to read it."""

    file: SentPicture
    options: NumberOptions
    pictures: bool


def number_routes(live: LiveReader, work: Work, metrics: Metrics, limits: Limits) -> APIRouter:
    """Give the route that reads numbers."""
    routes = APIRouter(tags=["read"])

    @routes.post("/v1/numbers", response_model=ReadNumbers, openapi_extra=describe_body("page", FORM))
    async def read_numbers(request: Request, asked: Annotated[Asked, Query()]) -> JSONResponse:
        """Read the numbers on a page, or on the pages of a file.

        Send it as the body with its own type, or as the file `page` of a form.
        """
        sent = await _sent(request, asked, limits)
        reader = live.reader()
        rows: list[tuple[str, int, int, ReadRow]] = []
        shown: list[dict[str, Any]] = []
        try:
            [pages] = await work.run([lambda: _opened(sent, reader, limits)])
            for number in range(1, limits.pages + 1):
                # one page at a time, so that a long file takes its turn among other requests
                [found] = await work.run([lambda: _next(pages, reader, sent)])
                if found is None:
                    break
                rows += [("", number, place, row) for place, row in enumerate(found[0])]
                shown += [{"page": number, **picture} for picture in found[1]]
        except PictureError as error:
            raise Problem("not-readable", str(error)) from error
        [numbers] = await work.run([lambda: reader.decided(rows, sent.options)])
        for each in numbers:
            metrics.numbers.labels(each.reason or "accepted").inc()
        told = [{**each.to_dict(), "file": sent.file.name} for each in numbers]
        return JSONResponse({"numbers": told, **({"pages": shown} if sent.pictures else {})})

    return routes


async def _sent(request: Request, asked: Asked, limits: Limits) -> _Sent:
    """Take the page, and how to read it, out of a request."""
    if not is_form(request):
        file = SentPicture(None, await raw_picture(request))
        return _Sent(file, _options(asked, asked.known, limits), asked.pictures)
    async with read_form(request, limits) as form:
        files = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
        pages = [part for name, part in files if name != "list"]
        if len(pages) != 1:
            raise Problem("bad-request", f"expected one page as a part with a file name, got {len(pages)}")
        fields = [(name, part) for name, part in form.multi_items() if isinstance(part, str) and part]
        asked = _with_fields(asked, {name: value for name, value in fields if name != "list"})
        listed = [*asked.known, *(value for name, value in fields if name == "list")]
        listed += [(await part.read()).decode("utf-8-sig", "replace") for name, part in files if name == "list"]
        file = SentPicture(shown_name(pages[0].filename), await pages[0].read())
    return _Sent(file, _options(asked, listed, limits), asked.pictures)


def _with_fields(asked: Asked, fields: dict[str, str]) -> Asked:
    """Let the fields of a form say what the query does not."""
    try:
        return Asked.model_validate({**fields, **asked.model_dump(exclude_unset=True, by_alias=True)})
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error


def _options(asked: Asked, listed: list[str], limits: Limits) -> NumberOptions:
    rows, _, columns = (asked.grid or "").partition("x")
    options = NumberOptions(asked.digits, (int(rows), int(columns)) if asked.grid else None, max_error=asked.max_error)
    return replace(options, known=_known("\n".join(listed), limits)) if listed else options


def _known(listed: str, limits: Limits) -> Known:
    known = parse_list(listed)
    if len(known.numbers) > limits.known:
        raise Problem("too-large", f"the list is too long: at most {limits.known:,} numbers are taken")
    if max(map(len, known.numbers)) > LONGEST:
        raise Problem("not-allowed", f"a number on the list has more than {LONGEST} digits")
    return known


def _opened(sent: _Sent, reader: Reader, limits: Limits) -> Iterator[Grey]:
    """Open a file, once it is clear that what is asked can be promised and the file is not too long."""
    reader.decided([], sent.options)
    count = count_pages(sent.file.content)
    if count > limits.pages:
        raise Problem("too-large", f"the file has {count:,} pages: at most {limits.pages} are read at once")
    return open_pages(sent.file.content, pixels=limits.pixels)


def _next(pages: Iterator[Grey], reader: Reader, sent: _Sent) -> tuple[list[ReadRow], list[dict[str, Any]]] | None:
    """Read the next page, if there is one."""
    page = next(pages, None)
    if page is None:
        return None
    return read_rows(reader.model, page, sent.options), [_shown(page)] if sent.pictures else []


def _shown(page: Grey) -> dict[str, Any]:
    height, width = page.shape
    stream = BytesIO()
    Pillow.fromarray(page).save(stream, "JPEG", quality=QUALITY)
    return {"width": width, "height": height, "picture": base64.b64encode(stream.getvalue()).decode()}

"""Pages as requests carry them, and how to read them: in the query, or as fields of a form."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from tenfold.read.lists import Known, parse_list
from tenfold.read.options import NumberOptions
from tenfold.serve.options import Limits
from tenfold.serve.wire.pictures import (
    SentPicture,
    describe_body,
    describe_files,
    is_form,
    raw_picture,
    read_form,
    shown_name,
)
from tenfold.serve.wire.problems import Problem

__all__ = ["Asked", "SentPages", "describe_pages", "sent_pages"]

LONGEST = 60
"""Digits of a number on a list."""

LIST = "list"
"""The field of the numbers that can occur; as a file it is no page."""

FIELDS = {
    "digits": "integer",
    "grid": "string",
    "max_error": "number",
    "unique": "boolean",
    "pictures": "boolean",
    "review": "boolean",
}
"""What the query holds may be fields of the form as well, of these types."""


class Asked(BaseModel):
    """How to read pages: in the query, or as fields of the form."""

    model_config = ConfigDict(extra="ignore")

    digits: int | None = Field(None, ge=1, le=60, description="How many digits each number has.")
    grid: str | None = Field(
        None, pattern=r"^([1-9]|[1-3][0-9]|40)x([1-9]|[1-3][0-9]|40)$", description="Rows and columns of the grid."
    )
    known: list[str] = Field(
        [], alias="list", description="The only numbers that can occur; one each time, or one in each line."
    )
    unique: bool = Field(False, description="Each number of the list at most once over all pages that are sent.")
    max_error: float | None = Field(
        None, gt=0, lt=1, description="Accept only what keeps the share of wrong numbers among the accepted below this."
    )
    pictures: bool = Field(False, description="Also give each page as it was read, on which the corners are places.")
    review: bool = Field(
        False,
        description="Have a person look at what is not accepted: it waits under `/v1/reviews`, each with its crop.",
    )


@dataclass(frozen=True)
class SentPages:
    """Pages as they were sent, and how to read them.

    Attributes:
        files: One or more, each of one page or more.
        options: What to look for.
        pictures: Whether the pages are to be shown.
        review: Whether a person is to look at what is not accepted.
    """

    files: tuple[SentPicture, ...]
    options: NumberOptions
    pictures: bool
    review: bool


def describe_pages() -> dict[str, Any]:
    """Say in OpenAPI how a request carries pages and how to read them."""
    pages = describe_files("Photos, scans, PDF or TIFF of several pages: each file a part of its own.")
    listed = {
        "type": "string",
        "description": "The only numbers that can occur, one in each line; or a file of them, as CSV or text.",
    }
    fields = {name: {"type": kind, "description": f"As `{name}` in the query."} for name, kind in FIELDS.items()}
    return describe_body("page", {"page": pages, LIST: listed, **fields})


async def sent_pages(request: Request, asked: Asked, limits: Limits, alphabet: str) -> SentPages:
    """Take the pages, and how to read them, out of a request: every file of a form but its list, or the body.

    Raises:
        Problem: There is none, there are too many, the list is too long, or the request is of another type or broken.
        RequestValidationError: A field of the form is not what it should be.
        OptionError: What is asked contradicts itself.
    """
    if not is_form(request):
        file = SentPicture(None, await raw_picture(request))
        return SentPages((file,), _options(asked, asked.known, limits, alphabet), asked.pictures, asked.review)
    async with read_form(request, limits) as form:
        files = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
        pages = [part for name, part in files if name != LIST]
        if not pages:
            raise Problem("bad-request", "the form holds no page: send each as a part with a file name")
        fields = [(name, part) for name, part in form.multi_items() if isinstance(part, str) and part]
        asked = _with_fields(asked, {name: value for name, value in fields if name != LIST})
        listed = [*asked.known, *(value for name, value in fields if name == LIST)]
        listed += [(await part.read()).decode("utf-8-sig", "replace") for name, part in files if name == LIST]
        sent = tuple([SentPicture(shown_name(page.filename), await page.read()) for page in pages])
    return SentPages(sent, _options(asked, listed, limits, alphabet), asked.pictures, asked.review)


def _with_fields(asked: Asked, fields: dict[str, str]) -> Asked:
    """Let the fields of a form say what the query does not."""
    try:
        return Asked.model_validate({**fields, **asked.model_dump(exclude_unset=True, by_alias=True)})
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error


def _options(asked: Asked, listed: list[str], limits: Limits, alphabet: str) -> NumberOptions:
    rows, _, columns = (asked.grid or "").partition("x")
    options = NumberOptions(asked.digits, (int(rows), int(columns)) if asked.grid else None, max_error=asked.max_error)
    if listed:
        options = replace(options, known=_known("\n".join(listed), limits, alphabet))
    if asked.unique and options.known is None:
        raise Problem("not-allowed", "expected a `list` beside `unique`: only numbers of a list can come once each")
    return replace(options, unique=asked.unique)


def _known(listed: str, limits: Limits, alphabet: str) -> Known:
    known = parse_list(listed, alphabet)
    if len(known.numbers) > limits.known:
        raise Problem("too-large", f"the list is too long: at most {limits.known:,} numbers are taken")
    if max(map(len, known.numbers)) > LONGEST:
        raise Problem("not-allowed", f"a number on the list has more than {LONGEST} digits")
    return known

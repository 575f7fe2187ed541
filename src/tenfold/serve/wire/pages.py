"""Pages as requests carry them, and how to read them: in the query, or as fields of a form."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from tenfold.read.forms import Form, parse_form
from tenfold.read.lists import Known, parse_list
from tenfold.read.options import MOST_DIGITS, NumberOptions, check_names
from tenfold.read.reader import Reader
from tenfold.serve.options import Limits
from tenfold.serve.wire.json_files import describe_json, files_of_json
from tenfold.serve.wire.pictures import (
    SentPicture,
    describe_body,
    describe_files,
    is_form,
    is_json,
    raw_picture,
    read_form,
    shown_name,
)
from tenfold.serve.wire.problems import Problem

__all__ = ["Asked", "SentPages", "describe_pages", "number_options", "sent_form", "sent_pages"]

LISTS = ("known", "list")
"""The parts of a request's form that hold the numbers that can occur."""

NOT_PAGES = (*LISTS, "form")
"""The parts that may be files and are no pages."""

LONGEST_TYPE = 200
"""Characters of a type with its options."""

FIELDS = {
    "digits": "integer",
    "grid": "string",
    "type": "string",
    "form": "string",
    "unique": "boolean",
    "max_error": "number",
    "pictures": "boolean",
    "review": "boolean",
    "stream": "boolean",
}
"""The other parameters of the query, which may be fields of the form as well, and their types."""


class Asked(BaseModel):
    """How to read pages, in the query or as fields of the form; `NumberOptions` checks the values."""

    model_config = ConfigDict(extra="allow")  # to refuse what is not known in the words of `NumberOptions`

    digits: int | None = Field(None, description=f"How many digits each number has: 1 to {MOST_DIGITS}.")
    grid: str | None = Field(
        None, max_length=16, description="Rows and columns of the grid on each page.", examples=["9x9"]
    )
    type: str | None = Field(
        None,
        max_length=LONGEST_TYPE,
        description="What each number is: integer, decimal, amount, date, time or id, perhaps with options.",
        examples=["date order=DMY", "decimal decimals=2 min=0 max=100"],
    )
    known: list[str] = Field(
        [], description="The only numbers that can occur; one in each line, or the parameter once for each."
    )
    listed: list[str] = Field([], alias="list", description="The same as `known`, by its older name.")
    unique: bool = Field(False, description="Each of the known numbers at most once over all pages that are sent.")
    max_error: float | None = Field(
        None,
        description="The share of wrong numbers among the accepted not to be passed: above 0, below 1.",
    )
    form: str | None = Field(
        None,
        description="The form that each page is: the name of one that is kept under `/v1/forms`, or the TOML that "
        "`tenfold read --form` takes.",
    )
    pictures: bool = Field(False, description="Also give each page as it was read; corners are places on it.")
    review: bool = Field(
        False,
        description="Ask a person about each number that is not accepted: it waits under `/v1/reviews`, with its crop.",
    )
    stream: bool = Field(
        False,
        description="Answer page by page, while others are read: a line of JSON for each, and a last one, `done`, with "
        "all numbers as they are decided together.",
    )


@dataclass(frozen=True)
class SentPages:
    """Pages as they were sent, and how to read them.

    Attributes:
        files: One or more, each of one page or more.
        asked: How to read them.
    """

    files: tuple[SentPicture, ...]
    asked: Asked


def describe_pages() -> dict[str, Any]:
    """Describe in OpenAPI how a request carries pages, and how to read them."""
    pages = describe_files("Photos, scans, PDF or TIFF of several pages: each file a part of the form.")
    known = "The only numbers that can occur, one in each line; or a file of them, as CSV or text."
    fields = {name: {"type": kind, "description": f"As `{name}` in the query."} for name, kind in FIELDS.items()}
    lists = {name: {"type": "string", "description": known} for name in LISTS}
    numbers = {"type": "array", "items": {"type": "string"}, "description": "The only numbers that can occur."}
    as_json = describe_json("pages", {"known": numbers, **fields})
    return describe_body("page", {"page": pages, **lists, **fields}, as_json)


async def sent_pages(request: Request, asked: Asked, limits: Limits) -> SentPages:
    """Take the pages, and how to read them, out of a request: the files, or the body.

    Args:
        request: The request.
        asked: What its query says.
        limits: How much it may send.

    Raises:
        Problem: There is no page, there are too many, or the request is of another type or broken.
        RequestValidationError: A field of the request's form has the wrong type.
    """
    if is_json(request):
        named, others = files_of_json(await request.body(), "pages", limits)
        sent = tuple(SentPicture(shown_name(name), content) for name, content in named)
        return SentPages(sent, _with_fields(asked, others))
    if not is_form(request):
        return SentPages((SentPicture(None, await raw_picture(request)),), asked)
    async with read_form(request, limits) as form:
        files = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
        pages = [part for name, part in files if name not in NOT_PAGES]
        if not pages:
            raise Problem("bad-request", "the form holds no page: send each as a part with a file name")
        fields = [(name, part) for name, part in form.multi_items() if isinstance(part, str) and part]
        fields += [(name, await _text(part)) for name, part in files if name in NOT_PAGES]
        known = [value for name, value in fields if name in LISTS]
        asked = _with_fields(asked, {name: value for name, value in fields if name not in LISTS})
        asked = asked.model_copy(update={"known": [*asked.known, *known]})
        sent = tuple([SentPicture(shown_name(page.filename), await page.read()) for page in pages])
    return SentPages(sent, asked)


def number_options(asked: Asked, reader: Reader, limits: Limits) -> NumberOptions:
    """Give the reader's options for what a request asks.

    Raises:
        ModelError: The model reads single digits only.
        OptionError: There is no such option, a value is not allowed, or the error cannot be promised.
        Problem: The list of known numbers, or the form, is too long.
    """
    check_names(asked.model_extra or {}, [field.alias or name for name, field in Asked.model_fields.items()])
    lines = "\n".join([*asked.known, *asked.listed])
    known = _known(lines, reader.model.alphabet, limits) if asked.known or asked.listed else None
    form = sent_form(asked.form, reader.model.alphabet, limits) if asked.form else None
    return reader.options(
        digits=asked.digits,
        grid=asked.grid,
        known=known,
        unique=asked.unique,
        type=asked.type,
        max_error=asked.max_error,
        form=form,
    )


def _known(lines: str, alphabet: str, limits: Limits) -> Known:
    known = parse_list(lines, alphabet)
    if len(known.numbers) > limits.known:
        raise Problem("too-large", f"the list is too long: at most {limits.known:,} numbers are taken")
    if max(map(len, known.numbers)) > MOST_DIGITS:
        raise Problem("not-allowed", f"a number on the list has more than {MOST_DIGITS} digits")
    return known


def sent_form(text: str, alphabet: str, limits: Limits) -> Form:
    """Read a form as it was sent.

    Args:
        text: The TOML, or the same table as JSON.
        alphabet: The signs that the model reads.
        limits: How long it may be.

    Raises:
        OptionError: It is no form.
        Problem: It is too long.
    """
    content = text.encode()
    if len(content) > limits.form:
        raise Problem("too-large", f"the form is too long: at most {limits.form:,} bytes are taken")
    form = parse_form(content, alphabet)
    added = sum(len(each.fields) for each in form.sums)
    if max(len(form.fields), len(form.anchors), added) > limits.form_rows:
        most = f"at most {limits.form_rows} fields, rows in anchors, and fields in sums"
        raise Problem("too-large", f"the form is too long: {most}")
    return form


async def _text(part: UploadFile) -> str:
    return (await part.read()).decode("utf-8-sig", "replace")


def _with_fields(asked: Asked, fields: dict[str, Any]) -> Asked:
    """Fill in from the fields of a form what the query leaves open."""
    try:
        return Asked.model_validate({**fields, **asked.model_dump(exclude_unset=True, by_alias=True)})
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error

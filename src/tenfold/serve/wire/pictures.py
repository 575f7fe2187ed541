"""Pictures as requests carry them, in a form or as the whole body, and as answers do: PNG files in base64."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fastapi import Request
from PIL import Image as Pillow
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tenfold.picture.decode import Grey
from tenfold.picture.sandbox import looks_like_picture
from tenfold.serve.options import Limits
from tenfold.serve.wire.json_files import JSON_TYPE, describe_json, files_of_json
from tenfold.serve.wire.problems import Problem, ProblemType

__all__ = [
    "FORM_TYPE",
    "SentPicture",
    "as_jpeg",
    "as_png",
    "as_text",
    "describe_body",
    "describe_files",
    "describe_pictures",
    "is_form",
    "is_json",
    "raw_picture",
    "read_form",
    "sent_pictures",
    "shown_name",
]

FORM_TYPE = "multipart/form-data"

RAW_TYPES = ("image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp", "image/gif", "image/heic")
"""The media types that OpenAPI names; any `image/…` is taken, for the content shows what it is."""

PDF_TYPE = "application/pdf"

UNTOLD = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
"""Types of clients that do not know what they send, as `curl -T` and `curl --data-binary`: the content decides."""

LONGEST_NAME = 120
"""Characters of a file name that are shown."""

JPEG_QUALITY = 80
"""Quality, 0…100, of the JPEG that shows a page."""

FIELD_BYTES = 64 << 10
"""Bytes that a part of a form may have that is no file."""


@dataclass(frozen=True)
class SentPicture:
    """A picture as it was sent.

    Attributes:
        name: The last part of its file name, fit to be shown; None where it has none.
        content: The bytes of its file.
    """

    name: str | None
    content: bytes


async def sent_pictures(request: Request, limits: Limits) -> list[SentPicture]:
    """Take the pictures out of a request: every file of a form, or the body.

    Raises:
        Problem: There is none, there are too many, or the request is of another type or broken.
    """
    if is_json(request):
        named, others = files_of_json(await request.body(), "pictures", limits)
        if others:
            raise Problem("bad-request", "expected pictures alone; options go into the query")
        return [SentPicture(shown_name(name), content) for name, content in named]
    if not is_form(request):
        return [SentPicture(None, await raw_picture(request))]
    async with read_form(request, limits) as form:
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if not files:
            raise Problem("bad-request", "the form holds no picture: send each as a part with a file name")
        return [SentPicture(shown_name(file.filename), await file.read()) for file in files]


def is_json(request: Request) -> bool:
    """Tell whether a request's body is JSON."""
    return _media_type(request) == JSON_TYPE


def is_form(request: Request) -> bool:
    """Tell whether a request's body is a form with files."""
    return _media_type(request) == FORM_TYPE


@asynccontextmanager
async def read_form(request: Request, limits: Limits) -> AsyncIterator[FormData]:
    """Take a form apart; its files are there as long as the block lasts.

    Raises:
        Problem: It is broken, or has too many parts.
    """
    parser = _InMemory(
        request.headers,
        request.stream(),
        max_files=limits.files,
        max_fields=limits.fields,
        max_part_size=FIELD_BYTES,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        problem: ProblemType = "too-large" if error.message.startswith(("Too many", "Part exceeded")) else "bad-request"
        raise Problem(problem, f"the form cannot be taken apart: {error.message.rstrip('.')}") from error
    except (UnicodeError, ValueError) as error:
        raise Problem("bad-request", "the form cannot be taken apart") from error
    try:
        yield form
    finally:
        await form.close()


def shown_name(name: str | None) -> str | None:
    """Give the last part of a file name, shortened and without control characters; None where nothing is left."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:LONGEST_NAME].strip(" .") or None


def describe_pictures() -> dict[str, Any]:
    """Describe in OpenAPI how a request carries one picture or several."""
    parts = {"pictures": describe_files("One file or several, each a part of the form.")}
    return describe_body("pictures", parts, describe_json("pictures", {}))


def describe_files(description: str) -> dict[str, Any]:
    """Describe in OpenAPI a part of a form that is one file or several."""
    return {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "format": "binary"},
        "description": description,
    }


def describe_body(picture: str, parts: dict[str, Any], as_json: dict[str, Any]) -> dict[str, Any]:
    """Describe in OpenAPI a request that is a form, a picture alone, or JSON.

    Args:
        picture: The part of the form that is the picture.
        parts: All its parts.
        as_json: The same as JSON.
    """
    form = {"type": "object", "required": [picture], "properties": parts}
    raw = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                FORM_TYPE: {"schema": form, "encoding": {picture: {"contentType": ", ".join((*RAW_TYPES, PDF_TYPE))}}},
                JSON_TYPE: as_json,
                **dict.fromkeys((*RAW_TYPES, PDF_TYPE), raw),
            },
        }
    }


class _InMemory(MultiPartParser):
    """Keeps files in memory, where the body is already."""

    spool_max_size = 0  # a spooled file of this size never moves to the disk


async def raw_picture(request: Request) -> bytes:
    """Take a picture that is the whole body.

    Raises:
        Problem: The body is of another type.
    """
    kind = _media_type(request)
    if kind in UNTOLD:
        content = await request.body()
        if looks_like_picture(content):
            return content
    if not (kind.startswith("image/") or kind == PDF_TYPE):
        raise Problem(
            "wrong-type",
            "expected a picture as image/… or application/pdf, a form, or JSON, got "
            f"{kind or 'no type and no picture'}",
        )
    return await request.body()


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def as_png(picture: Grey) -> bytes:
    """Give the bytes of a PNG file; written fast rather than small."""
    stream = BytesIO()
    Pillow.fromarray(picture).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def as_jpeg(picture: Grey) -> bytes:
    """Give the bytes of a JPEG file, as pages are shown."""
    stream = BytesIO()
    Pillow.fromarray(picture).save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def as_text(content: bytes) -> str:
    """Give the bytes of a file as base64, as JSON can hold them."""
    return base64.b64encode(content).decode()

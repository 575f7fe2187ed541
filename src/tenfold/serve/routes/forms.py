"""`/v1/forms`: forms made of empty pages, and kept under names, for `/v1/numbers` to read pages as."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from tenfold.errors import DataError, PictureError
from tenfold.picture.decode import Grey
from tenfold.picture.opening import Pages
from tenfold.picture.pdf import TextField
from tenfold.picture.sandbox import kind_of
from tenfold.read.forms import Form, parse_form, to_table, to_toml
from tenfold.read.templates import form_of
from tenfold.serve.form_store import NAME, FormStore, KeptForm, is_form_name
from tenfold.serve.live import LiveReader
from tenfold.serve.options import Limits
from tenfold.serve.wire.pages import sent_form
from tenfold.serve.wire.pictures import as_jpeg, as_text, describe_body, is_form, raw_picture, read_form
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["form_routes"]

Name = Annotated[str, Path(pattern=NAME, max_length=60, description="The form's name.")]

TOML_TYPE = "application/toml"

PARTS = {
    "page": {
        "type": "string",
        "format": "binary",
        "description": "The empty page: a photo, a scan, a PDF, whose own text fields become the form's.",
    },
    "form": {
        "type": "string",
        "description": "The form, a file or text: TOML as `tenfold read --form` takes it, or the same table as JSON. "
        "Without it one is made of the page.",
    },
    "name": {"type": "string", "pattern": NAME, "description": "What to keep it as; without one nothing is kept."},
    "replace": {"type": "boolean", "description": "Whether it may replace the one that is kept under its name."},
}

EXAMPLE = {
    "page": {"width": 1000, "height": 700, "anchors": []},
    "field": [{"name": "net", "region": [0.3, 0.17, 0.91, 0.3], "kind": "boxes", "digits": 8, "type": "amount"}],
    "sum": [],
}


class FormAnswer(BaseModel):
    """A form."""

    name: str | None = Field(description="What it is kept as; null where it is not.")
    created: str | None = Field(description="When it was kept, ISO 8601, UTC.")
    form: dict[str, Any] = Field(description="The table that its TOML holds.", examples=[EXAMPLE])
    toml: str = Field(description="The same as TOML, as `tenfold read --form` takes it.")
    picture: str | None = Field(
        None, description="Of a page that was sent: the page as it was read, a JPEG file, as base64."
    )


class Forms(BaseModel):
    """The forms that are kept."""

    forms: list[FormAnswer]


@dataclass(frozen=True, eq=False)
class _Sent:
    """What a request brings.

    Attributes:
        page: The bytes of a file, or None.
        form: A form, or None.
        name: What to keep it as, or None.
        replace: Whether another of that name may be replaced.
    """

    page: bytes | None
    form: str | None = None
    name: str | None = None
    replace: bool = False


def form_routes(live: LiveReader, work: Work, forms: FormStore, limits: Limits) -> APIRouter:
    """Give the routes under `/v1/forms`."""
    routes = APIRouter(prefix="/v1/forms", tags=["forms"])

    @routes.get("", response_model=Forms)
    async def list_forms() -> JSONResponse:
        """Give the forms that are kept, by their names."""
        alphabet = live.number_reader().model.alphabet
        return JSONResponse({"forms": [_kept(each, alphabet) for each in await work.stored(forms.all)]})

    @routes.post(
        "",
        response_model=FormAnswer,
        responses={201: {"model": FormAnswer, "description": "It is kept."}},
        openapi_extra=_described(),
    )
    async def make_form(request: Request) -> JSONResponse:
        """Make a form of an empty page, or take one as it is; with a name it is kept.

        Of a PDF with text fields of its own these become the form's fields; of other pages the rows of boxes.
        """
        reader = live.number_reader()
        sent = await _sent(request, limits)
        picture = None
        form = sent_form(sent.form, reader.model.alphabet, limits) if sent.form else None
        if sent.page is not None:
            page, named = await _opened(sent.page, work, limits)
            if form is None:
                try:
                    [form] = await work.run([partial(form_of, reader.model, page, named=named)])
                except DataError as error:
                    raise Problem("not-readable", str(error)) from error
            picture = as_jpeg(page)
        if form is None:
            raise Problem("bad-request", "expected an empty page, a form, or both")
        kept = await _keep(sent, form, picture, work, forms, limits) if sent.name else None
        answer = _answer(form, kept)
        return JSONResponse({**answer, "picture": as_text(picture) if picture else None}, 201 if kept else 200)

    @routes.get("/{name}", response_model=FormAnswer)
    async def show_form(name: Name) -> JSONResponse:
        """Give a form."""
        alphabet = live.number_reader().model.alphabet
        return JSONResponse(_kept(await _found(name, work, forms), alphabet))

    @routes.get("/{name}/form.toml", response_class=Response, responses={200: {"content": {TOML_TYPE: {}}}})
    async def form_file(name: Name) -> Response:
        """Give a form as the file that `tenfold read --form` takes."""
        return Response((await _found(name, work, forms)).toml, media_type=TOML_TYPE)

    @routes.get("/{name}/page", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    async def form_page(name: Name) -> Response:
        """Give the page that a form was made from."""
        page = await work.stored(lambda: forms.page(name))
        if page is None:
            raise Problem("not-found", "there is no form of this name, or it was kept without its page")
        return Response(page, media_type="image/jpeg")

    @routes.delete("/{name}", status_code=204, response_class=Response)
    async def delete_form(name: Name) -> Response:
        """Let go of a form."""
        if not await work.stored(lambda: forms.forget(name)):
            raise _missing()
        return Response(status_code=204)

    return routes


async def _found(name: str, work: Work, forms: FormStore) -> KeptForm:
    """Give the form that is kept under a name.

    Raises:
        Problem: There is none.
    """
    found = await work.stored(lambda: forms.find(name))
    if found is None:
        raise _missing()
    return found


def _missing() -> Problem:
    return Problem("not-found", "there is no form of this name; `GET /v1/forms` lists those that are kept")


def _described() -> dict[str, Any]:
    described = describe_body("page", PARTS, {})
    content = described["requestBody"]["content"]
    del content["application/json"]
    del content["multipart/form-data"]["schema"]["required"]
    return described


async def _sent(request: Request, limits: Limits) -> _Sent:
    """Take an empty page, a form or both out of a request."""
    if not is_form(request):
        return _Sent(await raw_picture(request))
    async with read_form(request, limits) as parts:
        page, form, name, replace = (parts.get(each) for each in PARTS)
        if isinstance(form, UploadFile):
            form = (await form.read()).decode("utf-8-sig", "replace")
        if isinstance(page, str) and page:
            raise Problem("bad-request", "expected the page as a part with a file name")
        if isinstance(name, UploadFile) or (name and not is_form_name(name)):
            raise Problem("not-allowed", "a form's name is 1 to 60 letters, digits, spaces and ._-")
        if replace not in (None, "", "true", "false"):
            raise Problem("not-allowed", "expected true or false for replace")
        content = await page.read() if isinstance(page, UploadFile) else None
        return _Sent(content, form or None, name or None, replace == "true")


async def _opened(content: bytes, work: Work, limits: Limits) -> tuple[Grey, list[TextField]]:
    """Open the first page of a file."""

    def opened() -> tuple[Grey, list[TextField]]:
        with Pages(content, pixels=limits.pixels) as pages:
            return pages.page(0), pages.fields(0)

    try:
        [found] = await work.run([opened], apart=[bool(kind_of(content))])
    except PictureError as error:
        raise Problem("not-readable", str(error)) from error
    return found


async def _keep(
    sent: _Sent, form: Form, picture: bytes | None, work: Work, forms: FormStore, limits: Limits
) -> KeptForm:
    name, toml = sent.name or "", to_toml(form)
    keep = partial(forms.keep, name, toml, picture, replace=sent.replace, most=limits.forms)
    kept: KeptForm | None = await work.stored(keep)
    if kept is None:
        why = f"there is a form of this name already, which replace=true replaces; or {limits.forms} are kept already"
        raise Problem("not-allowed", why)
    return kept


def _kept(kept: KeptForm, alphabet: str) -> dict[str, Any]:
    return _answer(parse_form(kept.toml.encode(), alphabet), kept)


def _answer(form: Form, kept: KeptForm | None) -> dict[str, Any]:
    return {
        "name": kept.name if kept else None,
        "created": kept.created if kept else None,
        "form": to_table(form),
        "toml": kept.toml if kept else to_toml(form),
    }

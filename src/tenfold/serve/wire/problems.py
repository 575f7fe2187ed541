"""What goes wrong, as problem details (RFC 9457)."""

import json
import textwrap
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from tenfold.errors import TenfoldError

__all__ = [
    "PROBLEM_MEDIA_TYPE",
    "Problem",
    "ProblemDetails",
    "ProblemType",
    "answer_with_problems",
    "problem_response",
]

PROBLEM_MEDIA_TYPE = "application/problem+json"

ProblemType = Literal[
    "bad-request",
    "no-token",
    "other-site",
    "not-found",
    "too-slow",
    "too-large",
    "wrong-type",
    "not-readable",
    "not-allowed",
    "busy",
]

TYPES: dict[ProblemType, tuple[HTTPStatus, str]] = {
    "bad-request": (HTTPStatus.BAD_REQUEST, "The request is not what it should be"),
    "no-token": (HTTPStatus.UNAUTHORIZED, "The request bears no valid token"),
    "other-site": (HTTPStatus.FORBIDDEN, "The request comes from another site"),
    "not-found": (HTTPStatus.NOT_FOUND, "There is no such thing"),
    "too-slow": (HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive"),
    "too-large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large"),
    "wrong-type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The request has the wrong type"),
    "not-readable": (HTTPStatus.UNPROCESSABLE_ENTITY, "The picture cannot be read"),
    "not-allowed": (HTTPStatus.UNPROCESSABLE_ENTITY, "A value is not allowed"),
    "busy": (HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy"),
}
"""The status and the title of each type of problem; the type over HTTP is `urn:tenfold:` and its name."""

EXPECTED = {
    "missing": "it is missing",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "string_type": "expected text",
    "list_type": "expected a list",
    "dict_type": "expected an object",
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
    "literal_error": "expected {expected}",
    "string_too_short": "expected at least {min_length} characters",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected at least {min_length} of them",
    "too_long": "expected at most {max_length} of them",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
    "json_invalid": "the JSON is broken",
    "extra_forbidden": "there is no such field",
}
"""What is wrong with a value, by the type that pydantic gives its error."""

SELF_EVIDENT = {"missing", "json_invalid", "extra_forbidden"}
"""Types of errors of which it does not help to be shown what came."""

LONGEST_SHOWN = 60
"""Characters of a wrong value that are shown."""

RETRY_SECONDS = 1
"""Seconds after which a client of a busy server should ask again; the longest queue has been read by then."""

INFERENCE_PATH = "/v2/"
"""Clients of the Open Inference Protocol ask under this path, and look for the member `error` in an error."""


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="What type of problem; the same for all problems of the type.")
    title: str = Field(description="The type in words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What was expected, what came, and what to do.")


class Problem(Exception):  # noqa: N818 (what HTTP calls it)
    """A request is refused.

    Args:
        type: What type of problem.
        detail: What was expected, what came, and what to do.
        members: Further members of the problem details.
    """

    def __init__(self, type: ProblemType, detail: str, **members: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.type = type
        self.detail = detail
        self.members = members

    def response(self, path: str) -> Response:
        """Give the response to a request for `path`."""
        status, title = TYPES[self.type]
        headers = {}
        if self.type == "busy":
            headers["retry-after"] = str(RETRY_SECONDS)
        if self.type == "no-token":
            headers["www-authenticate"] = "Bearer"
        if self.type in {"too-slow", "too-large"}:
            headers["connection"] = "close"
        return problem_response(f"urn:tenfold:{self.type}", title, status, self.detail, path, headers, **self.members)


def problem_response(
    type: str,
    title: str,
    status: int,
    detail: str,
    path: str,
    headers: dict[str, str] | None = None,
    **members: Any,  # noqa: ANN401
) -> Response:
    """Give a response that says what went wrong."""
    details = {"type": type, "title": title, "status": int(status), "detail": detail, **members}
    if path.startswith(INFERENCE_PATH):
        details["error"] = detail
    return _AnyText(details, status, headers, PROBLEM_MEDIA_TYPE)


class _AnyText(JSONResponse):
    """JSON whose text may hold halves of signs, as a stranger's may: they are written as JSON escapes them."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def answer_with_problems(app: FastAPI) -> None:
    """Make an application answer whatever goes wrong with problem details."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(TenfoldError, _tenfold_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(Exception, _bug)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 (Starlette's types do not say which error comes)
    return error.response(request.url.path)


def _tenfold_error(request: Request, error: Exception) -> Response:
    return Problem("not-allowed", str(error)).response(request.url.path)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    wrong = [f"{'.'.join(map(str, each['loc']))}: {_what_is_wrong(each)}" for each in error.errors()]
    return Problem("not-allowed", "; ".join(wrong)).response(request.url.path)


def _what_is_wrong(error: Mapping[str, Any]) -> str:
    """Say in our words what pydantic found wrong with a value: what was expected, and what came."""
    expected = EXPECTED.get(error["type"], "the value is not allowed").format_map(error.get("ctx", {}))
    if error["type"] in SELF_EVIDENT:
        return expected
    return f"{expected}, got {textwrap.shorten(repr(error.get('input')), LONGEST_SHOWN, placeholder='…')}"


def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return Problem("not-found", "there is nothing at this address").response(request.url.path)
    headers = dict(error.headers or {})
    return problem_response("about:blank", status.phrase, status, status.description, request.url.path, headers)


def _bug(request: Request, _: Exception) -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "the server failed; its log says why, under the id of this request"
    return problem_response("about:blank", status.phrase, status, detail, request.url.path)

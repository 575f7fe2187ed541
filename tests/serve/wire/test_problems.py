import asyncio
import json
from typing import Literal

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from tenfold.errors import OptionError
from tenfold.serve.wire.problems import PROBLEM_MEDIA_TYPE, TYPES, Problem, answer_with_problems


def told(type_, path="/v1/digits", **members):
    response = Problem(type_, "why", **members).response(path)
    return response, json.loads(response.body)


@pytest.mark.parametrize("type_", TYPES)
def test_a_problem_has_the_members_of_rfc_9457(type_):
    response, details = told(type_)
    status, title = TYPES[type_]
    assert details == {"type": f"urn:tenfold:{type_}", "title": title, "status": status, "detail": "why"}
    assert (response.status_code, response.media_type) == (status, PROBLEM_MEDIA_TYPE)


def test_some_types_bring_headers():
    assert told("busy")[0].headers["retry-after"] == "1"
    assert told("no-token")[0].headers["www-authenticate"] == "Bearer"
    assert told("too-large")[0].headers["connection"] == "close"


def test_further_members_and_the_error_of_the_inference_protocol():
    assert told("not-readable", failed=["a.png"])[1]["failed"] == ["a.png"]
    assert told("not-found", "/v2/models/x")[1]["error"] == "why"


def test_whatever_goes_wrong_is_a_problem_and_a_bug_tells_nothing():
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/option")
    def option():
        raise OptionError("digits is 1 to 60")

    @app.get("/number/{number}")
    def number(number: int):
        return number

    @app.get("/bug")
    def bug():
        raise RuntimeError("a secret")

    async def ask():
        inside = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=inside, base_url="http://localhost") as client:
            return {path: await client.get(path) for path in ("/option", "/number/x", "/nowhere", "/bug")}

    answers = asyncio.run(ask())
    assert {answer.headers["content-type"] for answer in answers.values()} == {PROBLEM_MEDIA_TYPE}
    assert [answer.status_code for answer in answers.values()] == [422, 422, 404, 500]
    assert answers["/option"].json()["detail"] == "digits is 1 to 60"
    assert answers["/number/x"].json()["detail"] == "path.number: expected a whole number, got 'x'"
    assert "secret" not in answers["/bug"].text


class Every(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["a", "b"] = "a"
    count: int = Field(1, ge=1, le=9)
    share: float = Field(0.5, gt=0, lt=1, allow_inf_nan=False)
    name: str = Field("x", min_length=1, max_length=3)
    many: list[int] = Field([1], min_length=1, max_length=2)
    sure: bool = True
    inner: dict[str, int] = {}
    pattern: str = Field("x", pattern="x")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "c"}, "expected 'a' or 'b', got 'c'"),
        ({"count": "many"}, "expected a whole number, got 'many'"),
        ({"count": 0}, "expected at least 1, got 0"),
        ({"count": 10}, "expected at most 9, got 10"),
        ({"share": 0}, "expected more than 0.0, got 0"),
        ({"share": 1}, "expected less than 1.0, got 1"),
        ({"name": ""}, "expected at least 1 characters, got ''"),
        ({"name": "x" * 500}, "expected at most 3 characters, got …"),
        ({"many": [1, 2, 3]}, "expected at most 2 of them, got [1, 2, 3]"),
        ({"sure": "perhaps"}, "expected true or false, got 'perhaps'"),
        ({"inner": []}, "expected an object, got []"),
        ({"pattern": "y"}, "the value is not allowed, got 'y'"),
        ({"other": 1}, "there is no such field"),
    ],
)
def test_a_wrong_value_is_told_in_our_words(sent, told):
    app = FastAPI()
    answer_with_problems(app)

    @app.post("/every")
    def every(given: Every):
        return given

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.post("/every", json=sent)

    assert asyncio.run(ask()).json()["detail"] == f"body.{next(iter(sent))}: {told}"

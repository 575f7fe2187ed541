import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI

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
    assert answers["/number/x"].json()["detail"].startswith("path.number: ")
    assert "secret" not in answers["/bug"].text

"""The API does what its description says, whatever is sent."""

import asyncio
import contextlib
import re
import signal
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenfold.serve.app import create_app
from tenfold.serve.options import ServeOptions

DOCUMENT = Path(__file__).parents[2] / "docs" / "serving.md"


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 15


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_the_description_allows_or_forbids_breaks_the_server(address, mode):
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        def ask(case):
            case.validate_response(case.call(timeout=60), checks=CHECKS)
            asked.append(case.path)

        with contextlib.suppress(Unsatisfiable):  # where nothing can be sent that is wrong
            ask()
    assert {"/v1/digits", "/v1/numbers", "/v1/reviews", "/v2/models/{name}/infer"} <= set(asked)


def test_the_documentation_names_every_route_and_no_other(client):
    paths = client.get("/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST|PUT|DELETE) [^`]+)`", DOCUMENT.read_text(), re.MULTILINE)) == described


def test_after_its_end_no_signal_writes_into_the_event_loop(model_copy):
    """The loop closes next, and a second SIGTERM in that moment printed a traceback."""
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive():
        return {"type": next(messages)}

    async def send(message):
        sent.append(message["type"])

    async def live():
        await create_app(ServeOptions(model=model_copy))(
            {"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send
        )
        return signal.set_wakeup_fd(-1)

    sent = []
    assert asyncio.run(live()) == -1
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

"""Each request is a span where traces are wanted, and nothing is made of it where they are not."""

import asyncio
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tenfold.errors import OptionError
from tenfold.serve.wire.traces import Traced, tracer_if_wanted

trace = pytest.importorskip("opentelemetry.trace")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Span(trace.NonRecordingSpan):
    """Remembers what it is told."""

    def __init__(self, name, context, attributes):
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self.name, self.parent, self.attributes, self.failed = name, context, dict(attributes), False

    def set_attribute(self, key, value):
        self.attributes[key] = value

    def update_name(self, name):
        self.name = name

    def set_status(self, status, description=None):
        self.failed = status.status_code is trace.StatusCode.ERROR


class Tracer:
    def __init__(self):
        self.spans = []

    @contextmanager
    def start_as_current_span(self, name, context, kind, attributes):
        assert kind is trace.SpanKind.SERVER
        self.spans.append(Span(name, context, attributes))
        yield self.spans[-1]


def ask(status, headers=()):
    tracer = Tracer()

    async def app(scope, receive, send):
        scope["route"] = type("Route", (), {"path": "/v1/digits"})
        await send({"type": "http.response.start", "status": status})

    async def send(message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/v1/digits", "headers": list(headers)}
    asyncio.run(Traced(app, tracer)(scope, None, send))
    [span] = tracer.spans
    return span


def test_a_request_is_a_span_with_its_route_and_status():
    span = ask(200)
    assert span.name == "POST /v1/digits"
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["http.route"] == "/v1/digits"
    assert not span.failed
    assert ask(503).failed


def test_it_goes_on_with_the_trace_of_its_client():
    span = ask(200, [(b"traceparent", PARENT.encode())])
    assert f"{trace.get_current_span(span.parent).get_span_context().trace_id:032x}" == PARENT.split("-")[1]


def test_nothing_is_traced_unless_an_address_is_named(monkeypatch):
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert tracer_if_wanted() is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert tracer_if_wanted() is None


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(OptionError, match=r'pip install "tenfold\[telemetry\]"'):
        tracer_if_wanted()


SEND = """
import asyncio
from tenfold.serve.wire.traces import Traced, tracer_if_wanted

async def app(scope, receive, send):
    scope["route"] = type("Route", (), {"path": "/v1/digits"})
    await send({"type": "http.response.start", "status": 200})

async def send(message):
    pass

scope = {"type": "http", "method": "POST", "path": "/v1/digits", "headers": [(b"traceparent", b"PARENT")]}
asyncio.run(Traced(app, tracer_if_wanted())(scope, None, send))
"""


def test_opentelemetry_itself_sends_the_span_where_its_variables_say():
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    pytest.importorskip("opentelemetry.sdk.trace")
    sent = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever).start()
        where = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "NO_PROXY": "127.0.0.1",
        }
        subprocess.run([sys.executable, "-c", SEND.replace("PARENT", PARENT)], env={**os.environ, **where}, check=True)
        server.shutdown()
    [(path, content)] = sent
    [resource] = service.ExportTraceServiceRequest.FromString(content).resource_spans
    [span] = resource.scope_spans[0].spans
    assert path == "/v1/traces"
    assert (span.name, span.trace_id.hex()) == ("POST /v1/digits", PARENT.split("-")[1])
    assert "tenfold" in [each.value.string_value for each in resource.resource.attributes]

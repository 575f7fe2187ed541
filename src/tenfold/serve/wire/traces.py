"""Traces: a span for each request, sent to where OpenTelemetry's own variables say; nowhere without them.

Source:
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables, and its semantic conventions for
    HTTP servers.
"""

import os
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.errors import OptionError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

__all__ = ["Traced", "tracer_if_wanted"]

WANTED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The variables that name where traces go."""

NAME = "tenfold"


def tracer_if_wanted() -> "Tracer | None":
    """Give what makes spans, set up as OpenTelemetry's variables say; None where they name no address.

    Raises:
        OptionError: They do, and the extra `telemetry` is not installed.
    """
    if not any(os.environ.get(name) for name in WANTED) or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise OptionError(
            f'{WANTED[0]} is set, and traces need {error.name}: pip install "tenfold[telemetry]"'
        ) from error
    os.environ.setdefault("OTEL_SERVICE_NAME", NAME)
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    return trace.get_tracer(NAME)


class Traced:
    """Makes a span of each request, in the trace that its client began if it did.

    Args:
        app: The application.
        tracer: What makes spans.
    """

    def __init__(self, app: ASGIApp, tracer: "Tracer") -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, Status, StatusCode

        known = {"http.request.method": scope["method"], "url.path": scope["path"]}
        begun = extract(dict(Headers(scope=scope)))
        with self._tracer.start_as_current_span(scope["method"], begun, SpanKind.SERVER, known) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", status)
                    if status >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            await self._app(scope, receive, told)
            route = getattr(scope.get("route"), "path", None)
            if route:
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)

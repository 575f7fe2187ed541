"""What is known about the requests: an id for each, a line of log, and figures for Prometheus."""

import json
import logging
import os
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["JsonLines", "Metrics", "Observed", "share_figures"]

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What is taken as a request's id from its client."""

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder through which several processes add up their figures."""

log = logging.getLogger("tenfold.serve")


def share_figures(folder: str) -> None:
    """Add the figures of this process, and of those that it starts, up in a folder; call it before any is made."""
    os.environ[SHARED] = folder
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of a server.

    Args:
        jobs: Says how many pictures are being read or wait.
    """

    def __init__(self, jobs: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._jobs = jobs
        own = self._registry
        self.requests = Counter("tenfold_requests", "Requests answered.", ["route", "method", "status"], registry=own)
        self.seconds = Histogram(
            "tenfold_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=own,
        )
        self.digits = Counter(
            "tenfold_digits", "Pictures by what came of them: accepted, or why not.", ["outcome"], registry=own
        )
        self.numbers = Counter(
            "tenfold_numbers", "Numbers on pages by what came of them: accepted, or why not.", ["outcome"], registry=own
        )
        self.reloads = Counter("tenfold_model_reloads", "New models, taken or refused.", ["outcome"], registry=own)
        self.waiting = Gauge(
            "tenfold_waiting", "Pictures being read or waiting.", registry=own, multiprocess_mode="livesum"
        )

    def look(self) -> None:
        """Take down how many pictures are being read or wait now."""
        self.waiting.set(self._jobs())

    def expose(self) -> tuple[bytes, str]:
        """Give the figures in Prometheus' text format, and its media type; of all processes where there are several."""
        self.look()
        if SHARED not in os.environ:
            return generate_latest(self._registry) + generate_latest(_PROCESS), CONTENT_TYPE_LATEST
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together), CONTENT_TYPE_LATEST


_PROCESS = CollectorRegistry()
ProcessCollector(registry=_PROCESS)


class Observed:
    """Gives each request an id, and leaves a line of log and figures behind.

    Args:
        app: The application.
        metrics: The figures.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        status = 499  # the client left before there was an answer
        started = time.perf_counter()

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message.setdefault("headers", []))["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        finally:
            self._note(scope, request_id, status, time.perf_counter() - started)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "page"
        self._metrics.requests.labels(route, scope["method"] if route != "page" else "GET", status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        self._metrics.look()
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        log.info("request", extra={"fields": fields})


class JsonLines(logging.Formatter):
    """Writes each log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)

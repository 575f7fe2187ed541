"""Metrics for Prometheus; and for each request an id, a line in the log and its place in the metrics."""

import asyncio
import os
import random
import re
import time
from collections.abc import Callable

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

from tenfold.serve.wire.logs import REQUESTS
from tenfold.serve.wire.problems import Problem

__all__ = ["Instrumented", "Metrics", "forget_process", "share_metrics"]

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24)
"""Upper bounds of the histogram of request times, in seconds."""

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What a client may give as the id of its request."""

CLIENT_LEFT = 499
"""Logged in place of a status where the client left before there was an answer; nginx's number for it."""

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client finds the folder where several processes add up their metrics."""


def share_metrics(folder: str) -> None:
    """Add up the metrics of this process, and of those that it starts, in a folder; call it before any are made."""
    os.environ[SHARED] = folder
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


def forget_process(number: int) -> None:
    """Leave the gauges of a process that has died out of the sums; its counts stay."""
    if SHARED in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(number)  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of a server.

    Args:
        jobs: Gives the number of pictures that are being read or wait.
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
            buckets=BUCKETS,
            registry=own,
        )
        self.digits = Counter(
            "tenfold_digits", "Pictures read, by outcome: accepted, or why not.", ["outcome"], registry=own
        )
        self.numbers = Counter(
            "tenfold_numbers", "Numbers read on pages, by outcome: accepted, or why not.", ["outcome"], registry=own
        )
        self.reloads = Counter("tenfold_model_reloads", "New models, taken or refused.", ["outcome"], registry=own)
        self.waiting = Gauge(
            "tenfold_waiting", "Pictures being read or waiting.", registry=own, multiprocess_mode="livesum"
        )

    def count_waiting(self) -> None:
        """Record how many pictures are being read or wait now."""
        self.waiting.set(self._jobs())

    def expose(self) -> tuple[bytes, str]:
        """Give the metrics in Prometheus' text format, of all processes together, and its media type."""
        self.count_waiting()
        if SHARED not in os.environ:
            return generate_latest(self._registry) + generate_latest(_PROCESS), CONTENT_TYPE_LATEST
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together), CONTENT_TYPE_LATEST


_PROCESS = CollectorRegistry()
ProcessCollector(registry=_PROCESS)


class Instrumented:
    """Gives each request an id, logs it and counts it.

    Args:
        app: The application.
        metrics: The metrics to count it in.
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
        status = CLIENT_LEFT
        started = time.perf_counter()

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message.setdefault("headers", []))["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        except asyncio.CancelledError:  # the client has left, or the server ends
            if status == CLIENT_LEFT:
                problem = Problem("busy", "the server ends; come again in a second")
                await problem.response(scope["path"])(scope, receive, send)
        finally:
            self._record(scope, request_id, status, time.perf_counter() - started)

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "page"
        self._metrics.requests.labels(route, scope["method"] if route != "page" else "GET", status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        self._metrics.count_waiting()
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        REQUESTS.info("request", extra={"fields": fields})

"""uvicorn's connection, with limits to the size and time of a request's head, and an end without a lost request."""

import asyncio
import json
import re
from asyncio import AbstractEventLoop, TimerHandle, Transport
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tenfold.serve.wire.problems import PROBLEM_MEDIA_TYPE

__all__ = ["Connection"]

SLICE = 16 << 10
"""Bytes that are parsed between two checks of the limits."""

HEAD_START = re.compile(rb"[\r\n]*[A-Z]")
"""How a head begins, as far as it shows: what does not is refused by the parser."""

HEAD_END = b"\r\n\r\n"

UPGRADE = re.compile(rb"(?im)^upgrade[ \t]*:[^\r\n]*\r\n")
"""The header by which a client offers to go on in another protocol."""

FRAMING = 8
"""Bytes of framing that are allowed for each byte of a body: a chunk of one byte has six."""


class _AtOnce:
    """A transport that collects what is written in one turn of the event loop and sends it at once: head and body.

    Each sending releases Python's lock, and a thread that reads pictures may then hold it for a while.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._written: list[bytes] = []

    def write(self, content: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(content)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        written, self._written = self._written, []
        if written:
            self._transport.write(b"".join(written))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, safe for strangers.

    It adds limits that uvicorn does not have: the length of a head and the time it takes, chunks and trailers that
    carry no body, the number of connections. And it answers a request that was on its way while an idle connection was
    being closed.
    """

    head_bytes = 32 << 10
    """Bytes of a request apart from its body: its first line, headers, chunk sizes, trailers."""

    head_seconds = 10.0
    """Seconds that a head may take to arrive."""

    write_seconds = 30.0
    """Seconds for which a client may take nothing of its answer."""

    most = 1024
    """Connections that one process keeps open at most."""

    farewell_seconds = 0.5
    """Seconds in which an idle connection still takes a request after the server was told to end."""

    _not_body = 0
    _in_head = True
    _within_head = False
    _refused = False
    _leaving = False
    _head_timer: TimerHandle | None = None
    _write_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin a connection: wait for a head."""
        super().connection_made(cast(Transport, _AtOnce(transport, self.loop)))
        self._head = bytearray()
        self._answering: asyncio.Task[None] | None = None
        if len(self.connections) > self.most:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections are open; come again in a second")
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection: stop waiting, and give up what nobody waits for any more."""
        self._head_arrived()
        if self._write_timer is not None:
            self._write_timer.cancel()
        super().connection_lost(exc)
        if self._answering is not None and self.cycle is not None and not self.cycle.response_complete:
            self._answering.cancel()

    def data_received(self, data: bytes) -> None:
        """Parse what came, while it keeps to the limits: a head once it is whole, the rest slice by slice."""
        self._unset_keepalive_if_required()
        if self._in_head and not self._within_head and (self._head or HEAD_START.match(data)):
            data = self._whole_head(data)
        for start in range(0, len(data), SLICE):
            if self._refused or self.transport.is_closing():
                return
            piece = data[start : start + SLICE]
            self._not_body += len(piece)
            super().data_received(piece)
            if self._not_body > self.head_bytes:
                too_large = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                self._refuse_head(too_large if self._in_head else HTTPStatus.BAD_REQUEST)
        if self._in_head and self._head_timer is None and not self._idle_for_good():
            self._await_head()

    def _whole_head(self, data: bytes) -> bytes:
        """Collect a head until it is whole; gives it then, with what follows it, and nothing before.

        A wish to go on in another protocol, as `Upgrade: h2c`, is left out: the parser would take the body for that.
        """
        start = max(0, len(self._head) - len(HEAD_END))
        self._head += data
        end = self._head.find(HEAD_END, start)
        self._not_body = len(self._head) if end < 0 else end + len(HEAD_END)
        if self._not_body > self.head_bytes:
            self._head.clear()
            self._refuse_head(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if end < 0 or not self._head:
            return b""
        whole = UPGRADE.sub(b"", bytes(self._head[: end + 2])) + bytes(self._head[end + 2 :])
        self._head.clear()
        self._not_body = 0
        return whole

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401
        """Begin to answer, in a task that is cancelled if the client leaves."""
        self._answering = self.loop.create_task(cycle.run_asgi(app))
        self._answering.add_done_callback(self.tasks.discard)
        self.tasks.add(self._answering)

    def _unsupported_upgrade_warning(self) -> None:
        """Refuse a tunnel, and a wish to upgrade that came behind another request."""
        self._refuse(HTTPStatus.BAD_REQUEST, "expected HTTP/1.1, and no other protocol")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._within_head = True
        self._in_head = True
        self._not_body = min(self._not_body, SLICE)

    def on_headers_complete(self) -> None:
        """End a request's head."""
        self._in_head = self._within_head = False
        self._head_arrived()
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of a body; each of its bytes allows for some framing."""
        self._not_body = max(0, self._not_body - (FRAMING + 1) * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request: what comes next is the head of another."""
        super().on_message_complete()
        self._in_head = True
        self._not_body = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        if not self._refused:
            self._refuse(HTTPStatus.BAD_REQUEST, f"{msg.rstrip('.')}: expected HTTP/1.1")

    def pause_writing(self) -> None:
        """Wait for a client that takes its answer slowly; one that takes nothing is left."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client has taken some of it."""
        if self._write_timer is not None:
            self._write_timer.cancel()
        super().resume_writing()

    def shutdown(self) -> None:
        """End after the request that is being answered, or that is on its way now."""
        self._leaving = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(self.farewell_seconds, self._close_if_idle)
        else:
            self.cycle.keep_alive = False

    def _close_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _idle_for_good(self) -> bool:
        return self._not_body == 0 or self.transport.is_closing()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_too_slow)

    def _head_arrived(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_too_slow(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"a request's head may take {self.head_seconds:g} seconds")

    def _refuse_head(self, status: HTTPStatus) -> None:
        self._refuse(status, f"a request may have {self.head_bytes:,} bytes of headers")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Send a problem, whether or not there is a request, and close the connection."""
        self._refused = True
        self._head_arrived()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
        content = json.dumps(problem).encode()
        retry = "retry-after: 1\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else ""
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\n"
            f"content-length: {len(content)}\r\n{retry}connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + content)
        self.transport.close()

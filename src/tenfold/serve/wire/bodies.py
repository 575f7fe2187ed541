"""Limits of bodies: their size, the time they take to arrive, and the bytes of all that are held at once."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.serve.options import Limits
from tenfold.serve.wire.problems import Problem

__all__ = ["LimitedBodies"]

PIECE = 256 << 10
"""Bytes of a body that are passed on before other requests get their turn, for forms are parsed in the event loop."""

DISCARD_SECONDS = 1.0
"""Seconds for which the rest of a refused body is still received, so that its sender gets the answer and not a broken
connection."""


class ClientLeftError(Exception):
    """The client left."""


class LimitedBodies:
    """Receives each request's body whole before the application sees it, or refuses it.

    Args:
        app: The application.
        limits: How much may come, and how slowly.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            await self._take(scope, receive, body)
            await self._app(scope, _replay(body, receive), send)
        except Problem as problem:
            await self._discard(scope, receive)
            await problem.response(scope["path"])(scope, receive, send)
        except ClientLeftError:
            return
        finally:
            self._held -= len(body)

    async def _take(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        """Fill `body`, which counts as held from its first byte on."""
        limits = self._limits
        too_large = Problem("too-large", f"the body is too large: at most {limits.body:,} bytes are taken")
        if _declared(scope) > limits.body:
            raise too_large
        try:
            async with asyncio.timeout(limits.body_seconds):
                async for piece in _pieces(receive):
                    if len(body) + len(piece) > limits.body:
                        raise too_large
                    if self._held + len(piece) > limits.held:
                        raise Problem("busy", "too much is being sent at once; come again in a second")
                    body += piece
                    self._held += len(piece)
        except TimeoutError as error:
            detail = f"the body took too long to arrive: at most {limits.body_seconds:g} seconds are waited"
            raise Problem("too-slow", detail) from error

    async def _discard(self, scope: Scope, receive: Receive) -> None:
        """Receive and drop the rest of a body; a client that asked with `Expect` before sending it sends none."""
        if any(name == b"expect" for name, _ in scope["headers"]):
            return
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                async for _ in _pieces(receive):
                    pass
        except (TimeoutError, ClientLeftError):
            return


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientLeftError
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _replay(body: bytearray, receive: Receive) -> Receive:
    """Give a `receive` that passes on, in pieces, a body that was received already."""
    starts = iter(range(0, max(len(body), 1), PIECE))

    async def replay() -> Message:
        start = next(starts, None)
        if start is None:
            return await receive()
        if start:
            await asyncio.sleep(0)
        piece = bytes(body[start : start + PIECE])
        return {"type": "http.request", "body": piece, "more_body": start + PIECE < len(body)}

    return replay

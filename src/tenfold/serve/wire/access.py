"""Access: who may ask, and what a browser may do with the answers."""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.serve.options import ServeOptions, is_loopback
from tenfold.serve.wire.problems import Problem

__all__ = ["PAGE_POLICY", "Access"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content security policy: the page loads only from this server, and text never becomes markup."""

SECURITY_HEADERS = (
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Headers of every answer, in ASGI's form."""

OPEN = {"/v2/health/live", "/v2/health/ready"}
"""Paths under `GUARDED` that need no token, for health probes have none."""

GUARDED = ("/v1/", "/v2", "/metrics")
"""Paths that need a token, by their beginning; the rest are the page's own files and the description of the API."""

READING = frozenset({"GET", "HEAD"})
"""Methods that change nothing, so that a link from another site may use them."""


class Access:
    """Lets in requests that bear the token, refuses those of other sites' pages, and tells browsers to be strict.

    A server without a token that serves only this machine answers only under this machine's own names. Another site
    could otherwise point its own name here and read the answers (DNS rebinding).

    Args:
        app: The application.
        options: How to serve; its host and token count here.
    """

    def __init__(self, app: ASGIApp, options: ServeOptions) -> None:
        self._app = app
        self._token = options.token()
        self._local_only = is_loopback(options.host) and not self._token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                there = {name for name, _ in headers}
                kept = b"no-cache" if _is_page(scope["path"]) else b"no-store"
                headers += [each for each in (*SECURITY_HEADERS, (b"cache-control", kept)) if each[0] not in there]
            await send(message)

        try:
            self._check(scope, Headers(scope=scope))
        except Problem as problem:
            await problem.response(scope["path"])(scope, receive, strict)
        else:
            await self._app(scope, receive, strict)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if len(headers.getlist("host")) > 1:
            raise Problem("bad-request", "the request has more than one Host")
        host = headers.get("host", "")
        if self._local_only and not is_loopback(_hostname(host)):
            raise Problem("other-site", "only this machine is served, at the address that it calls itself")
        origin = headers.get("origin")
        if origin is not None and scope["method"] not in READING and origin.partition("://")[2] != host:
            raise Problem("other-site", "pages of other sites may not ask this server for anything")
        if self._token and not _is_page(scope["path"]) and scope["path"] not in OPEN:
            kind, _, given = headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token.encode()):
                raise Problem("no-token", "give the server's token as `Authorization: Bearer TOKEN`")


def _is_page(path: str) -> bool:
    return not path.startswith(GUARDED)


def _hostname(host: str) -> str:
    """Give the name in `name:port`, where the name may be an IPv6 address in brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]

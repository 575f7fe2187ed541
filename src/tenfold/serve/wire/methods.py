"""Methods: HEAD wherever GET is, and 405 where there is a path but not the method."""

from collections.abc import Iterable
from os import PathLike

from starlette.exceptions import HTTPException
from starlette.routing import Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HeadAsGet", "PageFiles"]


class HeadAsGet:
    """Answers HEAD as GET; the server leaves the body out.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send)
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]


class PageFiles(StaticFiles):
    """The page's own files, at all paths that no route has; a path of a route with another method is 405.

    Args:
        folder: The files.
        routers: The routes.
    """

    def __init__(self, folder: str | PathLike[str], routers: Iterable[Router]) -> None:
        super().__init__(directory=folder, html=True)
        self._routes = [route for router in routers for route in router.routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        allowed: set[str] = set()
        for route in self._routes:
            if route.path_regex.match(scope["path"]):
                allowed |= set(route.methods or ())
        if allowed:
            allowed |= {"HEAD"} if "GET" in allowed else set()
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        await super().__call__(scope, receive, send)

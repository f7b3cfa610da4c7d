"""Lets the pages of registered sites, and no others, call the API from a browser (CORS)."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from records.places import sites

API = "/api/chat/"
SECONDS_HELD = 30.0
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """Remembers for half a minute which origins the sites have."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._by_site: dict[str, frozenset[str]] = {}
        self._until = 0.0

    async def by_site(self) -> dict[str, frozenset[str]]:
        """The origins of each site; what was known before while the database is away."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + SECONDS_HELD
            try:
                async with self._database.connect() as db:
                    self._by_site = await sites.origins(db)
            except (SQLAlchemyError, OSError):
                self._until = time.monotonic() + 1
        return self._by_site

    async def known(self, origin: str) -> bool:
        """Whether any site has this origin."""
        return any(origin in origins for origins in (await self.by_site()).values())


class Cors:
    """Answers preflights and marks responses for known origins."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Mark API calls that come from a known page."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin if origin and await self._origins.known(origin) else None
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            answer = Response(status_code=204, headers=_PREFLIGHT if allowed else {})
            await answer(scope, receive, _marking(send, allowed))
            return
        await self._app(scope, receive, _marking(send, allowed))


def _marking(send: Send, origin: str | None) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"
        await send(message)

    return marked

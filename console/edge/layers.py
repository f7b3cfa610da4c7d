"""The outer layers: security headers, host names, size of bodies, a log line per request."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

FORM_BYTES = 512 * 1024
FILE_BYTES = 20 * 1024 * 1024
IMPORT = "/exchange/import"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Layers:
    """Adds what no page has to think of, and turns away what no page should see."""

    def __init__(self, app: ASGIApp, host: str, https: bool) -> None:
        self._app = app
        self._host = host.lower()
        self._headers = dict(_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), [500]

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                is_asset = scope["path"].startswith("/assets/")
                headers.setdefault("Cache-Control", "no-cache" if is_asset else "no-store")
            await send(message)

        try:
            await self._let_in(scope, receive, marked)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            ms = round((time.perf_counter() - started) * 1000, 1)
            told = {"method": scope["method"], "route": route, "status": status[0], "ms": ms}
            log.info("request served", extra=told)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() != self._host and scope["path"] != "/healthz":
            await PlainTextResponse("unknown host", 400)(scope, receive, send)
            return
        most = FILE_BYTES if scope["path"] == IMPORT else FORM_BYTES
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or int(length) > most:
            await PlainTextResponse("too large", 413)(scope, receive, send)
            return
        await self._app(scope, receive, send)

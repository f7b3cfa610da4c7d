"""What every request to a region goes through: its id, its faults, who may ask, its log line."""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.registry.access import VERSION, refusal
from sandbox.registry.faults import Faults, Heard, legible, misbehave

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass
class Edge:
    """Wraps the application; what is not about a region passes untouched."""

    app: ASGIApp
    faults: Faults
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        region = scope.get("path", "").lstrip("/").split("/", 1)[0]
        if scope["type"] != "http" or region in ("", "control", "healthz"):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        status = 0

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["Registry-Version"] = VERSION
                headers["X-Request-Id"] = request_id
                headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._serve(region, scope, receive, marked)
        finally:
            path = legible(scope["path"], scope["query_string"])
            self.faults.keep(Heard(legible(region, b""), scope["method"], path, request_id, status))
            log.info(
                "registry asked: method=%s path=%r status=%s request=%s",
                scope["method"],
                path,
                status,
                request_id,
            )

    async def _serve(self, region: str, scope: Scope, receive: Receive, send: Send) -> None:
        if await misbehave(self.faults.next(region), scope, receive, send):
            return
        refused = refusal(Headers(scope=scope), self.token)
        await (refused.response() if refused else self.app)(scope, receive, send)


def _request_id(headers: Headers) -> str:
    """The caller's, if it can stand in a log; else a new one."""
    given = headers.get("x-request-id", "")
    long_number = legible(given, b"") != given
    return given if _REQUEST_ID.fullmatch(given) and not long_number else str(uuid.uuid4())

"""The outermost layer: a request's id, its line in the log, its place in the figures."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.edge.refused import Refusals
from channels.knowledge.notices import INTERNAL
from channels.watch.metrics import Metrics

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """Every request gets an id, a log line, a measured time, and in the end some answer."""

    def __init__(self, app: ASGIApp, refusals: Refusals, metrics: Metrics) -> None:
        self._app = app
        self._refusals = refusals
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, watched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started = time.perf_counter()
        begun: list[int] = []
        took: list[float] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message["status"])
                took.append(time.perf_counter() - started)
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            log.exception("request failed", extra={"request": request_id, "route": _route(scope)})
            if not begun:
                await self._refusals.answer(scope, INTERNAL, 500)(scope, receive, watched)
        finally:
            seconds = took[0] if took else time.perf_counter() - started
            self._note(scope, request_id, begun[0] if begun else 499, seconds)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _route(scope)
        self._metrics.http_seconds.labels(method, route, str(status)).observe(seconds)
        log.info(
            "request served",
            extra={
                "request": request_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "conversation": str(scope.get("path_params", {}).get("conversation", ""))[:36],
            },
        )


def _request_id(scope: Scope) -> str:
    """The caller's, when it looks like one; it is the thread through all our logs."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _route(scope: Scope) -> str:
    """The pattern of the route, never the path: a path may carry a secret."""
    path = getattr(scope.get("route"), "path", None)
    return str(path) if path else "unmatched"

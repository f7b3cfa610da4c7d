"""Stops bodies that are larger than anything we take, before they fill the memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.edge.refused import Refusals

MOST_BYTES = 16 * 1024
# Messengers wrap what a citizen says in much of their own.
MESSENGER_BYTES = 64 * 1024
# So much we read and throw away, because a sender who is cut off never sees why.
MOST_DISCARDED = 4 * 1024 * 1024
SECONDS_TO_SEND = 15.0


class BodyLimit:
    """Reads a body up to the limit, then hands it on in one piece."""

    def __init__(
        self, app: ASGIApp, refusals: Refusals, wider: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._refusals = refusals
        self._wider = wider or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what says, or turns out, to be too large."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"])
        try:
            async with asyncio.timeout(SECONDS_TO_SEND):
                parts = await _read(receive, most)
        except TimeoutError:
            await self._refuse("too_slow", 408, scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        if parts is None or _says_too_much(said, most):
            await self._refuse("too_large", 413, scope, receive, send)
            return
        await self._app(scope, _replay(parts, receive), send)

    async def _refuse(
        self, code: str, status: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        refused = self._refusals.answer(scope, code, status)
        refused.headers["Connection"] = "close"
        await refused(scope, receive, send)

    def _most(self, path: str) -> int:
        wider = (most for start, most in self._wider.items() if path.startswith(start))
        return max(wider, default=MOST_BYTES)


def _says_too_much(said: str, most: int) -> bool:
    return not said.isascii() or not said.isdigit() or int(said[:20]) > most


async def _read(receive: Receive, most: int) -> list[Message] | None:
    parts: list[Message] = []
    size = 0
    while True:
        part = await receive()
        parts.append(part)
        size += len(part.get("body", b""))
        if size > most:
            parts = []
        if size > MOST_DISCARDED:
            return None
        if part["type"] != "http.request" or not part.get("more_body"):
            return parts if size <= most else None


def _replay(parts: list[Message], receive: Receive) -> Receive:
    left = iter(parts)

    async def again() -> Message:
        part = next(left, None)
        return part if part is not None else await receive()

    return again

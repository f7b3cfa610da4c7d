"""The way to the action server over connections that stay open, a call in one packet.

Rasa opens a new connection for each action; that alone costs more than understanding does. Each
write wakes the other side, so a call's head and body leave together; httptools reads the answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httptools
import ujson
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

# The action server gives itself 2 s for a registry; this is where we stop believing in it.
SECONDS = 6.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class KeptEndpoint(EndpointConfig):
    """An action endpoint with its own connections for the engine's whole life."""

    _idle: list[Connection] | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call the action server; its JSON, or `ClientResponseError` for 400 and above.

        `ConnectionError` when it went away, `TimeoutError` when it takes longer than `SECONDS`.
        """
        call = ujson.dumps(kwargs["json"]).encode()
        connection = await self._connection()
        answer = await connection.ask(self._head(len(call)) + call)
        if not connection.closed:
            self._pool.append(connection)
        if answer.status >= 400:
            raise ClientResponseError(answer.status, "", answer.body.decode("utf-8", "replace"))
        return ujson.loads(answer.body) if answer.body else None

    def _head(self, length: int) -> bytes:
        where = urlsplit(self.url)
        return (
            f"POST {where.path or '/'} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    async def _connection(self) -> Connection:
        while self._pool:
            kept = self._pool.pop()
            if not kept.closed:
                return kept
        where = urlsplit(self.url)
        opening = asyncio.get_running_loop().create_connection(
            Connection, where.hostname or "", where.port or 80
        )
        return (await asyncio.wait_for(opening, SECONDS))[1]

    @property
    def _pool(self) -> list[Connection]:
        if self._idle is None:
            self._idle = []
        return self._idle


class Connection(asyncio.Protocol):
    """One connection to the action server; one call at a time."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: Any = None
        self._parser: Any = None
        self._body = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    async def ask(self, call: bytes) -> Answer:
        """Send one call and wait for its answer; a call that is given up closes the connection."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._body.clear()
        limit = loop.call_later(SECONDS, self._fail, TimeoutError("the action server is silent"))
        self._transport.write(call)
        try:
            return await self._answer
        finally:
            limit.cancel()
            if not self._answer.done() or self._answer.cancelled():
                self._close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Part of an answer; anything that nobody asked for ends the connection."""
        try:
            if self._answer is None or self._answer.done():
                raise httptools.HttpParserError("nobody asked")
            self._parser.feed_data(data)
        except httptools.HttpParserError as problem:
            self._fail(ConnectionError(str(problem)))

    def connection_lost(self, problem: Exception | None) -> None:
        """The other side is gone."""
        self._fail(ConnectionError("the action server closed the connection"))

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """httptools: the answer is whole."""
        if not self._parser.should_keep_alive():
            self._close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), bytes(self._body)))

    def _fail(self, problem: Exception) -> None:
        self._close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(problem)

    def _close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.close()

"""Whose turn it is: one task of one process at a time has to do with a conversation.

A session-level advisory lock of PostgreSQL on one dedicated connection. When a process is
killed its connection breaks, and all its turns are free at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg

log = logging.getLogger(__name__)

# While another process has the turn we ask again, ever less often.
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.5

_TAKE = "SELECT pg_try_advisory_lock(%s)"
_GIVE_BACK = "SELECT pg_advisory_unlock(%s)"


def pauses() -> Iterator[float]:
    """How long to wait before each next try, ever longer."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


class Turns:
    """Holds the dedicated connection; opens it anew after it broke."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._one_at_a_time = asyncio.Lock()
        self._db: psycopg.AsyncConnection[Any] | None = None
        # PostgreSQL gives a lock to the connection that has it a second time.
        self._held: set[UUID] = set()

    @asynccontextmanager
    async def mine(self, conversation: UUID) -> AsyncIterator[bool]:
        """Whether who asks has the turn of the conversation now; given back at the end."""
        if conversation in self._held:
            yield False
            return
        self._held.add(conversation)
        try:
            if not await self._ask(_TAKE, conversation):
                yield False
                return
            try:
                yield True
            finally:
                await self._give_back(conversation)
        finally:
            self._held.discard(conversation)

    @asynccontextmanager
    async def waited_for(self, conversation: UUID) -> AsyncIterator[None]:
        """The turn of the conversation, as soon as nobody else has it."""
        for pause in pauses():
            async with self.mine(conversation) as mine:
                if mine:
                    yield
                    return
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Give every turn back."""
        if self._db is not None:
            await self._db.close()
            self._db = None

    async def _give_back(self, conversation: UUID) -> None:
        try:
            # The end of a turn must not be cut short: the lock would stay for ever.
            await asyncio.shield(self._ask(_GIVE_BACK, conversation))
        except (psycopg.Error, OSError) as problem:
            # The connection broke, and with it every lock that it held.
            log.warning("turns were lost", extra={"cause": type(problem).__name__})

    async def _ask(self, question: LiteralString, conversation: UUID) -> bool:
        async with self._one_at_a_time:
            db = await self._connection()
            try:
                answer = await (await db.execute(question, (_key(conversation),))).fetchone()
            except (psycopg.Error, OSError, asyncio.CancelledError):
                await self.close()
                raise
        return bool(answer and answer[0])

    async def _connection(self) -> psycopg.AsyncConnection[Any]:
        if self._db is None or self._db.closed:
            self._db = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=5,
                # A dead network must not hold a lock for hours.
                keepalives=1,
                keepalives_idle=10,
                keepalives_interval=5,
            )
        return self._db


def _key(conversation: UUID) -> int:
    """64 random bits of the id, as the signed number that PostgreSQL takes."""
    unsigned = conversation.int >> 64
    return unsigned - 2**64 if unsigned >= 2**63 else unsigned

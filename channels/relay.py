"""The journey of a message: kept before it is acknowledged, answered once and in order.

`relay` alone knows about duplicates, order, masking and the engine; a channel hands it an
`Inbound`, and reads what comes of it from the conversation's events.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.journey.engine import EngineFailed
from channels.journey.inbox import Inbound, Inbox
from channels.journey.workers import Answering, Workers
from channels.refusals import NoConversation
from records import conversations, engines, events
from records.database import each_at_once
from records.events import Line
from records.privacy import leaving

__all__ = ["Inbound", "Relay"]

log = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 100
SECONDS_TO_FORGET = 2.0
SECONDS_TO_COMMIT = 10.0


class Relay:
    """Holds the inbox, the workers, and the sweep that goes after what was left over."""

    def __init__(
        self, inbox: Inbox, answering: Answering, redis: Redis, at_once: int, sweep_seconds: float
    ) -> None:
        self._inbox = inbox
        self._with = answering
        self._at_once = each_at_once(answering.database)
        self._redis = redis
        self._workers = Workers(answering, at_once)
        self._sweep_seconds = sweep_seconds
        self._sweeper: asyncio.Task[None] | None = None
        self._tasks: dict[object, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Take up what dead processes left over, now and every few seconds."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self, seconds: float) -> None:
        """Finish what has begun, within `seconds`."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            # It may hold a connection; that has to be back before the pool is closed.
            await asyncio.gather(self._sweeper, return_exceptions=True)
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self._workers.stop(seconds)
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._with.turns.close()

    async def accept(self, inbound: Inbound) -> int:
        """Keep a message durably; its event's seq. The same delivery again: the same seq."""
        kept = await self._inbox.keep(inbound)
        if kept.fresh:
            self._with.metrics.messages.labels(inbound.channel).inc()
            self._with.news.ring(inbound.conversation)
            self._workers.wake(inbound.conversation)
        return kept.seq

    async def answer(self, inbound: Inbound, shown: str, lines: list[Line]) -> None:
        """Keep a message that needs no engine together with its answer, once per delivery."""
        if await self._inbox.keep_answered(inbound, shown, lines):
            self._with.metrics.messages.labels(inbound.channel).inc()
            self._with.news.ring(inbound.conversation)
            self._with.bring(inbound.conversation)

    async def tell(
        self, db: AsyncConnection, conversation: UUID, text: str, card: dict[str, Any] | None = None
    ) -> None:
        """Add a system event in the caller's transaction; it shows once that is committed."""
        if not await events.append(
            db, conversation, "system", [Line(text, card)], datetime.now(UTC)
        ):
            raise NoConversation
        self._look_after(db, conversation)

    async def put(
        self, db: AsyncConnection, conversation: UUID, choice: str, delivery: str, text: str
    ) -> None:
        """Have the engine take `choice` as if it had been chosen; shown as a system event `text`.

        Happens with the caller's transaction; a delivery that was put before changes nothing.
        """
        await self._inbox.put(db, conversation, choice, delivery, text)
        self._look_after(db, conversation)

    async def erase(self, conversation: UUID) -> None:
        """End a conversation; wipe it here, and at the engine as soon as that can be reached."""
        async with self._at_once.connect() as db:
            if not await conversations.erase(db, conversation, datetime.now(UTC)):
                raise NoConversation
        self._with.news.ring(conversation)
        forgetting = self._begin(("forget", conversation), self._forget(conversation))
        await asyncio.wait({forgetting}, timeout=SECONDS_TO_FORGET)

    async def _sweep(self) -> None:
        while True:
            try:
                await self._workers.take_up()
                await self._come_back()
                await self._move_over()
                await self._take_up_erasures()
            except (SQLAlchemyError, psycopg.Error, OSError) as problem:
                log.warning("sweep failed", extra={"cause": type(problem).__name__})
            await asyncio.sleep(self._sweep_seconds)

    async def _come_back(self) -> None:
        """To citizens whom the person that took their request has left alone."""
        for conversation in await self._with.persons.take_back():
            self._with.news.ring(conversation)
            self._with.bring(conversation)
            self._workers.wake(conversation)

    async def _move_over(self) -> None:
        """Turns learn of a move as they begin; probes and erasures learn of it here."""
        async with self._at_once.connect() as db:
            used = await engines.in_use(db)
        if used is not None:
            self._with.engine.move(used.number, used.url)

    async def _take_up_erasures(self) -> None:
        async with self._at_once.connect() as db:
            erased = await conversations.erasures(db, FORGOTTEN_AT_ONCE)
        for conversation in erased:
            self._begin(("forget", conversation), self._forget(conversation))

    async def _forget(self, conversation: UUID) -> None:
        """After the running turn, so that its end does not bring the conversation back."""
        try:
            async with self._with.turns.waited_for(conversation):
                async with self._with.database.begin() as db:
                    # What was said in that turn could not go before.
                    await conversations.lock(db, conversation)
                    await leaving.wipe_after_turn(db, conversation, self._with.hidden.text)
                self._with.news.ring(conversation)
                await self._with.engine.forget(conversation)
                key = f"tracker:{conversation}"
                await self._redis.delete(key, f"{key}:slots")
                async with self._at_once.connect() as db:
                    await conversations.forgotten(db, conversation)
        except (EngineFailed, RedisError, SQLAlchemyError, psycopg.Error, OSError) as problem:
            log.warning("engine has yet to forget", extra={"cause": type(problem).__name__})

    def _begin(self, name: object, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do it on the side; once at a time under one name."""
        running = self._tasks.get(name)
        if running is not None:
            work.close()
            return running
        task = self._tasks[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task

    def _look_after(self, db: AsyncConnection, conversation: UUID) -> None:
        """Look once the caller's transaction is over; if it failed, there is nothing to see."""
        self._begin(object(), self._wake_after(db, conversation))

    async def _wake_after(self, db: AsyncConnection, conversation: UUID) -> None:
        until = time.monotonic() + SECONDS_TO_COMMIT
        # SQLAlchemy tells nobody when a commit is through, so we look.
        while not db.closed and db.in_transaction() and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        self._with.news.ring(conversation)
        self._with.bring(conversation)
        self._workers.wake(conversation)

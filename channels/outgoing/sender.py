"""Brings deliveries to their providers: one holder a conversation, in order, across processes.

What there is to send stands in the database. A process that dies loses its hold after some
seconds, and whoever holds next goes on with the message that was not through.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from channels.messengers.frame.channel import Channel
from channels.outgoing.bundles import Bundles, Delivering
from channels.outgoing.patience import Breakers
from records.database import each_at_once
from records.delivery import backlog, outbox, threads
from records.delivery.accounts import Account
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

# A hold has to outlive one call to a provider; it is renewed before each.
HOLD_SECONDS = 30.0
SWEPT_AT_ONCE = 500
# An account that is switched off may come back; until then its messages wait.
SECONDS_WITHOUT_ACCOUNT = 10.0


class Sender:
    """Holds the running workers of this process, and the sweep for what was left over."""

    def __init__(self, delivering: Delivering, at_once: int, sweep_seconds: float) -> None:
        self._with = delivering
        self._at_once = each_at_once(delivering.database)
        self._sweep_seconds = sweep_seconds
        self._breakers = Breakers(time.monotonic)
        self._bundles = Bundles(delivering, self._breakers)
        self._room = asyncio.Semaphore(at_once)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._woken: set[UUID] = set()
        self._timers: dict[UUID, asyncio.TimerHandle] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Take up what others left over, now and every few seconds."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self, seconds: float) -> None:
        """Finish what is on its way, within `seconds`; the rest others take up."""
        self._stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        for timer in self._timers.values():
            timer.cancel()
        running = set(self._running.values())
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def wake(self, conversation: UUID) -> None:
        """See to it that somebody looks at the conversation after this moment."""
        if self._stopping or conversation in self._timers:
            return
        self._woken.add(conversation)
        if conversation not in self._running:
            self._running[conversation] = asyncio.create_task(self._work(conversation))

    async def _sweep(self) -> None:
        while True:
            try:
                await self._take_up()
            except (SQLAlchemyError, psycopg.Error, OSError) as problem:
                log.warning("delivery sweep failed", extra={"cause": type(problem).__name__})
            await asyncio.sleep(self._sweep_seconds)

    async def _take_up(self) -> None:
        async with self._at_once.connect() as db:
            due = await backlog.due(db, datetime.now(UTC), SWEPT_AT_ONCE)
            count = await backlog.count(db)
        for state in ("waiting", "parked", "dead"):
            self._with.metrics.backlog.labels(state).set(getattr(count, state))
        self._with.metrics.resting.set(self._breakers.many_open())
        for conversation in due:
            self.wake(conversation)

    async def _work(self, conversation: UUID) -> None:
        """Send until nothing is due; a wake-up that comes meanwhile is not missed."""
        try:
            while conversation in self._woken and not self._stopping:
                self._woken.discard(conversation)
                async with self._room:
                    await self._send_all(conversation)
        except (SQLAlchemyError, psycopg.Error, OSError) as problem:
            log.warning("sender failed", extra={"cause": type(problem).__name__})
        except Exception:
            log.exception("sender failed")
        finally:
            self._woken.discard(conversation)
            self._running.pop(conversation, None)

    async def _send_all(self, conversation: UUID) -> None:
        holder = uuid4()
        async with self._at_once.connect() as db:
            # Whoever holds it, or waits with a request, looks again when they are done.
            if not await outbox.hold(db, conversation, holder, HOLD_SECONDS):
                return
        try:
            await self._send_due(conversation, holder)
        finally:
            await _whatever_happens(self._release(conversation, holder))
        async with self._at_once.connect() as db:
            if await backlog.is_due(db, conversation, datetime.now(UTC)):
                self._again(conversation)

    async def _send_due(self, conversation: UUID, holder: UUID) -> None:
        async with self._at_once.connect() as db:
            thread = await threads.of_conversation(db, self._with.key, conversation)
        account = self._with.accounts.get(thread.account) if thread else None
        channel = self._with.channels.get(thread.channel) if thread else None
        if thread is None or account is None or channel is None:
            self._later(conversation, SECONDS_WITHOUT_ACCOUNT)
            return
        wait = self._breakers.wait(account.id)
        if wait > 0:
            self._later(conversation, wait)
            return
        await self._send_held(thread, account, channel, holder)

    async def _send_held(
        self, thread: Thread, account: Account, channel: Channel, holder: UUID
    ) -> None:
        conversation = thread.conversation

        async def renew() -> bool:
            async with self._at_once.connect() as db:
                return await outbox.hold(db, conversation, holder, HOLD_SECONDS)

        while not self._stopping and await renew():
            async with self._at_once.connect() as db:
                bundle = await outbox.take(
                    db, conversation, channel.style.bundle, datetime.now(UTC)
                )
            if not bundle:
                return
            wait = await self._bundles.send(account, thread, channel, bundle, renew)
            if wait is not None:
                self._later(conversation, wait)
                return

    async def _release(self, conversation: UUID, holder: UUID) -> None:
        async with self._at_once.connect() as db:
            await outbox.release(db, conversation, holder)

    def _again(self, conversation: UUID) -> None:
        if conversation not in self._timers:
            self._woken.add(conversation)

    def _later(self, conversation: UUID, seconds: float) -> None:
        """Leave it alone until then; other processes look by themselves."""

        def ring() -> None:
            self._timers.pop(conversation, None)
            self.wake(conversation)

        self._woken.discard(conversation)
        if conversation not in self._timers and not self._stopping:
            loop = asyncio.get_running_loop()
            self._timers[conversation] = loop.call_later(seconds, ring)


async def _whatever_happens(work: Coroutine[Any, Any, None]) -> None:
    """A hold that is not given back keeps the citizen waiting until it ends by itself."""
    await asyncio.shield(asyncio.ensure_future(work))

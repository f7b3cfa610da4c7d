"""How messages are answered: one worker a conversation, in order, across all processes.

A worker is only a wish to look at a conversation. What there is to do stands in the database,
so a process that dies loses nothing, and whoever looks next goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.across.news import News
from channels.across.turns import Turns, pauses
from channels.journey.engine import Engine, EngineFailed, Replies
from channels.journey.persons import Persons
from channels.knowledge.notices import OUTAGE, Notice
from channels.watch.metrics import Metrics
from records import events, messages
from records.database import each_at_once
from records.desk.silence import PERSON
from records.events import Line
from records.messages import Message

log = logging.getLogger(__name__)

ANSWERED = "answered"
# A message that so many processes have died over is not given to another one.
MOST_ATTEMPTS = 5
SWEPT_AT_ONCE = 500
# Younger messages have a worker in the process that took them in.
LEFT_OVER_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class Answering:
    """What the workers need: whom to ask, whose turn it is, whom to tell."""

    database: AsyncEngine
    engine: Engine
    turns: Turns
    news: News
    outage: Notice
    hidden: Notice  # what stands for what was said before a sign-out
    metrics: Metrics
    persons: Persons
    bring: Callable[[UUID], None]  # what was stored for a messenger, to the messenger


class Workers:
    """Holds the running workers of this process."""

    def __init__(self, answering: Answering, at_once: int) -> None:
        self._with = answering
        self._at_once = each_at_once(answering.database)
        self._room = asyncio.Semaphore(at_once)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._woken: set[UUID] = set()
        self._left_over: set[UUID] = set()
        self._stopping = False

    def wake(self, conversation: UUID) -> None:
        """See to it that a worker looks at the conversation after this moment."""
        self._woken.add(conversation)
        if conversation not in self._running and not self._stopping:
            self._running[conversation] = asyncio.create_task(self._work(conversation))

    async def take_up(self) -> None:
        """Look at every conversation that somebody left with an unanswered message."""
        async with self._at_once.connect() as db:
            self._with.metrics.waiting.set(await messages.count_waiting(db))
            left = await messages.conversations_waiting(
                db, datetime.now(UTC) - LEFT_OVER_AFTER, SWEPT_AT_ONCE
            )
        for conversation in left:
            if conversation not in self._running:
                self._left_over.add(conversation)
                self.wake(conversation)

    async def stop(self, seconds: float) -> None:
        """Finish the messages that have begun, within bounds; the rest others take up."""
        self._stopping = True
        running = set(self._running.values())
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _work(self, conversation: UUID) -> None:
        """Answer until nothing waits; a wake-up that comes meanwhile is not missed."""
        try:
            while conversation in self._woken and not self._stopping:
                self._woken.discard(conversation)
                await self._take_turn(conversation)
        except (SQLAlchemyError, psycopg.Error, OSError) as problem:
            # The stores are away; the sweep comes back to it.
            log.warning("worker failed", extra={"cause": type(problem).__name__})
        except Exception:
            log.exception("worker failed")
        finally:
            self._woken.discard(conversation)
            self._left_over.discard(conversation)
            self._running.pop(conversation, None)

    async def _take_turn(self, conversation: UUID) -> None:
        """Wait for the turn without taking the room of those who could go on."""
        for pause in pauses():
            async with self._room, self._with.turns.mine(conversation) as mine:
                if mine:
                    await self._answer_all(conversation)
                    return
            if self._stopping:
                return
            await asyncio.sleep(pause)

    async def _answer_all(self, conversation: UUID) -> None:
        while not self._stopping:
            async with self._at_once.connect() as db:
                message = await messages.next_waiting(db, conversation)
                if message is not None and conversation in self._left_over:
                    self._left_over.discard(conversation)
                    await messages.count_attempt(db, message.id)
            if message is None or not await self._answer(message):
                return

    async def _answer(self, message: Message) -> bool:
        """Answer one message; whether another one waits behind it."""
        if message.with_person:
            # Whether to look again, also because the person has just gone.
            return (await self._left_to_person(message)) is not False
        started = time.perf_counter()
        replies, outcome = await self._replies(message)
        if outcome == OUTAGE and (more := await self._left_to_person(message)) is not None:
            return more
        async with self._at_once.connect() as db:
            stored = await events.answer(
                *(db, message.conversation, message.id, replies.lines, outcome),
                *(datetime.now(UTC), replies.understood),
            )
        if stored:
            self._with.news.ring(message.conversation)
            if stored.pushed:
                self._with.bring(message.conversation)
            self._with.metrics.answers.labels(outcome).inc()
        log.info(
            "message answered" if stored else "answer not needed any more",
            extra={
                "conversation": str(message.conversation),
                "delivery": message.id,
                "outcome": outcome,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return stored is None or stored.more

    async def _left_to_person(self, message: Message) -> bool | None:
        """Say nothing to it; whether another one waits behind it. None when no person is there."""
        left = await self._with.persons.hear(message)
        if left is None:
            return None
        self._with.news.ring(message.conversation)
        self._with.bring(message.conversation)
        self._with.metrics.answers.labels(PERSON).inc()
        told = {"conversation": str(message.conversation), "delivery": message.id}
        log.info("message left to a person", extra=told)
        return left.more

    async def _replies(self, message: Message) -> tuple[Replies, str]:
        """What the engine says, asked twice at most, or an honest word that it is away."""
        if message.attempts < MOST_ATTEMPTS:
            with suppress(EngineFailed):
                return await self._ask(message), ANSWERED
            if await self._with.engine.comes_back():
                with suppress(EngineFailed):
                    return await self._ask(message), ANSWERED
        return Replies([outage_line(self._with.outage)]), OUTAGE

    async def _ask(self, message: Message) -> Replies:
        with self._with.metrics.engine_seconds.time():
            return await self._with.engine.ask(message)


def outage_line(outage: Notice) -> Line:
    """What a citizen reads when the engine is away."""
    card = {"type": "notice", "level": "outage"}
    if outage.phone:
        card["phone"] = outage.phone
    return Line(outage.text, card)

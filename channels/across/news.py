"""What is new: wakes those who wait for a conversation, here at once and elsewhere by Redis.

A bell only says "look again"; what there is to see is in the database. So a bell that is
lost costs a moment and never an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.refusals import TooManyWaiting

log = logging.getLogger(__name__)

CHANNEL = "news"
# How long nobody looks although no bell rang: with Redis at hand, and without. What staff say in
# the console rings no bell.
LOOK_AGAIN = 5.0
LOOK_AGAIN_ALONE = 1.0
RECONNECT_AFTER = 1.0


class News:
    """Holds the bells of this process and its ear at Redis."""

    def __init__(self, redis: Redis, most_waiting: int) -> None:
        self._redis = redis
        self._most_waiting = most_waiting
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._many = 0
        self._unsent: asyncio.Queue[UUID] = asyncio.Queue(maxsize=10_000)
        self._tasks: list[asyncio.Task[None]] = []
        self.linked = False
        self.closing = False

    def start(self) -> None:
        """Begin to listen and to tell."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell())]

    async def stop(self) -> None:
        """Send every waiting request home, and let go of Redis."""
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Nobody waits any more from now on."""
        self.closing = True
        for bells in list(self._waiting.values()):
            for bell in bells:
                bell.set()

    def ring(self, conversation: UUID) -> None:
        """Say everywhere that the conversation has something new."""
        self._ring_here(conversation)
        with suppress(asyncio.QueueFull):  # They look again by themselves.
            self._unsent.put_nowait(conversation)

    def listen(self, conversation: UUID) -> Bell:
        """A bell to be hung up before looking, so that nothing is missed in between."""
        if self._many >= self._most_waiting:
            raise TooManyWaiting(retry_after=5)
        return Bell(self, conversation)

    def _ring_here(self, conversation: UUID) -> None:
        for bell in self._waiting.get(conversation, ()):
            bell.set()

    async def _tell(self) -> None:
        while True:
            conversation = await self._unsent.get()
            try:
                await self._redis.publish(CHANNEL, conversation.bytes)
            except (RedisError, OSError):
                await asyncio.sleep(RECONNECT_AFTER)

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as problem:
                log.warning("news only from here", extra={"cause": type(problem).__name__})
            self.linked = False
            await asyncio.sleep(RECONNECT_AFTER)

    async def _follow(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as ear:
            await ear.subscribe(CHANNEL)
            self.linked = True
            while True:
                # A link that is silently dead shows in the ping.
                said = await ear.get_message(timeout=LOOK_AGAIN)
                if said is None:
                    await ear.ping()
                elif said["type"] == "message" and len(said["data"]) == 16:
                    self._ring_here(UUID(bytes=said["data"]))


class Bell:
    """Somebody who waits for one conversation."""

    def __init__(self, news: News, conversation: UUID) -> None:
        self._news = news
        self._conversation = conversation
        self._rung = asyncio.Event()

    def __enter__(self) -> Bell:
        self._news._waiting[self._conversation].add(self._rung)
        self._news._many += 1
        return self

    def __exit__(self, *_: object) -> None:
        bells = self._news._waiting[self._conversation]
        bells.discard(self._rung)
        self._news._many -= 1
        if not bells:
            del self._news._waiting[self._conversation]

    async def wait(self, seconds: float, *, often: bool = False) -> None:
        """Wait for the bell, or until it is wise to look without (`often`); at most `seconds`."""
        if self._news.closing:
            return
        patience = LOOK_AGAIN if self._news.linked and not often else LOOK_AGAIN_ALONE
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), min(seconds, patience))
        self._rung.clear()

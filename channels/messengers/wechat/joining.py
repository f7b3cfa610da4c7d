"""Joins calls for the same message: while one is being answered, the others wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Joined(Generic[Answer]):
    """Holds what is being answered in this process; other processes find it in the database."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Answer]] = {}

    async def once(self, key: Hashable, answer: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of whoever began first under this key."""
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asyncio.ensure_future(_answered(answer))
            running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)

    async def stop(self) -> None:
        """Answer nothing any more; what is kept others answer."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _answered(answer: Callable[[], Awaitable[Answer]]) -> Answer:
    return await answer()

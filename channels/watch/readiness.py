"""Whether a question can be answered now: each part is tried, and nothing is assumed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.journey.engine import Engine

# Probes may come from many sides; the parts are tried at most this often.
SECONDS_HELD = 1.0
SECONDS_A_PART = 3.0
DATABASE, REDIS, ENGINE = "database", "redis", "engine"


@dataclass(frozen=True)
class Readiness:
    """The parts we stand on, by name."""

    parts: dict[str, bool]

    @property
    def ready(self) -> bool:
        """Whether all are well without which nothing is answered: Redis only makes it faster."""
        return all(well for name, well in self.parts.items() if name != REDIS)


class Watch:
    """Tries the parts, and remembers for a moment how that went."""

    def __init__(self, database: AsyncEngine, redis: Redis, engine: Engine) -> None:
        self._database = database
        self._redis = redis
        self._engine = engine
        self._lock = asyncio.Lock()
        self._last = Readiness({})
        self._until = 0.0

    async def look(self) -> Readiness:
        """How the parts are."""
        async with self._lock:
            if time.monotonic() >= self._until:
                names = (DATABASE, REDIS, ENGINE)
                tries = (self._has_database(), self._has_redis(), self._engine.answers())
                parts = await asyncio.gather(*(_within(one) for one in tries))
                self._last = Readiness(dict(zip(names, parts, strict=True)))
                self._until = time.monotonic() + SECONDS_HELD
            return self._last

    async def _has_database(self) -> bool:
        try:
            async with self._database.connect() as db:
                # Not only there, but migrated.
                await db.execute(text("SELECT 1 FROM conversations LIMIT 0"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def _has_redis(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False


async def _within(one: object) -> bool:
    try:
        async with asyncio.timeout(SECONDS_A_PART):
            return bool(await one)  # type: ignore[misc]
    except TimeoutError:
        return False

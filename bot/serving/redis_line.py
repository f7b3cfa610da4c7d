"""Commands to Redis over connections that stay open, each with one command at a time.

For each command redis-py takes the pool's lock, looks whether something is left to read, and sets
up a task and three timers: more work than to write a turn. Opening and the protocol stay its own.
"""

from __future__ import annotations

import asyncio
from typing import Any

import async_timeout
import redis.asyncio as redis

# A conversation does not wait for its copy any longer.
SECONDS = 2.0


class RedisLine:
    """Connections to one Redis for the engine's whole life."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url, decode_responses=True, socket_connect_timeout=SECONDS
        )
        self._idle: list[redis.Connection] = []

    async def ask(self, *command: str | int) -> Any:
        """The command's result; `redis.RedisError` where opening or asking takes `SECONDS`."""
        while self._idle:
            try:
                return await self._on(self._idle.pop(), command)
            except redis.ConnectionError:
                continue  # Redis ended this one while nobody used it
        return await self._on(self._pool.make_connection(), command)

    async def _on(self, connection: redis.Connection, command: tuple[str | int, ...]) -> Any:
        """An error other than Redis' own refusal closes the connection, so none is half read."""
        try:
            if not connection.is_connected:
                async with async_timeout.timeout(SECONDS):
                    await connection.connect()
            async with async_timeout.timeout(SECONDS):
                await connection.send_command(*command, check_health=False)
                result = await connection.read_response()
        except asyncio.TimeoutError as late:
            raise redis.TimeoutError(command[0]) from late
        except redis.ResponseError:
            self._idle.append(connection)
            raise
        self._idle.append(connection)
        return result

"""The connection to Redis that all of the gateway shares."""

from __future__ import annotations

from redis.asyncio import BlockingConnectionPool, Redis

# What is asked of Redis is worth no longer wait: each part goes on without it.
REDIS_SECONDS = 0.25
# A burst waits for its turn, for so long at most; more connections would only make it slower.
CONNECTIONS = 32
SECONDS_FOR_A_CONNECTION = 2.0


def open_redis(url: str) -> Redis:
    """Redis at `url`; whoever finds every connection in use waits for one."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=SECONDS_FOR_A_CONNECTION,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        health_check_interval=10,
    )
    return Redis.from_pool(pool)

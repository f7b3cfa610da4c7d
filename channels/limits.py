"""How often a conversation or an address may ask: sliding windows in Redis, or in this process.

The window is the current minute plus the part of the last one that still counts; who is refused is
told after how many seconds there is room again, if he asks no more until then. When Redis
is away each process counts for itself, so that nothing is ever unlimited.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.refusals import TooMany

log = logging.getLogger(__name__)

WINDOW = 60  # seconds
# After a failure Redis is left alone for so long: each try would cost a citizen the wait.
SECONDS_OF_REST = 2.0
MOST_COUNTERS = 50_000

# All limits are looked at first; only when each has room is the request counted in all.
_COUNT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1])
local window = tonumber(ARGV[1])
local place = now % window
local start = now - place
local wait = 0
for i, key in ipairs(KEYS) do
  local current = tonumber(redis.call('GET', key .. ':' .. start) or '0')
  local last = tonumber(redis.call('GET', key .. ':' .. (start - window)) or '0')
  local most = tonumber(ARGV[i + 1])
  if current + last * (window - place) / window >= most then
    local free = 0
    if current < most then
      free = math.floor(window * (last + current - most) / last) + 1 - place
    else
      free = window - place + math.floor(window * (current - most) / current) + 1
    end
    wait = math.max(wait, free)
  end
end
if wait > 0 then
  return wait
end
for _, key in ipairs(KEYS) do
  redis.call('INCR', key .. ':' .. start)
  redis.call('EXPIRE', key .. ':' .. start, 2 * window)
end
return 0
"""


@dataclass(frozen=True)
class Limit:
    """At most `most` a minute of what `key` names."""

    key: str
    most: int


class Limits:
    """Counts requests; holds the connection to Redis and the counters for when it is away."""

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.time) -> None:
        self._count = redis.register_script(_COUNT)
        self._clock = clock
        self._rest_until = 0.0
        self._counters: dict[tuple[str, int], int] = {}

    async def spend(self, limits: Sequence[Limit]) -> None:
        """Count one request in every limit, or raise `TooMany` and count it in none."""
        wait = await self._wait([Limit(_key(limit.key), limit.most) for limit in limits])
        if wait > 0:
            raise TooMany(retry_after=wait)

    async def _wait(self, limits: Sequence[Limit]) -> int:
        if self._clock() >= self._rest_until:
            try:
                keys = [limit.key for limit in limits]
                args = [WINDOW, *(limit.most for limit in limits)]
                return int(await self._count(keys=keys, args=args))
            except (RedisError, OSError) as problem:
                self._rest_until = self._clock() + SECONDS_OF_REST
                log.warning("limits are counted here", extra={"cause": type(problem).__name__})
        return self._count_here(limits)

    def _count_here(self, limits: Sequence[Limit]) -> int:
        now = int(self._clock())
        place = now % WINDOW
        start = now - place
        waits = []
        for limit in limits:
            current = self._counters.get((limit.key, start), 0)
            last = self._counters.get((limit.key, start - WINDOW), 0)
            if current + last * (WINDOW - place) / WINDOW >= limit.most:
                waits.append(_until_room(current, last, limit.most, place))
        if waits:
            return max(waits)
        for limit in limits:
            self._counters[limit.key, start] = self._counters.get((limit.key, start), 0) + 1
        self._forget_old(start)
        return 0

    def _forget_old(self, start: int) -> None:
        if len(self._counters) > MOST_COUNTERS:
            kept = {at: n for at, n in self._counters.items() if at[1] >= start - WINDOW}
            self._counters = kept if len(kept) <= MOST_COUNTERS else {}


def _until_room(current: int, last: int, most: int, place: int) -> int:
    """Seconds until a window has room again: the script's sum, for who counts here."""
    if current < most:
        return WINDOW * (last + current - most) // last + 1 - place
    return WINDOW - place + WINDOW * (current - most) // current + 1


def _key(name: str) -> str:
    """Addresses are personal: Redis sees only a digest that lives two minutes."""
    return "limit:" + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()

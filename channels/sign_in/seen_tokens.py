"""Which of the provider's logout tokens came before: each works once."""

from __future__ import annotations

import hashlib
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.sign_in.proofs import LOGOUT_SECONDS

log = logging.getLogger(__name__)

# Longer than a token is taken for.
SECONDS_REMEMBERED = LOGOUT_SECONDS + 60


class SeenTokens:
    """Remembers in Redis which logout tokens came before."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def claim(self, token: str) -> bool:
        """Whether it comes for the first time.

        While Redis is away each does: to sign somebody out twice harms nobody, to forget it does.
        """
        try:
            return bool(await self._redis.set(_key(token), 1, nx=True, ex=SECONDS_REMEMBERED))
        except (RedisError, OSError) as problem:
            log.warning("logout tokens are not remembered", extra={"cause": type(problem).__name__})
            return True

    async def release(self, token: str) -> None:
        """Forget it: what it asked for was not done, and the provider may ask again."""
        try:
            await self._redis.delete(_key(token))
        except (RedisError, OSError) as problem:
            log.warning("logout token is not released", extra={"cause": type(problem).__name__})


def _key(token: str) -> str:
    return "logout:" + hashlib.blake2b(token.encode(), digest_size=16).hexdigest()

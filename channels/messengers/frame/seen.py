"""What a signed call said when it first came: a signature that covers no body is good for one.

A messenger's own retry carries the same body. The same signature with another body is not
from the messenger.
"""

from __future__ import annotations

import hashlib
import hmac
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Twice as long as a signature is taken for.
SECONDS_REMEMBERED = 600


class Seen:
    """Remembers in Redis, for some minutes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def same(self, account: str, signature: str, body: bytes) -> bool:
        """Whether the signature comes for the first time, or with what it came with before.

        While Redis is away all pass: each message is kept but once all the same.
        """
        name = hashlib.blake2b(f"{account}\0{signature}".encode(), digest_size=16).hexdigest()
        digest = hashlib.blake2b(body, digest_size=16).digest()
        try:
            before = await self._redis.set(
                f"seen:{name}", digest, nx=True, get=True, ex=SECONDS_REMEMBERED
            )
        except (RedisError, OSError) as problem:
            log.warning("calls are not remembered", extra={"cause": type(problem).__name__})
            return True
        return before is None or (isinstance(before, bytes) and hmac.compare_digest(before, digest))

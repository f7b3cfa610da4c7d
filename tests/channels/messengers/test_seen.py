"""What a signed call said first is remembered also when very many come at once."""

from __future__ import annotations

import asyncio

from channels.across.connection import open_redis
from channels.messengers.frame.seen import Seen

MANY = 400


async def test_in_a_burst_another_body_under_a_known_signature_is_refused(redis_url: str) -> None:
    redis = open_redis(redis_url)
    seen = Seen(redis)

    async def all_with(body: bytes) -> list[bool]:
        calls = (seen.same("oa", f"signature {number}", body) for number in range(MANY))
        return list(await asyncio.gather(*calls))

    assert all(await all_with(b"first"))
    assert all(await all_with(b"first"))
    assert not any(await all_with(b"another"))
    await redis.aclose()

"""Brings new questions into groups, a handful at a time, beside what the console does anyway."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from console.listening.alike import placed
from records.questions import grouping

AT_ONCE = 300


async def gather(database: AsyncEngine, now: datetime) -> int:
    """Group what waits; how many questions that were."""
    async with database.begin() as db:
        if not await grouping.mine(db):
            return 0
        fresh = await grouping.waiting(db, AT_ONCE)
        if not fresh:
            return 0
        found = await asyncio.to_thread(placed, fresh, await grouping.known(db, now))
        new = {id(one): one for one in found if isinstance(one, list)}
        numbers = dict(zip(new, await grouping.begin(db, len(new), now), strict=True))
        places = {
            question.message: group if isinstance(group, int) else numbers[id(group)]
            for question, group in zip(fresh, found, strict=True)
        }
        await grouping.put(db, places)
    return len(fresh)

"""The pool of connections: whoever is cut off in the middle leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import AtOnce, each_at_once, open_database

STEPS = 40


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(database_url, pool_size=4)
    yield opened
    await opened.dispose()


async def _one(at_once: AtOnce) -> None:
    async with at_once.connect() as db:
        await db.execute(text("SELECT 1"), {})


async def test_requests_that_are_cut_off_leave_no_connection_to_the_garbage_collector(
    database: AsyncEngine,
) -> None:
    at_once = each_at_once(database)
    await _one(at_once)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for step in range(STEPS):
            # After a rest the driver gives way to others even where it need not wait.
            await asyncio.sleep(0.02)
            asked = asyncio.create_task(_one(at_once))
            for _ in range(step):
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        gc.collect()
    assert [str(one.message) for one in told] == []
    assert database.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_transaction_after_a_cut_off_statement_is_a_transaction(
    database: AsyncEngine,
) -> None:
    at_once = each_at_once(database)
    for step in range(STEPS):
        asked = asyncio.create_task(_one(at_once))
        for _ in range(step):
            await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        async with database.connect() as db:
            before = await db.scalar(text("SELECT pg_current_xact_id()"))
            assert await db.scalar(text("SELECT pg_current_xact_id()")) == before


async def test_each_statement_at_once_is_kept_by_itself(database: AsyncEngine) -> None:
    async with each_at_once(database).connect() as db:
        first = (await db.execute(text("SELECT pg_current_xact_id()"), {})).scalar()
        assert (await db.execute(text("SELECT pg_current_xact_id()"), {})).scalar() != first

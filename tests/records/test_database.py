"""The pool of connections: whoever is cut off in the middle leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import each_at_once, one_transaction, open_database

STEPS = 40
Use = Callable[[AsyncEngine], Coroutine[Any, Any, None]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(database_url, pool_size=4)
    yield opened
    await opened.dispose()


async def _one(database: AsyncEngine) -> None:
    async with each_at_once(database).connect() as db:
        await db.execute(text("SELECT 1"), {})


async def _two(database: AsyncEngine) -> None:
    async with one_transaction(database) as db:
        await db.execute(text("SELECT 1"), {})
        await db.execute(text("SELECT 2"), {})


BOTH = pytest.mark.parametrize("use", [_one, _two])


@BOTH
async def test_requests_that_are_cut_off_leave_no_connection_to_the_garbage_collector(
    database: AsyncEngine, use: Use
) -> None:
    await use(database)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for step in range(STEPS):
            # After a rest the driver gives way to others even where it need not wait.
            await asyncio.sleep(0.02)
            asked = asyncio.create_task(use(database))
            for _ in range(step):
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        gc.collect()
    assert [str(one.message) for one in told] == []
    assert database.pool.checkedout() == 0  # type: ignore[attr-defined]


@BOTH
async def test_a_transaction_after_a_cut_off_statement_is_a_transaction(
    database: AsyncEngine, use: Use
) -> None:
    for step in range(STEPS):
        asked = asyncio.create_task(use(database))
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


async def test_one_transaction_is_kept_at_its_end(database: AsyncEngine) -> None:
    async with one_transaction(database) as db:
        first = (await db.execute(text("SELECT pg_current_xact_id()"), {})).scalar()
        assert (await db.execute(text("SELECT pg_current_xact_id()"), {})).scalar() == first
    async with each_at_once(database).connect() as db:
        ended = await db.execute(text("SELECT pg_xact_status(:id)"), {"id": first})
    assert ended.scalar() == "committed"


async def test_one_transaction_is_undone_where_something_is_raised(database: AsyncEngine) -> None:
    with suppress(LookupError):
        async with one_transaction(database) as db:
            first = (await db.execute(text("SELECT pg_current_xact_id()"), {})).scalar()
            raise LookupError
    async with each_at_once(database).connect() as db:
        ended = await db.execute(text("SELECT pg_xact_status(:id)"), {"id": first})
    assert ended.scalar() == "aborted"
    assert database.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_connection_that_breaks_in_a_transaction_does_not_come_back(
    database: AsyncEngine,
) -> None:
    with pytest.raises(psycopg.OperationalError):
        async with one_transaction(database) as db:
            await db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    await _two(database)

"""The connection to PostgreSQL that everything in `records` is given."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, LiteralString, cast

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import TextClause, event
from sqlalchemy import text as parsed
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolResetState

AsyncDriverConnection = psycopg.AsyncConnection[Any]

# A connection that rested longer is tried before it is used. Trying each time would cost a
# round trip each time; one that breaks in between is an error to its user, and no other.
RESTED = 1.0


def open_database(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Connect to `url` (``postgresql://…``), with a pool that checks itself after an outage."""
    database = create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
        # Statements may carry a citizen's words; errors and logs must not.
        hide_parameters=True,
    )
    _try_rested_connections(database)
    _begin_transactions_again(database)
    return database


@lru_cache(maxsize=256)
def text(statement: str) -> TextClause:
    """SQLAlchemy's `text`, which looks for the parameters' names only once."""
    return parsed(statement)


class Rows:
    """What a statement gave, in the words of SQLAlchemy's result."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        """The first row's first value, or None."""
        return self._rows[0][0] if self._rows else None


class QuickConnection:
    """Runs `text()` statements straight on the driver.

    A message passes some seven statements, a look-up ten more; SQLAlchemy's own way costs each
    0.4 ms of CPU, the driver 0.1 ms. The pool, and so the care for broken connections, is
    SQLAlchemy's.
    """

    def __init__(self, driver: AsyncDriverConnection) -> None:
        self._driver = driver

    async def execute(self, statement: TextClause, parameters: Mapping[str, Any]) -> Rows:
        """Run one statement."""
        cursor = self._driver.cursor(row_factory=namedtuple_row)
        await cursor.execute(_for_driver(statement.text), parameters)
        rows = await cursor.fetchall() if cursor.description else []
        return Rows(rows, cursor.rowcount)


Connection = AsyncConnection | QuickConnection


@dataclass(frozen=True)
class AtOnce:
    """A database whose connections take each statement as a transaction of its own."""

    database: AsyncEngine

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[QuickConnection]:
        """A connection from the pool."""
        async with _driver(self.database) as driver:
            # Not by SQLAlchemy's isolation level: it changes that before its connection exists,
            # and whoever is cut off in that moment leaves the connection to the collector.
            await driver.set_autocommit(True)
            yield QuickConnection(driver)


def each_at_once(database: AsyncEngine) -> AtOnce:
    """The same pool, each statement its own transaction: no round trips to begin and end one."""
    return AtOnce(database)


@asynccontextmanager
async def one_transaction(database: AsyncEngine) -> AsyncIterator[QuickConnection]:
    """One transaction on the driver: kept at the end, undone where something is raised before.

    What fails is a `psycopg.Error`, not SQLAlchemy's.
    """
    async with _driver(database) as driver:
        yield QuickConnection(driver)
        await driver.commit()


@asynccontextmanager
async def _driver(database: AsyncEngine) -> AsyncIterator[AsyncDriverConnection]:
    """The connection below SQLAlchemy's; a broken one does not go back to the pool."""
    async with database.connect() as db:
        pooled = await db.get_raw_connection()
        driver = cast(AsyncDriverConnection, pooled.driver_connection)
        try:
            yield driver
        finally:
            if driver.closed:
                await db.invalidate()


@lru_cache(maxsize=256)
def _for_driver(statement: str) -> LiteralString:
    """The statement with psycopg's placeholders; ours are all written in this package."""
    escaped = statement.replace("%", "%%")
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", escaped)


def _try_rested_connections(database: AsyncEngine) -> None:
    engine = database.sync_engine

    @event.listens_for(engine, "checkin")
    def rest(connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(connection: Any, record: Any, proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or time.monotonic() - since < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as problem:
            raise DisconnectionError from problem


def _begin_transactions_again(database: AsyncEngine) -> None:
    """A connection that took each statement by itself goes back as it came.

    The pool does this to the end even when its user is cut off, and drops what it cannot reset.
    """

    @event.listens_for(database.sync_engine, "reset")
    def reset(connection: Any, record: Any, state: PoolResetState) -> None:
        if state.asyncio_safe and connection.autocommit:
            connection.autocommit = False

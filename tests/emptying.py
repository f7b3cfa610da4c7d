"""Empties tables between two tests, in milliseconds where TRUNCATE of so many takes a tenth of a
second: most of them are empty anyway.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# What TRUNCATE … CASCADE empties: the tables named, and all that point to one of them.
REACHED = """
    WITH RECURSIVE reached AS (
        SELECT to_regclass(name)::oid AS id FROM unnest(%s::text[]) AS name
        UNION
        SELECT conrelid FROM pg_constraint JOIN reached ON confrelid = id WHERE contype = 'f'
    )
    SELECT id::regclass::text FROM reached
"""


# What a test left behind: a server that is stopping, what a killed process had begun.
RUNNING = """
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        AND backend_type = 'client backend' LIMIT 1
"""
SECONDS_TO_END = 10.0


class Emptier:
    """Holds one connection: a new one has to learn about all the tables first."""

    def __init__(self, db: psycopg.Connection) -> None:
        self._db = db
        self._orders: dict[str, bytes] = {}

    def empty(self, tables: str) -> psycopg.Connection:
        """Empty these tables and those that point to them; the connection to go on with."""
        if tables not in self._orders:
            found = self._db.execute(REACHED, (tables.split(", "),)).fetchall()
            assert all(name is not None for (name,) in found), tables
            orders = "; ".join(f"DELETE FROM {name}" for (name,) in found)  # noqa: S608
            self._orders[tables] = orders.encode()
        self._wait()
        self._db.execute(self._orders[tables])
        return self._db

    def _wait(self) -> None:
        """Until nobody is in a transaction: rows taken in another order would be a deadlock."""
        until = time.monotonic() + SECONDS_TO_END
        while self._db.execute(RUNNING).fetchone() and time.monotonic() < until:
            time.sleep(0.01)


@contextmanager
def emptying(url: str) -> Iterator[Emptier]:
    """An emptier of the tables of this database."""
    with psycopg.connect(url, autocommit=True) as db:
        # No look at foreign keys: all that points to a row goes with it.
        db.execute("SET session_replication_role = replica")
        yield Emptier(db)

"""Which engine answers: a new model comes up in a process of its own, then everybody moves over.

`python -m records.engines URL MODEL` moves over to an engine that runs, in the database of
DATABASE_URL.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import text

from records.database import Connection, open_database


@dataclass(frozen=True)
class EngineInUse:
    """The engine of the latest move; a higher number is a later one."""

    number: int
    url: str
    model: str  # the file that it serves


async def in_use(db: Connection) -> EngineInUse | None:
    """Where to ask now; None before the first move, when the settings alone say it."""
    found = await db.execute(
        text("SELECT id AS number, url, model FROM engines ORDER BY id DESC LIMIT 1"), {}
    )
    row = found.first()
    return EngineInUse(**row._asdict()) if row else None


async def before(db: Connection, number: int) -> EngineInUse | None:
    """The engine that was in use before that one, with another model."""
    found = await db.execute(
        text("""
            SELECT id AS number, url, model FROM engines
            WHERE id < :number AND model <> (SELECT model FROM engines WHERE id = :number)
            ORDER BY id DESC LIMIT 1
        """),
        {"number": number},
    )
    row = found.first()
    return EngineInUse(**row._asdict()) if row else None


async def move_over(db: Connection, url: str, model: str, now: datetime) -> int:
    """From now on each turn that begins is asked there; its number."""
    moved = await db.execute(
        text("INSERT INTO engines (url, model, since) VALUES (:url, :model, :now) RETURNING id"),
        {"url": url, "model": model, "now": now},
    )
    return int(moved.scalar() or 0)


def main() -> int:
    """Move over; 2 without a database, an engine's address and its model's name."""
    database = os.environ.get("DATABASE_URL", "")
    if len(sys.argv) != 3 or not database or not _is_address(sys.argv[1]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    number = asyncio.run(_move(database, sys.argv[1], sys.argv[2]))
    sys.stdout.write(f"turns that begin now are asked at {sys.argv[1]} (move {number})\n")
    return 0


def _is_address(given: str) -> bool:
    parts = urlsplit(given)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


async def _move(database_url: str, url: str, model: str) -> int:
    database = open_database(database_url, pool_size=1)
    try:
        async with database.begin() as db:
            return await move_over(db, url, model, datetime.now(UTC))
    finally:
        await database.dispose()


if __name__ == "__main__":
    sys.exit(main())

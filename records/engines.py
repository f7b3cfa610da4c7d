"""Which engine answers: a new model comes up in a process of its own, then everybody moves over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from records.database import Connection


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

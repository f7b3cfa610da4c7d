"""Imports: how far each is, what a dry run found, how it ended; nothing of the file itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

RUNNING, BROKEN = "running", "broken"
# Whoever brings one in says so several times a second; after this long nobody does any more.
LEFT_OVER = timedelta(seconds=60)
KEPT = timedelta(days=30)


class NoImport(Exception):
    """There is none with this number that this person began."""


class NotRunning(Exception):
    """It has ended already, or was given up."""


@dataclass(frozen=True)
class Import:
    """One of them; `outcome` is what its state needs to be told."""

    id: int
    state: str
    progress: Mapping[str, Any] | None
    outcome: Mapping[str, Any] | None


async def begin(db: AsyncConnection, who: str, now: datetime) -> int:
    """Keep a new one; its number. Old ones go."""
    await db.execute(text("DELETE FROM imports WHERE changed_at < :before"), {"before": now - KEPT})
    begun = await db.execute(
        text("""
            INSERT INTO imports (staff, state, at, changed_at)
            VALUES (:who, :state, :now, :now) RETURNING id
        """),
        {"who": who, "state": RUNNING, "now": now},
    )
    return int(begun.scalar_one())


async def get(db: AsyncConnection, number: int, who: str, now: datetime) -> Import:
    """One of this person's; what nobody brings on any more is given up and cannot end well."""
    values = {"id": number, "who": who, "now": now, "before": now - LEFT_OVER}
    await db.execute(
        text("""
            UPDATE imports SET state = 'broken', changed_at = :now
            WHERE id = :id AND staff = :who AND state = 'running' AND changed_at < :before
        """),
        values,
    )
    found = await db.execute(
        text("SELECT id, state, progress, outcome FROM imports WHERE id = :id AND staff = :who"),
        values,
    )
    row = found.first()
    if row is None:
        raise NoImport(number)
    return Import(**row._mapping)


async def advance(
    db: AsyncConnection, number: int, progress: Mapping[str, Any], now: datetime
) -> None:
    """Note how far it is; what has ended stays as it is."""
    await db.execute(
        text("""
            UPDATE imports SET progress = CAST(:progress AS jsonb), changed_at = :now
            WHERE id = :id AND state = 'running'
        """),
        {"progress": json.dumps(progress), "now": now, "id": number},
    )


async def settle(
    db: AsyncConnection, number: int, state: str, outcome: Mapping[str, Any], now: datetime
) -> None:
    """Note how it ended, once; within the transaction of the drafts it ends with them."""
    ended = await db.execute(
        text("""
            UPDATE imports SET state = :state, outcome = CAST(:outcome AS jsonb), changed_at = :now
            WHERE id = :id AND state = 'running'
        """),
        {
            **{"id": number, "state": state, "now": now},
            "outcome": json.dumps(outcome, ensure_ascii=False, default=str),
        },
    )
    if ended.rowcount != 1:
        raise NotRunning(number)

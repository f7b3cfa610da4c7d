"""Data findings: how many people's data in which registry have which defect, and never whose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import Connection


async def note(
    db: AsyncConnection, citizen_index: bytes, found: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Keep each (region, kind); the same person's is counted once."""
    rows = [
        {"region": region, "kind": kind, "index": citizen_index, "now": now}
        for region, kind in sorted(set(found))
    ]
    if rows:
        await db.execute(
            text("""
                INSERT INTO data_findings (region, kind, citizen_index, first_at, last_at)
                VALUES (:region, :kind, :index, :now, :now)
                ON CONFLICT (region, kind, citizen_index) DO UPDATE SET last_at = excluded.last_at
            """),
            rows,
        )


async def counts(db: Connection) -> dict[tuple[str, str], int]:
    """For the registries' owners: people by (region, kind)."""
    found = await db.execute(
        text("SELECT region, kind, count(*) AS many FROM data_findings GROUP BY region, kind"), {}
    )
    return {(row.region, row.kind): int(row.many) for row in found}

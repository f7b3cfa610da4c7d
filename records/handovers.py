"""Handovers: a citizen's wish to speak with a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class Handover:
    """An open request, with the number that the citizen can name."""

    id: int
    conversation: UUID
    reason: str
    opened_at: datetime


async def request(
    db: AsyncConnection, conversation: UUID, reason: str, region: str | None, now: datetime
) -> Handover:
    """Open a handover; while one is open, asking again gives the same."""
    await db.execute(
        text("SELECT id FROM conversations WHERE id = :id FOR UPDATE"), {"id": conversation}
    )
    found = await db.execute(
        text("""
            SELECT id, conversation, reason, opened_at FROM handovers
            WHERE conversation = :conversation AND closed_at IS NULL
        """),
        {"conversation": conversation},
    )
    row = found.first()
    if row is None:
        opened = await db.execute(
            text("""
                INSERT INTO handovers (conversation, reason, region, opened_at)
                VALUES (:conversation, :reason, :region, :now)
                RETURNING id, conversation, reason, opened_at
            """),
            {"conversation": conversation, "reason": reason, "region": region, "now": now},
        )
        row = opened.one()
    return Handover(**row._mapping)

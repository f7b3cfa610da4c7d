"""Look-ups: the audit row of each question to a registry. It never holds what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class Asked:
    """A question to one region, and how it ended."""

    service: str
    region: str
    outcome: str  # found | unknown_person | unavailable


async def record_all(
    db: AsyncConnection, conversation: UUID, citizen: str, rows: Sequence[Asked], now: datetime
) -> None:
    """Keep all questions of one look-up: one moment, so that they count as one."""
    await db.execute(
        text("""
            INSERT INTO lookups (conversation, citizen, service, region, outcome, at)
            VALUES (:conversation, :citizen, :service, :region, :outcome, :now)
        """),
        [
            {**row.__dict__, "conversation": conversation, "citizen": citizen, "now": now}
            for row in rows
        ],
    )


async def record(
    db: AsyncConnection,
    conversation: UUID,
    citizen: str,
    service: str,
    region: str,
    outcome: str,
    now: datetime,
) -> None:
    """Keep who asked what, where, and how it ended (found, unknown_person, unavailable)."""
    await db.execute(
        text("""
            INSERT INTO lookups (conversation, citizen, service, region, outcome, at)
            VALUES (:conversation, :citizen, :service, :region, :outcome, :now)
        """),
        {
            "conversation": conversation,
            "citizen": citizen,
            "service": service,
            "region": region,
            "outcome": outcome,
            "now": now,
        },
    )


async def count_since(db: AsyncConnection, conversation: UUID, since: datetime) -> int:
    """How many times the conversation looked something up since then; one a moment."""
    found = await db.execute(
        text("""
            SELECT count(DISTINCT at) FROM lookups
            WHERE conversation = :conversation AND at > :since
        """),
        {"conversation": conversation, "since": since},
    )
    return int(found.scalar_one())

"""Look-ups: the audit row of each question to a registry. It never holds what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from records.database import Connection, text


@dataclass(frozen=True)
class Asked:
    """A question to one region, and how it ended."""

    service: str
    region: str
    outcome: str  # found | unknown_person | unavailable


async def record_all(
    db: Connection, conversation: UUID, citizen: str, rows: Sequence[Asked], now: datetime
) -> None:
    """Keep all questions of one look-up: one moment, so that they count as one."""
    await db.execute(
        text("""
            INSERT INTO lookups (conversation, citizen, service, region, outcome, at)
            SELECT :conversation, :citizen, service, region, outcome, :now
            FROM unnest(
                CAST(:services AS text[]), CAST(:regions AS text[]), CAST(:outcomes AS text[])
            ) AS asked (service, region, outcome)
        """),
        {
            "conversation": conversation,
            "citizen": citizen,
            "now": now,
            "services": [row.service for row in rows],
            "regions": [row.region for row in rows],
            "outcomes": [row.outcome for row in rows],
        },
    )


async def count_since(db: Connection, conversation: UUID, since: datetime) -> int:
    """How many times the conversation looked something up since then; one a moment."""
    found = await db.execute(
        text("""
            SELECT count(DISTINCT at) FROM lookups
            WHERE conversation = :conversation AND at > :since
        """),
        {"conversation": conversation, "since": since},
    )
    return int(found.scalar() or 0)

"""What a waiting request at a messenger asks: is my message answered, what was offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from records.database import Connection


@dataclass(frozen=True)
class Progress:
    """How far a message is."""

    message: int
    received_at: datetime
    answered: bool


@dataclass(frozen=True)
class Offer:
    """Something that the citizen may choose."""

    title: str
    payload: str


async def progress(db: Connection, conversation: UUID, delivery: str) -> Progress | None:
    """The message that came with this delivery, if one did."""
    found = await db.execute(
        text("""
            SELECT id AS message, received_at, answered_at IS NOT NULL AS answered FROM messages
            WHERE conversation = :conversation AND delivery = :delivery
        """),
        {"conversation": conversation, "delivery": delivery},
    )
    row = found.first()
    return Progress(**row._asdict()) if row else None


async def offers(db: Connection, conversation: UUID) -> list[Offer]:
    """What was offered since the citizen, or a person, last spoke, as it was numbered for them."""
    found = await db.execute(
        text("""
            WITH latest AS (
                SELECT card FROM events
                WHERE conversation = :conversation AND "from" <> 'citizen' AND seq > coalesce((
                    SELECT max(seq) FROM events
                    WHERE conversation = :conversation AND "from" IN ('citizen', 'agent')), 0)
                    AND (jsonb_array_length(coalesce(card -> 'choices', '[]'::jsonb)) > 0
                        OR jsonb_array_length(coalesce(card -> 'related', '[]'::jsonb)) > 0)
                ORDER BY seq DESC LIMIT 1
            )
            SELECT offered ->> 'title' AS title, offered ->> 'payload' AS payload
            FROM latest, jsonb_array_elements(
                coalesce(card -> 'choices', '[]'::jsonb) || coalesce(card -> 'related', '[]'::jsonb)
            ) WITH ORDINALITY AS o (offered, place) ORDER BY place
        """),
        {"conversation": conversation},
    )
    return [Offer(**row._asdict()) for row in found]

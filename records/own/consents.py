"""Consents: that a citizen agreed to something, in which words, until they take it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from records.database import Connection, text

LOOK_UPS = "look_ups"  # that registries are asked about them


async def given(db: Connection, citizen: str, purpose: str, version: str) -> bool:
    """Whether the citizen has agreed to these words and not taken it back."""
    found = await db.execute(
        text("""
            SELECT 1 FROM consents WHERE citizen = :citizen AND purpose = :purpose
                AND version = :version AND withdrawn_at IS NULL
        """),
        {"citizen": citizen, "purpose": purpose, "version": version},
    )
    return found.first() is not None


async def give(
    db: Connection, citizen: str, purpose: str, version: str, conversation: UUID, now: datetime
) -> None:
    """Keep that the citizen agrees; a second time changes nothing."""
    await db.execute(
        text("""
            INSERT INTO consents (citizen, purpose, version, conversation, given_at)
            VALUES (:citizen, :purpose, :version, :conversation, :now)
            ON CONFLICT (citizen, purpose, version) WHERE withdrawn_at IS NULL DO NOTHING
        """),
        {
            "citizen": citizen,
            "purpose": purpose,
            "version": version,
            "conversation": conversation,
            "now": now,
        },
    )


async def withdraw(db: Connection, citizen: str, purpose: str, now: datetime) -> bool:
    """Take every consent to this purpose back; False when there was none."""
    ended = await db.execute(
        text("""
            UPDATE consents SET withdrawn_at = :now
            WHERE citizen = :citizen AND purpose = :purpose AND withdrawn_at IS NULL
            RETURNING id
        """),
        {"citizen": citizen, "purpose": purpose, "now": now},
    )
    return ended.first() is not None

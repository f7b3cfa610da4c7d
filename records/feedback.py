"""Feedback: whether an answer helped, in the citizen's latest word on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def give(
    db: AsyncConnection,
    conversation: UUID,
    seq: int,
    helpful: bool,
    comment: str | None,
    now: datetime,
) -> None:
    """Keep it; a later word on the same answer replaces an earlier one."""
    await db.execute(
        text("""
            INSERT INTO feedback (conversation, seq, helpful, comment, at)
            VALUES (:conversation, :seq, :helpful, :comment, :now)
            ON CONFLICT (conversation, seq) DO UPDATE
            SET helpful = excluded.helpful, comment = excluded.comment, at = excluded.at
        """),
        {
            "conversation": conversation,
            "seq": seq,
            "helpful": helpful,
            "comment": comment,
            "now": now,
        },
    )

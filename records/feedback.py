"""Feedback: whether an answer helped, in the citizen's latest word on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.questions.understood import UNHELPFUL


async def give(
    db: AsyncConnection,
    conversation: UUID,
    seq: int,
    helpful: bool,
    comment: str | None,
    now: datetime,
) -> None:
    """Keep it; a later word on the same answer replaces an earlier one.

    An answer that did not help is one that staff look at.
    """
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
    await _look_at(db, conversation, seq, helpful)


async def _look_at(db: AsyncConnection, conversation: UUID, seq: int, helpful: bool) -> None:
    """Have staff look at what did not help; what went wrong by itself stays so."""
    await db.execute(
        text("""
            UPDATE understandings
            SET trouble = CASE WHEN :helpful THEN nullif(trouble, :unhelpful)
                ELSE coalesce(trouble, :unhelpful) END
            FROM events
            WHERE events.conversation = :conversation AND seq = :seq
                AND understandings.message = events.message
        """),
        {
            "conversation": conversation,
            "seq": seq,
            "helpful": helpful,
            "unhelpful": UNHELPFUL,
        },
    )

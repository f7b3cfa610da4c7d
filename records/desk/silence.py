"""While a person has a citizen's request: messages are left to that person, and none for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records import conversations
from records.database import Connection

PERSON = "person"  # the outcome of a message that a person answers
# What was said to the person since they last spoke, the earliest of it.
_WAITS_SINCE = """
    (SELECT min(answered_at) FROM messages
        WHERE messages.conversation = handovers.conversation AND outcome = 'person'
            AND answered_at > greatest(taken_at, spoken_at))
"""


@dataclass(frozen=True)
class Left:
    """A message that was left to the person; `more` of the conversation may wait."""

    number: int  # of the request
    more: bool


@dataclass(frozen=True)
class Alone:
    """A citizen to whom the person said nothing for too long."""

    number: int
    conversation: UUID
    since: datetime


@dataclass(frozen=True)
class Many:
    """How many requests wait for a person, and how many are with one."""

    waiting: int
    taken: int


async def leave_to_person(
    db: AsyncConnection, conversation: UUID, message: int, now: datetime
) -> Left | None:
    """Settle a message without an answer; None, and nothing changed, when no person is there."""
    # First, so that nobody gives the request back in the same moment and leaves it to nobody.
    if not await conversations.lock(db, conversation):
        return None
    settled = await db.execute(
        text("""
            WITH settled AS (
                UPDATE messages SET answered_at = :now, outcome = 'person' FROM handovers
                WHERE messages.id = :message AND answered_at IS NULL
                    AND messages.conversation = :conversation
                    AND handovers.conversation = :conversation
                    AND closed_at IS NULL AND taken_by IS NOT NULL
                RETURNING handovers.id AS number
            )
            SELECT number, EXISTS (
                SELECT 1 FROM messages WHERE conversation = :conversation
                    AND answered_at IS NULL AND id > :message
            ) AS more FROM settled
        """),
        {"conversation": conversation, "message": message, "now": now},
    )
    row = settled.first()
    return Left(row.number, row.more) if row else None


async def end(db: AsyncConnection, number: int, now: datetime) -> None:
    """Close a request by the citizen's own words; only after `leave_to_person`, which locks."""
    await db.execute(
        text("UPDATE handovers SET closed_at = :now WHERE id = :number"),
        {"number": number, "now": now},
    )


async def alone(db: Connection, before: datetime, most: int) -> list[Alone]:
    """Who has waited for a word of the person since before, the longest first."""
    found = await db.execute(
        text(f"""
            SELECT number, conversation, since FROM (
                SELECT id AS number, conversation, {_WAITS_SINCE} AS since FROM handovers
                WHERE closed_at IS NULL AND taken_by IS NOT NULL) AS taken
            WHERE since < :before ORDER BY since LIMIT :most
        """),  # noqa: S608 - only our own constant is put in
        {"before": before, "most": most},
    )
    return [Alone(**row._asdict()) for row in found]


async def take_back(db: AsyncConnection, left: Alone, before: datetime) -> bool:
    """Let the request wait again, and the last message for the machine; False if it is not so."""
    if not await conversations.lock(db, left.conversation):
        return False
    reopened = await db.execute(
        text(f"""
            WITH held AS (
                SELECT id, conversation, greatest(taken_at, spoken_at) AS spoken FROM handovers
                WHERE id = :number AND closed_at IS NULL AND taken_by IS NOT NULL
                    AND {_WAITS_SINCE} < :before
            ), last AS (
                UPDATE messages SET answered_at = NULL, outcome = NULL
                WHERE text <> '' AND id = (
                    SELECT max(messages.id) FROM messages JOIN held USING (conversation)
                    WHERE outcome = 'person' AND answered_at > spoken)
            )
            UPDATE handovers SET taken_by = NULL, taken_at = NULL, spoken_at = NULL
            FROM held WHERE handovers.id = held.id
        """),  # noqa: S608 - only our own constant is put in
        {"number": left.number, "before": before},
    )
    return bool(reopened.rowcount)


async def count(db: Connection) -> Many:
    """The open requests."""
    found = await db.execute(
        text("""
            SELECT count(*) FILTER (WHERE taken_by IS NULL) AS waiting, count(taken_by) AS taken
            FROM handovers WHERE closed_at IS NULL
        """),
        {},
    )
    row = found.first()
    return Many(int(row.waiting), int(row.taken)) if row else Many(0, 0)

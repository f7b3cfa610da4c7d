"""The outbox: what both sides of a conversation see, numbered from 1 without gaps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from records.database import Connection, text
from records.questions import understood
from records.questions.understood import Understood

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Line:
    """Something said, before it has its number."""

    text: str
    card: dict[str, Any] | None = None


@dataclass(frozen=True)
class Event:
    """One line of a conversation; `sender` is citizen, bot, agent or system."""

    seq: int
    at: datetime
    sender: str
    text: str
    card: dict[str, Any] | None


@dataclass(frozen=True)
class Behind:
    """What stands behind an event, and how often earlier events were rewritten or removed."""

    events: list[Event]
    rewritten: int
    wants_person: bool = False  # staff, who have no bell, may speak any moment


@dataclass(frozen=True)
class Stored:
    """An answer that is kept; `more` messages of the conversation may wait for theirs."""

    more: bool
    pushed: bool = False  # it has to be brought to a messenger


_NUMBER = """
    WITH numbered AS (
        UPDATE conversations SET last_seq = last_seq + :count
        WHERE id = :conversation RETURNING last_seq - :count AS before, pushed
    )
"""
# The conversation's row is locked first, as everywhere, so that two writers cannot deadlock.
_SETTLE_AND_NUMBER = """
    WITH alive AS (
        SELECT id FROM conversations WHERE id = :conversation FOR UPDATE
    ), settled AS (
        UPDATE messages SET answered_at = :now, outcome = :outcome FROM alive
        WHERE messages.id = :message AND conversation = alive.id AND answered_at IS NULL
        RETURNING messages.id
    ), numbered AS (
        UPDATE conversations SET last_seq = last_seq + :count FROM settled
        WHERE conversations.id = :conversation RETURNING last_seq - :count AS before, pushed
    )
"""
_SELECT_WAITING = """
    SELECT pushed, EXISTS (
        SELECT 1 FROM messages WHERE messages.conversation = :conversation
            AND answered_at IS NULL AND id > :message
    ) AS more
    FROM numbered WHERE EXISTS (SELECT 1 FROM added)
"""
_SELECT_ADDED = "SELECT seq FROM added"
# The lines of one writer travel as a JSON list, so that their number does not matter. What has
# to be brought to a messenger becomes a delivery in the same moment, or not at all.
_INSERT_LINES = """
    , added AS (
        INSERT INTO events (conversation, seq, at, "from", text, card, message)
        SELECT :conversation, before + place, :now, :sender, line ->> 'text',
            nullif(line -> 'card', 'null'::jsonb), CAST(:message AS bigint)
        FROM numbered,
            jsonb_array_elements(CAST(:lines AS jsonb)) WITH ORDINALITY AS l (line, place)
        RETURNING conversation, seq
    ), outgoing AS (
        INSERT INTO deliveries (conversation, seq, created_at, next_at)
        SELECT added.conversation, added.seq, :now, :now FROM added, numbered
        WHERE pushed AND CAST(:sender AS text) <> 'citizen'
    )
"""


def _lines(lines: Sequence[Line], message: int | None = None) -> dict[str, Any]:
    told = [{"text": line.text, "card": line.card} for line in lines]
    return {
        "lines": json.dumps(told, ensure_ascii=False),
        "count": len(lines),
        "message": message,
    }


async def after(db: Connection, conversation: UUID, seq: int) -> Behind | None:
    """The events behind `seq`, in order, at most `MOST_AT_ONCE`; None when it ended."""
    found = await db.execute(
        text("""
            SELECT seq, at, "from" AS sender, text, card, rewritten, EXISTS (
                SELECT 1 FROM handovers WHERE conversation = :id AND closed_at IS NULL) AS wants
            FROM conversations LEFT JOIN events ON conversation = id AND seq > :seq
            WHERE id = :id ORDER BY seq LIMIT :most
        """),
        {"id": conversation, "seq": seq, "most": MOST_AT_ONCE},
    )
    rows = found.all()
    if not rows:
        return None
    behind = [
        Event(row.seq, row.at, row.sender, row.text, row.card)
        for row in rows
        if row.seq is not None
    ]
    return Behind(behind, rows[0].rewritten, rows[0].wants)


async def append(
    db: Connection, conversation: UUID, sender: str, lines: Sequence[Line], now: datetime
) -> bool:
    """Add lines behind the last; False when the conversation ended."""
    added = await db.execute(
        text(_NUMBER + _INSERT_LINES + _SELECT_ADDED),
        {**_lines(lines), "conversation": conversation, "sender": sender, "now": now},
    )
    return added.first() is not None


async def answer(
    db: Connection,
    conversation: UUID,
    message: int,
    lines: Sequence[Line],
    outcome: str,
    now: datetime,
    understanding: Understood | None = None,
) -> Stored | None:
    """Mark the message answered and add the bot's lines and what led to them, in one statement.

    None, and nothing changed, when somebody else was first or the conversation ended.
    """
    added = await db.execute(
        text(_SETTLE_AND_NUMBER + understood.INSERT + _INSERT_LINES + _SELECT_WAITING),
        {
            **_lines(lines, message),
            "conversation": conversation,
            "outcome": outcome,
            "sender": "bot",
            "now": now,
            "understood": understanding.row() if understanding else None,
        },
    )
    row = added.first()
    return Stored(row.more, row.pushed) if row else None


async def find(db: Connection, conversation: UUID, seq: int) -> Event | None:
    """One event."""
    found = await db.execute(
        text("""
            SELECT seq, at, "from" AS sender, text, card FROM events
            WHERE conversation = :conversation AND seq = :seq
        """),
        {"conversation": conversation, "seq": seq},
    )
    row = found.first()
    return Event(**row._asdict()) if row else None


async def issued(db: Connection, conversation: UUID, payload: str) -> str | None:
    """The title of a choice that this conversation was really offered, else None."""
    found = await db.execute(
        text("""
            SELECT offered ->> 'title' AS title
            FROM events, jsonb_array_elements(
                coalesce(card -> 'choices', '[]'::jsonb) || coalesce(card -> 'related', '[]'::jsonb)
            ) AS offered
            WHERE conversation = :conversation AND "from" <> 'citizen' AND card IS NOT NULL
                AND offered ->> 'payload' = :payload
            ORDER BY seq DESC LIMIT 1
        """),
        {"conversation": conversation, "payload": payload},
    )
    return found.scalar()


async def offered_last(db: Connection, conversation: UUID, payload: str) -> bool:
    """Whether the answer to the message before the one that waits offered this choice."""
    found = await db.execute(
        text("""
            SELECT 1 FROM events, jsonb_array_elements(card -> 'choices') AS offered
            WHERE conversation = :conversation AND "from" = 'bot' AND message = (
                SELECT max(id) FROM messages
                WHERE conversation = :conversation AND answered_at IS NOT NULL)
                AND offered ->> 'payload' = :payload
        """),
        {"conversation": conversation, "payload": payload},
    )
    return found.first() is not None


async def hide_personal(
    db: Connection, conversation: UUID, shown: str, now: datetime, but: int = 0
) -> int:
    """Put `shown` for what both sides said since somebody first signed in: nobody reads that again.

    What was said after a sign-out before `now` stays, and so does the message `but`.
    """
    hidden = await db.execute(
        text("""
            WITH hidden AS (
                UPDATE events SET text = :shown, card = NULL
                WHERE conversation = :conversation AND "from" <> 'system' AND text <> :shown
                    AND coalesce(message, -1) <> :but AND at >= (
                        SELECT min(received_at) FROM messages
                        WHERE conversation = :conversation AND choice = '/signed_in')
                    AND at <= coalesce((
                        SELECT signed_out_at FROM identities
                        WHERE conversation = :conversation AND signed_out_at < :now), 'infinity')
                RETURNING seq
            ), without_words AS (
                UPDATE feedback SET comment = NULL FROM hidden
                WHERE conversation = :conversation AND feedback.seq = hidden.seq
            )
            SELECT count(*) FROM hidden
        """),
        {"conversation": conversation, "shown": shown, "now": now, "but": but},
    )
    many = int(hidden.scalar() or 0)
    if many:
        await were_rewritten(db, conversation)
    return many


async def hide_late(db: Connection, conversation: UUID, shown: str) -> int:
    """Put `shown` for answers that came after the sign-out to what was said before it.

    What answers the words that signed out stays, as they do, and so does the way to sign in.
    """
    hidden = await db.execute(
        text("""
            UPDATE events SET text = :shown, card = NULL
            FROM identities, messages, events AS asked
            WHERE events.conversation = :conversation AND events.at > signed_out_at
                AND events."from" = 'bot' AND events.text <> :shown
                AND events.card ->> 'type' IS DISTINCT FROM 'sign_in'
                AND identities.conversation = :conversation AND messages.id = events.message
                AND received_at <= signed_out_at AND received_at >= (
                    SELECT min(received_at) FROM messages
                    WHERE conversation = :conversation AND choice = '/signed_in')
                AND asked.conversation = :conversation AND asked.seq = messages.seq
                AND (asked."from" <> 'citizen' OR asked.text = :shown)
        """),
        {"conversation": conversation, "shown": shown},
    )
    if hidden.rowcount:
        await were_rewritten(db, conversation)
    return int(hidden.rowcount)


async def were_rewritten(db: Connection, conversation: UUID) -> None:
    """Have the pages that show this conversation read it anew."""
    await db.execute(
        text("UPDATE conversations SET rewritten = rewritten + 1 WHERE id = :conversation"),
        {"conversation": conversation},
    )


async def newest_sign_in(db: Connection, conversation: UUID) -> str | None:
    """The reason of the newest sign-in card that the conversation was shown."""
    found = await db.execute(
        text("""
            SELECT card ->> 'reason' AS reason FROM events
            WHERE conversation = :conversation AND "from" <> 'citizen'
                AND card ->> 'type' = 'sign_in' ORDER BY seq DESC LIMIT 1
        """),
        {"conversation": conversation},
    )
    row = found.first()
    return str(row.reason) if row else None

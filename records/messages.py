"""The inbox: what citizens sent, kept before it is acknowledged and answered once, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from records.database import Connection, text


@dataclass(frozen=True)
class Message:
    """A message that waits for its answer."""

    id: int
    conversation: UUID
    seq: int
    text: str
    choice: str | None
    attempts: int
    channel: str
    locale: str
    region: str | None
    site: str = ""
    # The engine in use at the moment when its turn began; 0 before the first move.
    engine: int = 0
    engine_url: str = ""
    with_person: bool = False  # one of the staff talks with the citizen: the machine is silent


@dataclass(frozen=True)
class Arrival:
    """What came in, as it is kept: masked, with the sender's own id of it."""

    conversation: UUID
    delivery: str
    fingerprint: bytes
    sender: str  # who the event that shows it is from: citizen | system
    shown: str
    text: str
    choice: str | None


@dataclass(frozen=True)
class Known:
    """A delivery that came before."""

    seq: int
    fingerprint: bytes


async def keep(db: Connection, arrival: Arrival, now: datetime) -> int | None:
    """Keep a message and the event that shows it, in one statement; its seq.

    None when the conversation ended. A delivery that came before is an `IntegrityError`,
    and then nothing has changed; the conversation's row makes rivals wait for each other.
    """
    kept = await db.execute(
        text("""
            WITH numbered AS (
                UPDATE conversations SET last_seq = last_seq + 1
                WHERE id = :conversation RETURNING last_seq, pushed
            ), message AS (
                INSERT INTO messages
                    (conversation, delivery, fingerprint, seq, text, choice, received_at)
                SELECT :conversation, :delivery, :fingerprint, last_seq, :text, :choice, :now
                FROM numbered RETURNING id, seq
            ), outgoing AS (
                INSERT INTO deliveries (conversation, seq, created_at, next_at)
                SELECT :conversation, last_seq, :now, :now FROM numbered
                WHERE pushed AND CAST(:sender AS text) <> 'citizen'
            )
            INSERT INTO events (conversation, seq, at, "from", text, message)
            SELECT :conversation, seq, :now, :sender, :shown, id FROM message RETURNING seq
        """),
        {**arrival.__dict__, "now": now},
    )
    seq = kept.scalar()
    return None if seq is None else int(seq)


async def known(db: Connection, conversation: UUID, delivery: str) -> Known | None:
    """The message that came with this delivery id, if one did."""
    found = await db.execute(
        text("""
            SELECT seq, fingerprint FROM messages
            WHERE conversation = :conversation AND delivery = :delivery
        """),
        {"conversation": conversation, "delivery": delivery},
    )
    row = found.first()
    return Known(row.seq, bytes(row.fingerprint)) if row else None


async def next_waiting(db: Connection, conversation: UUID) -> Message | None:
    """The earliest message of the conversation that has no answer yet."""
    found = await db.execute(
        text("""
            SELECT messages.id, conversation, seq, text, choice, attempts, channel, locale, region,
                site, coalesce(engines.id, 0) AS engine, coalesce(engines.url, '') AS engine_url,
                EXISTS (SELECT 1 FROM handovers WHERE conversation = :conversation
                    AND closed_at IS NULL AND taken_by IS NOT NULL) AS with_person
            FROM messages JOIN conversations ON conversations.id = conversation
            LEFT JOIN engines ON engines.id = (SELECT max(id) FROM engines)
            WHERE messages.conversation = :conversation AND answered_at IS NULL
            ORDER BY messages.id LIMIT 1
        """),
        {"conversation": conversation},
    )
    row = found.first()
    return Message(**row._asdict()) if row else None


async def count_attempt(db: Connection, message: int) -> None:
    """Note that somebody left the message over, and that it is taken up again."""
    await db.execute(
        text("UPDATE messages SET attempts = attempts + 1 WHERE id = :id"), {"id": message}
    )


async def conversations_waiting(db: Connection, before: datetime, most: int) -> list[UUID]:
    """Conversations with messages unanswered since `before`, the longest-waiting first."""
    found = await db.execute(
        text("""
            SELECT conversation FROM messages
            WHERE answered_at IS NULL AND received_at < :before
            GROUP BY conversation ORDER BY min(id) LIMIT :most
        """),
        {"most": most, "before": before},
    )
    return [row.conversation for row in found]


async def blank(db: Connection, conversation: UUID) -> None:
    """Take the words of answered messages whose event was blanked, also out of staff's lists.

    That they came, and what they were taken for, is still counted.
    """
    await db.execute(
        text("""
            WITH blanked AS (
                UPDATE messages SET text = '' FROM events
                WHERE messages.conversation = :conversation AND answered_at IS NOT NULL
                    AND events.conversation = messages.conversation AND events.seq = messages.seq
                    AND messages.text <> '' AND events.text <> messages.text
                RETURNING messages.id
            ), in_no_group AS (
                UPDATE understandings SET trouble = NULL, cluster = NULL FROM blanked
                WHERE understandings.message = blanked.id
            ), without_labels AS (
                DELETE FROM labels USING blanked WHERE labels.message = blanked.id
            )
            DELETE FROM sample_questions USING blanked
            WHERE sample_questions.message = blanked.id
        """),
        {"conversation": conversation},
    )


async def count_waiting(db: Connection) -> int:
    """How many messages have no answer yet."""
    found = await db.execute(text("SELECT count(*) FROM messages WHERE answered_at IS NULL"), {})
    return int(found.scalar() or 0)

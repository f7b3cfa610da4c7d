"""Handovers: a citizen's wish to speak with a person, open until staff close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records import conversations

# What was said last before the wish says what it is about.
WORDS = 3
# Where nobody has closed a request for so long, nobody works them off.
WORKED_OFF = timedelta(days=7)


class NotOpen(Exception):
    """There is no such request, its conversation has ended, or somebody closed it before."""


@dataclass(frozen=True)
class Handover:
    """An open request, with the number that the citizen can name."""

    id: int
    conversation: UUID
    reason: str
    opened_at: datetime


@dataclass(frozen=True)
class Waiting:
    """An open request as staff see it: the words are masked, nobody is named."""

    id: int
    reason: str
    opened_at: datetime
    channel: str
    site: str
    region: str | None
    words: tuple[str, ...]  # the last of the citizen's, in order


async def request(
    db: AsyncConnection, conversation: UUID, reason: str, region: str | None, now: datetime
) -> Handover:
    """Open a handover; while one is open, asking again gives the same."""
    await conversations.lock(db, conversation)
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


async def before(db: AsyncConnection, handover: Handover, now: datetime) -> int | None:
    """How many of the same site wait longer; None where nobody works its requests off."""
    found = await db.execute(
        text("""
            SELECT count(*) FILTER (WHERE other.closed_at IS NULL
                    AND (other.opened_at, other.id) < (:opened_at, :id)) AS ahead,
                bool_or(other.closed_at IS NOT NULL) AS worked_off
            FROM conversations own
            JOIN conversations c ON c.site = own.site
            JOIN handovers other ON other.conversation = c.id
            WHERE own.id = :conversation
                AND (other.closed_at IS NULL OR other.closed_at > :since)
        """),
        {
            **{"id": handover.id, "opened_at": handover.opened_at},
            **{"conversation": handover.conversation, "since": now - WORKED_OFF},
        },
    )
    row = found.one()
    return int(row.ahead) if row.worked_off else None


async def waiting(db: AsyncConnection, most: int) -> tuple[list[Waiting], int]:
    """The open requests, who waits longest first; and how many there are."""
    found = await db.execute(
        text("""
            SELECT h.id, h.reason, h.opened_at, c.channel, sites.name AS site,
                coalesce(h.region, c.region, sites.region) AS region,
                ARRAY(SELECT said.text FROM (
                    SELECT seq, text FROM messages
                    WHERE conversation = h.conversation AND received_at <= h.opened_at
                        AND text <> ''
                    ORDER BY seq DESC LIMIT :words) AS said ORDER BY said.seq) AS words,
                h.total
            FROM (SELECT *, count(*) OVER () AS total FROM handovers
                WHERE closed_at IS NULL ORDER BY opened_at, id LIMIT :most) AS h
            JOIN conversations c ON c.id = h.conversation JOIN sites ON sites.key = c.site
            ORDER BY h.opened_at, h.id
        """),
        {"words": WORDS, "most": most},
    )
    rows = found.all()
    return [_waiting(row) for row in rows], rows[0].total if rows else 0


def _waiting(row: Any) -> Waiting:
    values = row._asdict()
    told = {name: values[name] for name in Waiting.__annotations__}
    return Waiting(**{**told, "words": tuple(row.words)})


async def close(db: AsyncConnection, number: int, now: datetime) -> Handover:
    """Close it, once; who asks for a person after that gets a number anew."""
    found = await db.execute(
        text("SELECT conversation FROM handovers WHERE id = :id"), {"id": number}
    )
    conversation = found.scalar()
    # The conversation is locked first, as everywhere, so that two writers cannot deadlock.
    if conversation is None or not await conversations.lock(db, conversation):
        raise NotOpen(number)
    closed = await db.execute(
        text("""
            UPDATE handovers SET closed_at = :now WHERE id = :id AND closed_at IS NULL
            RETURNING id, conversation, reason, opened_at
        """),
        {"id": number, "now": now},
    )
    row = closed.first()
    if row is None:
        raise NotOpen(number)
    return Handover(**row._mapping)

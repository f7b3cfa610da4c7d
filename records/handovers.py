"""Handovers: a citizen's wish to speak with a person, who takes it, answers, and closes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records import conversations, events, identities
from records.database import Connection
from records.events import Line
from records.privacy import readable
from records.privacy.readable import Said

# What was said last before the wish says what it is about.
WORDS = 3
# Where nobody has closed a request for so long, nobody works them off.
WORKED_OFF = timedelta(days=7)
# The reason of who may be about to harm himself: nobody is to be spoken with sooner.
URGENT = "distress"
_HANDOVER = "id, conversation, reason, opened_at, taken_by, taken_at"


class NotOpen(Exception):
    """There is no such request, its conversation has ended, or somebody closed it before."""


class TakenByOther(Exception):
    """Somebody else talks with this citizen."""


class NotYours(Exception):
    """Who wants to speak or to end it has not taken it, or has it no more."""


@dataclass(frozen=True)
class Handover:
    """A request, with the number that the citizen can name, and who has taken it."""

    id: int
    conversation: UUID
    reason: str
    opened_at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None


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
    taken_by: str | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Dossier:
    """What staff know of whom they talk with: what it is about, and never who it is."""

    number: int
    conversation: UUID
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    taken_by: str | None
    channel: str
    site: str
    region: str | None
    level: str | None  # of the citizen's sign-in; None when nobody is signed in
    items: tuple[str, ...]  # that were answered last, the latest first
    lines: tuple[Said, ...]


async def request(
    db: AsyncConnection, conversation: UUID, reason: str, region: str | None, now: datetime
) -> Handover:
    """Open a handover; while one is open, asking again gives the same, more urgent if need be."""
    await conversations.lock(db, conversation)
    if reason == URGENT:
        await db.execute(
            text("""
                UPDATE handovers SET reason = :reason
                WHERE conversation = :conversation AND closed_at IS NULL
            """),
            {"reason": reason, "conversation": conversation},
        )
    found = await db.execute(
        text(f"""
            SELECT {_HANDOVER} FROM handovers
            WHERE conversation = :conversation AND closed_at IS NULL
        """),  # noqa: S608 - only our own constant is put in
        {"conversation": conversation},
    )
    row = found.first()
    if row is None:
        opened = await db.execute(
            text(f"""
                INSERT INTO handovers (conversation, reason, region, opened_at)
                VALUES (:conversation, :reason, :region, :now)
                RETURNING {_HANDOVER}
            """),  # noqa: S608 - only our own constant is put in
            {"conversation": conversation, "reason": reason, "region": region, "now": now},
        )
        row = opened.one()
    return Handover(**row._mapping)


async def before(db: AsyncConnection, handover: Handover, now: datetime) -> int | None:
    """How many of the same site wait longer; None where nobody works its requests off."""
    found = await db.execute(
        text("""
            SELECT count(*) FILTER (WHERE other.closed_at IS NULL AND other.taken_by IS NULL
                    AND (other.opened_at, other.id) < (:opened_at, :id)) AS ahead,
                bool_or(other.closed_at IS NOT NULL OR other.taken_by IS NOT NULL)
                    AS worked_off
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
    """The open requests, who despairs first, then who waits longest, then those with a person.

    And how many there are.
    """
    found = await db.execute(
        text("""
            SELECT h.id, h.reason, h.opened_at, h.taken_by, h.taken_at, c.channel,
                sites.name AS site,
                coalesce(h.region, c.region, sites.region) AS region,
                ARRAY(SELECT said.text FROM (
                    SELECT seq, text FROM messages
                    WHERE conversation = h.conversation AND received_at <= h.opened_at
                        AND text <> ''
                    ORDER BY seq DESC LIMIT :words) AS said ORDER BY said.seq) AS words,
                h.total
            FROM (SELECT *, count(*) OVER () AS total FROM handovers
                WHERE closed_at IS NULL
                ORDER BY taken_by IS NOT NULL, reason <> :urgent, opened_at, id LIMIT :most) AS h
            JOIN conversations c ON c.id = h.conversation JOIN sites ON sites.key = c.site
            ORDER BY h.taken_by IS NOT NULL, h.reason <> :urgent, h.opened_at, h.id
        """),
        {"words": WORDS, "most": most, "urgent": URGENT},
    )
    rows = found.all()
    return [_waiting(row) for row in rows], rows[0].total if rows else 0


def _waiting(row: Any) -> Waiting:
    values = row._asdict()
    told = {name: values[name] for name in Waiting.__annotations__}
    return Waiting(**{**told, "words": tuple(row.words)})


async def take(db: AsyncConnection, number: int, staff: str, now: datetime) -> Handover:
    """Have this person talk with the citizen; taken just now where `taken_at` is `now`."""
    open_one = await _locked(db, number)
    if open_one.taken_by == staff:
        return open_one
    if open_one.taken_by is not None:
        raise TakenByOther(number)
    return await _set(db, number, "taken_by = :staff, taken_at = :now", staff=staff, now=now)


async def give_back(
    db: AsyncConnection, number: int, staff: str, now: datetime, *, in_place: bool = False
) -> Handover:
    """Let it wait again where it stood; `in_place` of whoever has it only for a supervisor."""
    open_one = await _locked(db, number)
    if open_one.taken_by is None or not (in_place or open_one.taken_by == staff):
        raise NotYours(number)
    await _set(db, number, "taken_by = NULL, taken_at = NULL, spoken_at = NULL")
    return open_one


async def finish(db: AsyncConnection, number: int, staff: str, now: datetime) -> Handover:
    """Close it, by whoever has taken it."""
    if (await _locked(db, number)).taken_by != staff:
        raise NotYours(number)
    return await _set(db, number, "closed_at = :now", now=now)


async def close(db: AsyncConnection, number: int, now: datetime) -> Handover:
    """Close it, once, whoever has it; who asks for a person after that gets a number anew."""
    await _locked(db, number)
    return await _set(db, number, "closed_at = :now", now=now)


async def say(db: AsyncConnection, number: int, staff: str, line: Line, now: datetime) -> None:
    """What the person says to the citizen."""
    open_one = await _locked(db, number)
    if open_one.taken_by != staff:
        raise NotYours(number)
    await events.append(db, open_one.conversation, "agent", [line], now)
    await _set(db, number, "spoken_at = :now", now=now)


async def with_person(db: Connection, conversation: UUID) -> bool:
    """Whether somebody of the staff talks with this citizen, so that the machine is silent."""
    found = await db.execute(
        text("""
            SELECT 1 FROM handovers WHERE conversation = :conversation
                AND closed_at IS NULL AND taken_by IS NOT NULL
        """),
        {"conversation": conversation},
    )
    return found.first() is not None


async def dossier(db: AsyncConnection, number: int, after: int) -> Dossier:
    """What staff may know, with the lines behind `after`; after its end nothing newer is told."""
    found = await db.execute(
        text("""
            SELECT h.id AS number, h.conversation, h.reason, h.opened_at, h.closed_at, h.taken_by,
                c.channel, sites.name AS site, coalesce(h.region, c.region, sites.region) AS region,
                ARRAY(SELECT item FROM understandings
                    WHERE conversation = h.conversation AND decision = 'answer'
                        AND item IS NOT NULL AND at <= coalesce(h.closed_at, 'infinity')
                    GROUP BY item ORDER BY max(message) DESC LIMIT :most) AS items
            FROM handovers h JOIN conversations c ON c.id = h.conversation
            JOIN sites ON sites.key = c.site WHERE h.id = :number
        """),
        {"number": number, "most": WORDS},
    )
    row = found.first()
    if row is None:
        raise NotOpen(number)
    told = {**row._asdict(), "items": tuple(row.items)}
    told["level"] = await identities.level(db, row.conversation, datetime.now(UTC))
    return Dossier(**told, lines=await readable.lines(db, number, after))


async def _locked(db: AsyncConnection, number: int) -> Handover:
    """The open request, which nobody else changes until the transaction ends."""
    found = await db.execute(
        text("SELECT conversation FROM handovers WHERE id = :id"), {"id": number}
    )
    conversation = found.scalar()
    # The conversation is locked first, as everywhere, so that two writers cannot deadlock.
    if conversation is None or not await conversations.lock(db, conversation):
        raise NotOpen(number)
    held = await db.execute(
        text(f"SELECT {_HANDOVER} FROM handovers WHERE id = :id AND closed_at IS NULL"),  # noqa: S608
        {"id": number},
    )
    row = held.first()
    if row is None:
        raise NotOpen(number)
    return Handover(**row._mapping)


async def _set(db: AsyncConnection, number: int, change: str, **values: object) -> Handover:
    changed = await db.execute(
        text(f"UPDATE handovers SET {change} WHERE id = :id RETURNING {_HANDOVER}"),  # noqa: S608
        {"id": number, **values},
    )
    return Handover(**changed.one()._mapping)

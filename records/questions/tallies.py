"""How much was asked about what, where and how: numbers that stay when conversations go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CHINA = ZoneInfo("Asia/Shanghai")
# Asking the same again within this time is a repeat contact; within a sitting it is none.
REPEAT, SITTING = timedelta(days=7), timedelta(minutes=30)
# What may still change: feedback comes late.
OPEN_DAYS = 8

_COUNTED = """
    INSERT INTO tallies
        (day, region, channel, decision, item, questions, helpful, unhelpful, repeats)
    SELECT :day, coalesce(left(coalesce(c.region, sites.region), 2) || '0000', ''), c.channel,
        u.decision, coalesce(CASE WHEN u.decision IN ('answer', 'clarify') THEN u.item
            ELSE u.intent END, ''),
        count(*), count(*) FILTER (WHERE word.helpful), count(*) FILTER (WHERE NOT word.helpful),
        count(*) FILTER (WHERE u.item IS NOT NULL AND EXISTS (
            SELECT 1 FROM understandings earlier
            WHERE earlier.item = u.item AND earlier.at < u.at - CAST(:sitting AS interval)
                AND earlier.at >= u.at - CAST(:repeat AS interval)
                AND (earlier.conversation = u.conversation OR earlier.conversation IN (
                    SELECT other.conversation FROM identities mine
                    JOIN identities other ON other.citizen = mine.citizen
                    WHERE mine.conversation = u.conversation))))
    FROM understandings u JOIN conversations c ON c.id = u.conversation
    JOIN sites ON sites.key = c.site
    LEFT JOIN LATERAL (
        SELECT helpful FROM events JOIN feedback USING (conversation, seq)
        WHERE events.message = u.message LIMIT 1
    ) AS word ON true
    WHERE u.at >= :since AND u.at < :until
    GROUP BY 2, 3, 4, 5
"""
_DAY = """
    INSERT INTO days (day, conversations, handovers, answer_median, answer_p95, person_median,
        person_p95)
    SELECT :day,
        (SELECT count(*) FROM conversations WHERE created_at >= :since AND created_at < :until),
        (SELECT count(*) FROM handovers WHERE opened_at >= :since AND opened_at < :until),
        half[1], half[2], person[1], person[2]
    FROM (
        SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
            ORDER BY extract(epoch FROM answered_at - received_at)) AS half
        FROM messages WHERE received_at >= :since AND received_at < :until
            AND answered_at IS NOT NULL AND outcome IS DISTINCT FROM 'person'
    ) AS answers, (
        SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
            ORDER BY extract(epoch FROM coalesce(taken_at, closed_at) - opened_at)) AS person
        FROM handovers WHERE opened_at >= :since AND opened_at < :until
            AND (taken_at IS NOT NULL OR closed_at IS NOT NULL)
    ) AS persons
"""


@dataclass(frozen=True)
class Span:
    """Days, both counted, and what is looked at of them; empty means all."""

    since: date
    until: date
    region: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Count:
    """Numbers of one thing: a day, an item, a region, a channel, a decision."""

    name: str
    questions: int
    answered: int
    open: int  # rejected or asked back
    helpful: int
    unhelpful: int
    repeats: int


@dataclass(frozen=True)
class Day:
    """Numbers of a day that belong to no question."""

    day: date
    conversations: int
    handovers: int
    answer_median: float | None
    answer_p95: float | None
    person_median: float | None
    person_p95: float | None


async def stale(db: AsyncConnection, today: date) -> list[date]:
    """The days to count, the earliest first: never counted, or young enough to change."""
    found = await db.execute(
        text("""
            SELECT (SELECT max(day) FROM tallies) AS newest, min(at) AS first FROM understandings
        """)
    )
    row = found.one()
    if row.first is None:
        return []
    begun = row.first.astimezone(CHINA).date()
    if row.newest is not None:
        begun = max(begun, min(row.newest, today) - timedelta(days=OPEN_DAYS))
    return [begun + timedelta(days=ago) for ago in range((today - begun).days + 1)]


async def count(db: AsyncConnection, day: date) -> None:
    """Count a day anew."""
    since = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    values: dict[str, Any] = {"day": day, "since": since, "until": since + timedelta(days=1)}
    for table in ("tallies", "days"):
        await db.execute(text(f"DELETE FROM {table} WHERE day = :day"), {"day": day})  # noqa: S608
    await db.execute(text(_COUNTED), {**values, "repeat": REPEAT, "sitting": SITTING})
    await db.execute(text(_DAY), values)


_GROUPS = {"day": "day", "item": "item", "region": "region", "channel": "channel"}


async def by(db: AsyncConnection, name: str, span: Span) -> list[Count]:
    """The numbers by day (in order), or by item, region or channel (most first)."""
    column = _GROUPS[name]
    order = "1" if name == "day" else "2 DESC, 1"
    found = await db.execute(
        text(f"""
            SELECT CAST({column} AS text) AS name, sum(questions) AS questions,
                coalesce(sum(questions) FILTER (WHERE decision = 'answer'), 0) AS answered,
                coalesce(sum(questions) FILTER (WHERE decision IN ('reject', 'clarify')), 0)
                    AS open,
                sum(helpful) AS helpful, sum(unhelpful) AS unhelpful, sum(repeats) AS repeats
            FROM tallies WHERE {_WHERE} GROUP BY 1 ORDER BY {order}
        """),  # noqa: S608 - names of ours, values are bound
        span.__dict__,
    )
    return [Count(row[0], *map(int, row[1:])) for row in found]


_WHERE = """day >= :since AND day <= :until
    AND (:region = '' OR region = :region) AND (:channel = '' OR channel = :channel)"""


async def rows(db: AsyncConnection, span: Span) -> Sequence[Any]:
    """Every number there is, for a file."""
    found = await db.execute(
        text(f"""
            SELECT day, region, channel, decision, item, questions, helpful, unhelpful, repeats
            FROM tallies WHERE {_WHERE} ORDER BY day, region, channel, decision, item
        """),  # noqa: S608 - ours
        span.__dict__,
    )
    return found.all()


async def days(db: AsyncConnection, span: Span) -> list[Day]:
    """What belongs to whole days."""
    found = await db.execute(
        text("SELECT * FROM days WHERE day >= :since AND day <= :until ORDER BY day"),
        {"since": span.since, "until": span.until},
    )
    return [Day(**row._asdict()) for row in found]


async def channels(db: AsyncConnection) -> list[str]:
    """Through which channels anything ever came."""
    found = await db.execute(text("SELECT DISTINCT channel FROM tallies ORDER BY 1"))
    return [row.channel for row in found]


async def areas(db: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Each item's title and area."""
    found = await db.execute(text("SELECT id, title, area FROM entries WHERE kind = 'item'"))
    return {row.id: (row.title, row.area) for row in found}

"""What citizens asked in vain before and after a day: when a document took effect, for example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.questions.tallies import CHINA


@dataclass(frozen=True)
class Change:
    """A group of questions, counted on both sides of the day."""

    cluster: int
    words: str
    state: str
    entry: str | None
    before: int
    after: int


async def around(db: AsyncConnection, day: date, days: int, most: int) -> list[Change]:
    """The groups that changed most, growth first; equally many days on both sides."""
    middle = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    found = await db.execute(
        text("""
            SELECT counted.cluster, messages.text AS words, state, entry, before, after FROM (
                SELECT cluster, min(message) AS first,
                    count(*) FILTER (WHERE at < :middle) AS before,
                    count(*) FILTER (WHERE at >= :middle) AS after
                FROM understandings
                WHERE cluster IS NOT NULL AND at >= :since AND at < :until GROUP BY cluster
            ) AS counted JOIN clusters ON clusters.id = counted.cluster
            JOIN messages ON messages.id = first
            ORDER BY after - before DESC, after DESC, counted.cluster LIMIT :most
        """),
        {
            "middle": middle,
            "since": middle - timedelta(days=days),
            "until": middle + timedelta(days=days),
            "most": most,
        },
    )
    return [Change(**row._asdict()) for row in found]


@dataclass(frozen=True)
class Group:
    """Questions of one month, region and item, and how many conversations they come from."""

    region: str
    item: str
    conversation: str
    answered: bool


async def of_month(db: AsyncConnection, since: datetime, until: datetime) -> list[Group]:
    """Every question of a month, without its words; conversations stay apart, unnamed."""
    found = await db.execute(
        text("""
            SELECT coalesce(left(coalesce(c.region, sites.region), 2) || '0000', '') AS region,
                coalesce(CASE WHEN decision IN ('answer', 'clarify') THEN item ELSE intent END, '')
                    AS item,
                CAST(dense_rank() OVER (ORDER BY u.conversation) AS text) AS conversation,
                decision = 'answer' AS answered
            FROM understandings u JOIN conversations c ON c.id = u.conversation
            JOIN sites ON sites.key = c.site
            WHERE u.at >= :since AND u.at < :until AND decision IN ('answer', 'clarify', 'reject')
        """),
        {"since": since, "until": until},
    )
    return [Group(**row._asdict()) for row in found]

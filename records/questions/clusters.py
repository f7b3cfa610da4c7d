"""Groups of questions of the same meaning, as staff see and settle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

OPEN, SETTLED, DISMISSED = "open", "settled", "dismissed"
STATES = (OPEN, SETTLED, DISMISSED)
WEEK = timedelta(days=7)
# Intents of those who are in danger: their words teach no item.
CRIES = ("distress", "emergency")


class NoCluster(Exception):
    """There is none of this number, or all its questions have gone."""


@dataclass(frozen=True)
class Wish:
    """What the list is asked for; empty means anything."""

    state: str = OPEN
    trouble: str = ""
    region: str = ""  # the first two digits count
    words: str = ""
    page: int = 1
    size: int = 25


@dataclass(frozen=True)
class Cluster:
    """A group with what its questions say in numbers."""

    id: int
    state: str
    entry: str | None
    staff: str | None
    decided_at: datetime | None
    words: str  # of its first question
    questions: int
    recent: int  # in the last seven days
    before: int  # in the seven days before those
    again: int  # since staff settled it
    first_at: datetime
    last_at: datetime
    region: str | None  # where most of them come from
    item: str | None  # what the engine thought of most
    troubles: Mapping[str, int]


@dataclass(frozen=True)
class Asked:
    """A question with all that the engine made of it."""

    message: int
    at: datetime
    text: str
    region: str | None
    channel: str
    decision: str
    answers: Sequence[Mapping[str, Any]]
    way: str | None
    version: str
    trouble: str | None
    comment: str | None


_GROUPED = """
    SELECT clusters.id, clusters.state, clusters.entry, clusters.staff, clusters.decided_at,
        count(*) AS questions,
        count(*) FILTER (WHERE u.at > :recent) AS recent,
        count(*) FILTER (WHERE u.at > :before AND u.at <= :recent) AS before,
        count(*) FILTER (WHERE u.at > clusters.decided_at) AS again,
        min(u.at) AS first_at, max(u.at) AS last_at, min(u.message) AS first,
        mode() WITHIN GROUP (ORDER BY coalesce(c.region, sites.region)) AS region,
        mode() WITHIN GROUP (ORDER BY u.item) AS item,
        count(*) FILTER (WHERE u.trouble = 'rejected') AS rejected,
        count(*) FILTER (WHERE u.trouble = 'asked_back') AS asked_back,
        count(*) FILTER (WHERE u.trouble = 'unsure') AS unsure,
        count(*) FILTER (WHERE u.trouble = 'unhelpful') AS unhelpful
    FROM clusters JOIN understandings u ON u.cluster = clusters.id
    JOIN conversations c ON c.id = u.conversation JOIN sites ON sites.key = c.site
"""
_TROUBLES = ("rejected", "asked_back", "unsure", "unhelpful")


async def search(db: AsyncConnection, wish: Wish, now: datetime) -> tuple[list[Cluster], int]:
    """A page of groups, those with most questions of late first; and how many there are."""
    where, values = _where(wish)
    found = await db.execute(
        text(f"""
            SELECT listed.*, messages.text AS words, count(*) OVER () AS total FROM (
                {_GROUPED} WHERE {where} GROUP BY clusters.id
            ) AS listed JOIN messages ON messages.id = first
            ORDER BY recent DESC, questions DESC, listed.id LIMIT :size OFFSET :skip
        """),  # noqa: S608 - conditions of ours, values are bound
        {**values, **_times(now), "size": wish.size, "skip": (wish.page - 1) * wish.size},
    )
    rows = found.all()
    return [_cluster(row) for row in rows], rows[0].total if rows else 0


def _where(wish: Wish) -> tuple[str, dict[str, Any]]:
    parts, values = ["clusters.state = :state"], dict[str, Any](state=wish.state)
    if wish.trouble:
        parts.append("u.trouble = :trouble")
        values["trouble"] = wish.trouble
    if wish.region:
        parts.append("left(coalesce(c.region, sites.region), 2) = :region")
        values["region"] = wish.region[:2]
    if wish.words:
        parts.append("""clusters.id IN (
            SELECT cluster FROM understandings JOIN messages ON messages.id = message
            WHERE cluster IS NOT NULL AND strpos(messages.text, :words) > 0)""")
        values["words"] = wish.words
    return " AND ".join(parts), values


def _times(now: datetime) -> dict[str, datetime]:
    return {"recent": now - WEEK, "before": now - 2 * WEEK}


async def counts(db: AsyncConnection) -> dict[str, int]:
    """How many groups with questions are in each state."""
    found = await db.execute(
        text("""
            SELECT state, count(*) AS many FROM clusters
            WHERE EXISTS (SELECT 1 FROM understandings WHERE cluster = clusters.id)
            GROUP BY state
        """)
    )
    return {row.state: row.many for row in found}


async def get(db: AsyncConnection, cluster: int, now: datetime) -> Cluster:
    """One group."""
    found = await db.execute(
        text(f"""
            SELECT listed.*, messages.text AS words FROM (
                {_GROUPED} WHERE clusters.id = :id GROUP BY clusters.id
            ) AS listed JOIN messages ON messages.id = first
        """),  # noqa: S608 - ours
        {"id": cluster, **_times(now)},
    )
    row = found.first()
    if row is None:
        raise NoCluster(cluster)
    return _cluster(row)


async def asked(db: AsyncConnection, cluster: int, most: int) -> list[Asked]:
    """Its latest questions, the latest first."""
    found = await db.execute(
        text("""
            SELECT u.message, u.at, messages.text, coalesce(c.region, sites.region) AS region,
                c.channel, u.decision, u.answers, u.way, u.version, u.trouble,
                (SELECT comment FROM feedback JOIN events USING (conversation, seq)
                    WHERE events.message = u.message AND NOT helpful LIMIT 1) AS comment
            FROM understandings u JOIN messages ON messages.id = u.message
            JOIN conversations c ON c.id = u.conversation JOIN sites ON sites.key = c.site
            WHERE u.cluster = :cluster ORDER BY u.at DESC LIMIT :most
        """),
        {"cluster": cluster, "most": most},
    )
    return [Asked(**row._asdict()) for row in found]


async def texts(
    db: AsyncConnection, cluster: int, most: int, item: str | None = None, least: float = 0.0
) -> list[str]:
    """The words that came most often, each once, and no cry for help.

    With `item` only words for which it scored `least` or more.
    """
    found = await db.execute(
        text("""
            SELECT messages.text FROM understandings u JOIN messages ON messages.id = u.message
            WHERE u.cluster = :cluster GROUP BY messages.text
            HAVING NOT bool_or(u.intent = ANY(:cries)) AND (CAST(:item AS text) IS NULL OR max((
                SELECT max(CAST(one ->> 'score' AS double precision))
                FROM jsonb_array_elements(u.answers) AS one WHERE one ->> 'id' = :item
            )) >= :least)
            ORDER BY count(*) DESC, min(u.message) LIMIT :most
        """),
        {"cluster": cluster, "most": most, "item": item, "least": least, "cries": list(CRIES)},
    )
    return [row.text for row in found]


async def spread(db: AsyncConnection, cluster: int) -> list[tuple[str, int]]:
    """How many came from which region, most first."""
    found = await db.execute(
        text("""
            SELECT coalesce(c.region, sites.region, '') AS region, count(*) AS many
            FROM understandings u JOIN conversations c ON c.id = u.conversation
            JOIN sites ON sites.key = c.site
            WHERE u.cluster = :cluster GROUP BY 1 ORDER BY 2 DESC, 1
        """),
        {"cluster": cluster},
    )
    return [(row.region, row.many) for row in found]


async def weeks(db: AsyncConnection, cluster: int, now: datetime, many: int) -> list[int]:
    """How many came in each of the last weeks, this one last."""
    found = await db.execute(
        text("""
            SELECT floor(extract(epoch FROM CAST(:now AS timestamptz) - at) / 604800) AS ago,
                count(*) AS many
            FROM understandings WHERE cluster = :cluster GROUP BY 1
        """),
        {"cluster": cluster, "now": now},
    )
    by_age = {int(row.ago): row.many for row in found}
    return [by_age.get(ago, 0) for ago in reversed(range(many))]


async def settle(
    db: AsyncConnection, ids: Sequence[int], state: str, entry: str | None, who: str, now: datetime
) -> int:
    """Say what became of these groups; how many there were."""
    done = await db.execute(
        text("""
            UPDATE clusters SET (state, entry, staff, decided_at) = (:state, :entry, :who, :now)
            WHERE id = ANY(:ids)
        """),
        {"ids": list(ids), "state": state, "entry": entry, "who": who, "now": now},
    )
    return done.rowcount


def _cluster(row: Any) -> Cluster:
    values = row._asdict()
    troubles = {name: values[name] for name in _TROUBLES if values[name]}
    return Cluster(
        **{name: values[name] for name in Cluster.__annotations__ if name != "troubles"},
        troubles=troubles,
    )

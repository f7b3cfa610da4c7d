"""A week's random sample: which questions, what people say they are about, what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.questions.tallies import CHINA

# Two consoles never draw at once: the week would have two samples.
_LOCK = 7_265_003
# Two label each question; where they differ, a third decides.
LABELLED = 2
# Older samples are not labelled any more: the questions go.
YOUNG = timedelta(days=56)


class NotAsked(Exception):
    """The question is in no sample, has labels enough, or this person labelled it before."""


@dataclass(frozen=True)
class Blind:
    """A question as who labels it may see it: nothing of what the engine or others thought."""

    message: int
    text: str
    region: str | None


@dataclass(frozen=True)
class Judged:
    """A question with everything."""

    message: int
    week: date
    text: str
    decision: str
    item: str | None
    score: float | None
    labels: tuple[str, ...]  # in the order in which they came


@dataclass(frozen=True)
class Week:
    """What a week's sample showed."""

    week: date
    sampled: int
    judged: int  # two people agree what it is about
    topical: int  # …about an item
    covered: int  # …and it was answered
    answered: int  # all that was answered
    hits: int  # with the right item
    pairs: int  # that two people labelled
    alike: int  # …alike
    kappa: float | None


def monday(day: date) -> date:
    """The week that a day is in."""
    return day - timedelta(days=day.weekday())


async def draw(db: AsyncConnection, week: date, many: int) -> int:
    """Draw a week's sample, once; how many questions it has."""
    since = datetime(week.year, week.month, week.day, tzinfo=CHINA)
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    drawn = await db.execute(
        text("""
            INSERT INTO sample_questions (message, conversation, week)
            SELECT message, conversation, :week FROM understandings
            WHERE at >= :since AND at < :until
                AND EXISTS (SELECT 1 FROM messages WHERE id = message AND text <> '')
                AND NOT EXISTS (SELECT 1 FROM sample_questions WHERE week = :week)
            ORDER BY random() LIMIT :many
        """),
        {"week": week, "since": since, "until": since + timedelta(days=7), "many": many},
    )
    return drawn.rowcount


async def drawn(db: AsyncConnection, week: date) -> bool:
    """Whether the week has its sample."""
    found = await db.execute(
        text("SELECT 1 FROM sample_questions WHERE week = :week LIMIT 1"), {"week": week}
    )
    return found.first() is not None


_WANTED = """
    FROM sample_questions q JOIN messages ON messages.id = q.message
    JOIN conversations c ON c.id = q.conversation JOIN sites ON sites.key = c.site
    LEFT JOIN LATERAL (
        SELECT count(*) AS many, count(DISTINCT label) AS kinds, bool_or(staff = :staff) AS mine
        FROM labels WHERE labels.message = q.message
    ) AS given ON true
    WHERE q.week > :since AND coalesce(NOT mine, true)
        AND (many < :enough OR (many = :enough AND kinds = many))
"""


async def wanted(db: AsyncConnection, staff: str, today: date) -> tuple[Blind | None, int]:
    """The next question for this person, in an order of their own; and how many there are."""
    values = {"staff": staff, "since": today - YOUNG, "enough": LABELLED}
    found = await db.execute(
        text(f"""
            SELECT q.message, messages.text, coalesce(c.region, sites.region) AS region,
                count(*) OVER () AS total
            {_WANTED} ORDER BY q.week DESC, md5(q.message || :staff) LIMIT 1
        """),
        values,
    )
    row = found.first()
    return (Blind(*row[:3]), row.total) if row else (None, 0)


async def label(db: AsyncConnection, message: int, staff: str, said: str, now: datetime) -> date:
    """Keep what somebody says a question is about; the sample's week."""
    values = {"staff": staff, "enough": LABELLED, "message": message}
    await db.execute(
        text("SELECT 1 FROM sample_questions WHERE message = :message FOR UPDATE"), values
    )
    found = await db.execute(
        text(f"SELECT q.week, q.conversation {_WANTED} AND q.message = :message"),
        {**values, "since": now.date() - YOUNG},
    )
    row = found.first()
    if row is None:
        raise NotAsked(message)
    await db.execute(
        text("""
            INSERT INTO labels (message, staff, conversation, label, at)
            VALUES (:message, :staff, :conversation, :label, :now)
        """),
        {**values, "conversation": row.conversation, "label": said, "now": now},
    )
    week: date = row.week
    return week


async def judged(db: AsyncConnection, since: date, until: date | None = None) -> list[Judged]:
    """The questions of the samples from one week on, or of the weeks up to another."""
    found = await db.execute(
        text("""
            SELECT q.message, q.week, messages.text, decision, item, score,
                coalesce((SELECT array_agg(label ORDER BY labels.at, staff) FROM labels
                    WHERE labels.message = q.message), '{}') AS labels
            FROM sample_questions q JOIN messages ON messages.id = q.message
            JOIN understandings u ON u.message = q.message
            WHERE q.week >= :since AND (CAST(:until AS date) IS NULL OR q.week <= :until)
            ORDER BY q.week, q.message
        """),
        {"since": since, "until": until},
    )
    return [Judged(**{**row._asdict(), "labels": tuple(row.labels)}) for row in found]


async def keep(db: AsyncConnection, week: Week) -> None:
    """Keep a week's outcome, which stays when its questions go."""
    await db.execute(
        text("""
            INSERT INTO quality_weeks (week, sampled, judged, topical, covered, answered, hits,
                pairs, alike, kappa)
            VALUES (:week, :sampled, :judged, :topical, :covered, :answered, :hits, :pairs,
                :alike, :kappa)
            ON CONFLICT (week) DO UPDATE SET (sampled, judged, topical, covered, answered, hits,
                pairs, alike, kappa) = (excluded.sampled, excluded.judged, excluded.topical,
                excluded.covered, excluded.answered, excluded.hits, excluded.pairs,
                excluded.alike, excluded.kappa)
        """),
        asdict(week),
    )


async def weeks(db: AsyncConnection, most: int) -> Sequence[Week]:
    """The outcomes, the latest last."""
    found = await db.execute(
        text("SELECT * FROM quality_weeks ORDER BY week DESC LIMIT :most"), {"most": most}
    )
    return [Week(**row._asdict()) for row in reversed(found.all())]

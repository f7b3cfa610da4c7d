"""Which questions have still to be grouped, which groups there are, and where each one goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Two consoles never group at once: the same question would begin two groups.
_LOCK = 7_265_002
# A group is known by its latest questions; a silent one is not taken up again.
SHOWN_OF_EACH = 5
SILENT = timedelta(days=90)


@dataclass(frozen=True)
class Question:
    """A question with the items that came into question."""

    message: int
    text: str
    answers: tuple[tuple[str, float], ...]


async def mine(db: AsyncConnection) -> bool:
    """Whether nobody else groups now; holds until the transaction ends."""
    found = await db.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return bool(found.scalar())


async def waiting(db: AsyncConnection, most: int) -> list[Question]:
    """What is in no group yet, the oldest first."""
    found = await db.execute(
        text("""
            SELECT message, messages.text, answers FROM understandings
            JOIN messages ON messages.id = message
            WHERE cluster IS NULL AND trouble IS NOT NULL AND messages.text <> ''
            ORDER BY message LIMIT :most
        """),
        {"most": most},
    )
    return [_question(row) for row in found]


async def known(db: AsyncConnection, now: datetime) -> dict[int, list[Question]]:
    """The latest questions of each group, the oldest first."""
    found = await db.execute(
        text("""
            SELECT cluster, message, messages.text, answers FROM (
                SELECT cluster, message, answers,
                    row_number() OVER (PARTITION BY cluster ORDER BY at DESC) AS place
                FROM understandings WHERE cluster IS NOT NULL AND at > :since
            ) AS latest JOIN messages ON messages.id = message
            WHERE place <= :each ORDER BY message
        """),
        {"since": now - SILENT, "each": SHOWN_OF_EACH},
    )
    groups: dict[int, list[Question]] = {}
    for row in found:
        groups.setdefault(row.cluster, []).append(_question(row))
    return groups


async def begin(db: AsyncConnection, many: int, now: datetime) -> list[int]:
    """New, empty groups; their ids."""
    found = await db.execute(
        text("""
            INSERT INTO clusters (state, opened_at) SELECT 'open', :now
            FROM generate_series(1, :many) RETURNING id
        """),
        {"many": many, "now": now},
    )
    return [row.id for row in found]


async def put(db: AsyncConnection, places: Mapping[int, int]) -> None:
    """Have each message stand in its group."""
    await db.execute(
        text("""
            UPDATE understandings SET cluster = placed.cluster
            FROM unnest(CAST(:messages AS bigint[]), CAST(:clusters AS bigint[]))
                AS placed (message, cluster)
            WHERE understandings.message = placed.message
        """),
        {"messages": list(places), "clusters": list(places.values())},
    )


def _question(row: Any) -> Question:
    return Question(row.message, row.text, scored(row.answers))


def scored(answers: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, float], ...]:
    """The items with their scores as they are kept."""
    return tuple((str(one["id"]), float(one["score"])) for one in answers)

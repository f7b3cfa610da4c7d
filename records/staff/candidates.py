"""Candidates: what staff want to publish, how far the gate is with it, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CHECKING = "checking"


class NoCandidate(Exception):
    """There is none with this number."""


@dataclass(frozen=True)
class Candidate:
    """One of them; `want` is check, publish or pilot."""

    id: int
    want: str
    staff: str
    note: str
    versions: Mapping[str, int]
    sites: tuple[str, ...]
    state: str
    progress: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None
    snapshot: int | None
    at: datetime


@dataclass(frozen=True)
class Asked:
    """A question of a citizen, as it is kept: masked."""

    id: int
    text: str


_COLUMNS = "id, want, staff, note, versions, sites, state, progress, verdict, snapshot, at"


async def begin(
    db: AsyncConnection,
    want: str,
    who: str,
    note: str,
    versions: Mapping[str, int],
    sites: Sequence[str],
    now: datetime,
) -> int:
    """Keep a new one; its number."""
    begun = await db.execute(
        text("""
            INSERT INTO candidates (want, staff, note, versions, sites, state, at, changed_at)
            VALUES (:want, :who, :note, CAST(:versions AS jsonb), :sites, :state, :now, :now)
            RETURNING id
        """),
        {
            **{"want": want, "who": who, "note": note, "sites": list(sites), "now": now},
            **{"versions": json.dumps(versions), "state": CHECKING},
        },
    )
    return int(begun.scalar_one())


async def get(db: AsyncConnection, candidate: int) -> Candidate:
    """One of them."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM candidates WHERE id = :id"),  # noqa: S608
        {"id": candidate},
    )
    row = found.first()
    if row is None:
        raise NoCandidate(candidate)
    return _candidate(row)


async def latest(db: AsyncConnection, most: int = 12) -> list[Candidate]:
    """The newest first."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM candidates ORDER BY id DESC LIMIT :most"),  # noqa: S608
        {"most": most},
    )
    return [_candidate(row) for row in found]


async def piloting(db: AsyncConnection) -> Candidate | None:
    """The one that some sites have already."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM candidates WHERE state = 'piloting' LIMIT 1")  # noqa: S608
    )
    row = found.first()
    return _candidate(row) if row else None


async def advance(
    db: AsyncConnection, candidate: int, progress: Mapping[str, Any], now: datetime
) -> None:
    """Note how far it is."""
    await db.execute(
        text("""
            UPDATE candidates SET progress = CAST(:progress AS jsonb), changed_at = :now
            WHERE id = :id
        """),
        {"progress": json.dumps(progress), "now": now, "id": candidate},
    )


async def settle(
    db: AsyncConnection,
    candidate: int,
    state: str,
    now: datetime,
    verdict: Mapping[str, Any] | None = None,
    snapshot: int | None = None,
) -> None:
    """Note how it ended; what was known before and is not told again stays."""
    await db.execute(
        text("""
            UPDATE candidates SET state = :state, changed_at = :now,
                verdict = coalesce(CAST(:verdict AS jsonb), verdict),
                snapshot = coalesce(CAST(:snapshot AS integer), snapshot)
            WHERE id = :id
        """),
        {
            **{"state": state, "now": now, "snapshot": snapshot, "id": candidate},
            "verdict": json.dumps(verdict, ensure_ascii=False) if verdict is not None else None,
        },
    )


async def end_pilots(db: AsyncConnection, now: datetime) -> None:
    """Nobody has anything before the others any more."""
    await db.execute(
        text("UPDATE candidates SET state = 'ended', changed_at = :now WHERE state = 'piloting'"),
        {"now": now},
    )


async def abandon(db: AsyncConnection, before: datetime, now: datetime) -> None:
    """What nobody has brought on since `before` was left over by a process that died."""
    await db.execute(
        text("""
            UPDATE candidates SET changed_at = :now,
                state = CASE WHEN snapshot IS NULL THEN 'failed' ELSE 'published' END
            WHERE state = 'checking' AND changed_at < :before
        """),
        {"before": before, "now": now},
    )


async def site_names(db: AsyncConnection) -> dict[str, str]:
    """The sites that a pilot may be at, by key."""
    found = await db.execute(text("SELECT key, name FROM sites ORDER BY key"))
    return {row.key: row.name for row in found}


async def asked_last(db: AsyncConnection, most: int) -> list[Asked]:
    """What citizens asked last, in their own words, masked."""
    found = await db.execute(
        text("""
            SELECT id, text FROM messages WHERE choice IS NULL AND text <> ''
            ORDER BY id DESC LIMIT :most
        """),
        {"most": most},
    )
    return [Asked(row.id, row.text) for row in found]


async def asked(db: AsyncConnection, messages: Sequence[int]) -> dict[int, str]:
    """The words of these messages, of those that are still kept."""
    found = await db.execute(
        text("SELECT id, text FROM messages WHERE id = ANY(:ids) AND text <> ''"),
        {"ids": list(messages)},
    )
    return {row.id: row.text for row in found}


def _candidate(row: Any) -> Candidate:
    return Candidate(**{**row._mapping, "sites": tuple(row.sites)})

"""Deliveries that nobody works on: due ones that were left over, and dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from records.database import Connection


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up."""

    conversation: UUID
    seq: int
    account: str
    attempts: int
    created_at: datetime
    settled_at: datetime
    cause: str | None


@dataclass(frozen=True)
class Backlog:
    """How much there is of what."""

    waiting: int
    parked: int
    dead: int


@dataclass(frozen=True)
class AtAccount:
    """An account of ours at a messenger, and how its deliveries stand; none of its secrets."""

    id: str
    channel: str
    name: str
    site: str
    enabled: bool
    updated_at: datetime
    threads: int
    waiting: int
    parked: int
    dead: int


async def by_account(db: Connection) -> list[AtAccount]:
    """Every account."""
    found = await db.execute(
        text("""
            SELECT id, channel, name, site, enabled, updated_at, coalesce(threads, 0) AS threads,
                coalesce(waiting, 0) AS waiting, coalesce(parked, 0) AS parked,
                coalesce(dead, 0) AS dead
            FROM channel_accounts LEFT JOIN (
                SELECT account, count(DISTINCT threads.conversation)
                        FILTER (WHERE ended_at IS NULL) AS threads,
                    count(*) FILTER (WHERE state = 'waiting') AS waiting,
                    count(*) FILTER (WHERE state = 'parked') AS parked,
                    count(*) FILTER (WHERE state = 'dead') AS dead
                FROM threads LEFT JOIN deliveries
                    ON deliveries.conversation = threads.conversation 
                        AND state IN ('waiting', 'parked', 'dead')
                GROUP BY account
            ) AS counted ON account = channel_accounts.id
            ORDER BY id
        """),
        {},
    )
    return [AtAccount(**row._asdict()) for row in found]


async def due(db: Connection, now: datetime, most: int) -> list[UUID]:
    """Conversations whose next delivery is due and held by nobody, the longest-waiting first."""
    found = await db.execute(
        text("""
            WITH heads AS (
                SELECT DISTINCT ON (conversation) conversation, next_at FROM deliveries
                WHERE state = 'waiting' ORDER BY conversation, seq
            )
            SELECT heads.conversation FROM heads JOIN threads USING (conversation)
            WHERE next_at <= :now AND ended_at IS NULL
                AND (holder IS NULL OR held_until < clock_timestamp())
                AND (reply_until IS NULL OR reply_until < clock_timestamp())
            ORDER BY next_at LIMIT :most
        """),
        {"now": now, "most": most},
    )
    return [row.conversation for row in found]


async def is_due(db: Connection, conversation: UUID, now: datetime) -> bool:
    """Whether the conversation's next delivery is due and could be held now."""
    found = await db.execute(
        text("""
            SELECT next_at <= :now AND (holder IS NULL OR held_until < clock_timestamp())
                AND (reply_until IS NULL OR reply_until < clock_timestamp()) AS due
            FROM deliveries JOIN threads USING (conversation)
            WHERE conversation = :conversation AND state = 'waiting' AND ended_at IS NULL
            ORDER BY seq LIMIT 1
        """),
        {"conversation": conversation, "now": now},
    )
    return bool(found.scalar())


async def count(db: Connection) -> Backlog:
    """How many deliveries wait, wait for the citizen, or were given up."""
    found = await db.execute(
        text("""
            SELECT (SELECT count(*) FROM deliveries WHERE state = 'waiting') AS waiting,
                (SELECT count(*) FROM deliveries WHERE state = 'parked') AS parked,
                (SELECT count(*) FROM deliveries WHERE state = 'dead') AS dead
        """),
        {},
    )
    row = found.first()
    return Backlog(row.waiting, row.parked, row.dead) if row else Backlog(0, 0, 0)


async def dead_letters(db: Connection, most: int) -> list[DeadLetter]:
    """What was given up, the latest first."""
    found = await db.execute(
        text("""
            SELECT conversation, seq, account, attempts, created_at, settled_at, cause
            FROM deliveries JOIN threads USING (conversation)
            WHERE state = 'dead' ORDER BY settled_at DESC LIMIT :most
        """),
        {"most": most},
    )
    return [DeadLetter(**row._asdict()) for row in found]


async def replay(
    db: Connection, now: datetime, *, account: str | None, conversation: UUID | None
) -> int:
    """Have dead letters of active threads tried again; how many."""
    revived = await db.execute(
        text("""
            UPDATE deliveries SET state = 'waiting', attempts = 0, created_at = :now,
                next_at = :now, settled_at = NULL
            FROM threads
            WHERE deliveries.state = 'dead' AND threads.conversation = deliveries.conversation
                AND threads.ended_at IS NULL
                AND (CAST(:account AS text) IS NULL OR account = :account)
                AND (CAST(:conversation AS uuid) IS NULL
                    OR deliveries.conversation = :conversation)
            RETURNING seq
        """),
        {"now": now, "account": account, "conversation": conversation},
    )
    return len(revived.all())

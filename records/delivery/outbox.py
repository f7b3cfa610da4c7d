"""Deliveries on their way: held by one process at a time, taken in order, settled once.

Whoever holds a thread sends; a hold ends by itself when its process dies. Leases are counted
by the database's clock, so that machines whose clocks differ do not overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from records.database import Connection


@dataclass(frozen=True)
class Outgoing:
    """One event on its way."""

    seq: int
    attempts: int  # with this one
    done: int
    bundle: int
    created_at: datetime
    sender: str
    text: str
    card: dict[str, Any] | None


async def hold(
    db: Connection, conversation: UUID, holder: UUID, seconds: float, *, replying: bool = False
) -> bool:
    """Keep others from sending for so long; False while somebody else does.

    A waiting request (`replying`) goes before the workers.
    """
    held = await db.execute(
        text("""
            UPDATE threads SET holder = :holder,
                held_until = clock_timestamp() + make_interval(secs => :seconds)
            WHERE conversation = :conversation AND ended_at IS NULL
                AND (holder IS NULL OR holder = :holder OR held_until < clock_timestamp())
                AND (:replying OR reply_until IS NULL OR reply_until < clock_timestamp())
            RETURNING conversation
        """),
        {
            "conversation": conversation,
            "holder": holder,
            "seconds": seconds,
            "replying": replying,
        },
    )
    return held.first() is not None


async def release(db: Connection, conversation: UUID, holder: UUID) -> None:
    """Let others send."""
    await db.execute(
        text("""
            UPDATE threads SET holder = NULL, held_until = NULL
            WHERE conversation = :conversation AND holder = :holder
        """),
        {"conversation": conversation, "holder": holder},
    )


async def give_back(db: Connection, conversation: UUID, mark: datetime | None) -> bool:
    """The request waits no more; a later one keeps its own reservation.

    Whether something is left for the workers.
    """
    given = await db.execute(
        text("""
            WITH given AS (
                UPDATE threads SET reply_until = NULL
                WHERE conversation = :conversation AND reply_until = :mark
            )
            SELECT EXISTS (
                SELECT 1 FROM deliveries WHERE conversation = :conversation AND state = 'waiting'
            )
        """),
        {"conversation": conversation, "mark": mark},
    )
    return bool(given.scalar())


async def take(db: Connection, conversation: UUID, most: int, now: datetime) -> list[Outgoing]:
    """What has to be sent next, as one bundle, counted as tried; only for the holder.

    The order is kept: while the first is not due, nothing is. Once begun, a bundle stays the same.
    """
    taken = await db.execute(
        text("""
            WITH head AS (
                SELECT seq, bundle, next_at FROM deliveries
                WHERE conversation = :conversation AND state = 'waiting' ORDER BY seq LIMIT 1
            ), chosen AS (
                SELECT deliveries.seq FROM deliveries, head
                WHERE conversation = :conversation AND state = 'waiting'
                    AND head.next_at <= :now
                    AND deliveries.bundle IS NOT DISTINCT FROM head.bundle
                ORDER BY deliveries.seq LIMIT :most
            ), tried AS (
                UPDATE deliveries SET attempts = attempts + 1,
                    bundle = (SELECT min(seq) FROM chosen)
                WHERE conversation = :conversation AND seq IN (SELECT seq FROM chosen)
                RETURNING seq, attempts, done, bundle, created_at
            )
            SELECT tried.*, "from" AS sender, text, card FROM tried
            JOIN events ON events.conversation = :conversation AND events.seq = tried.seq
            ORDER BY tried.seq
        """),
        {"conversation": conversation, "most": most, "now": now},
    )
    return [Outgoing(**row._asdict()) for row in taken]


async def progress(db: Connection, conversation: UUID, bundle: int, done: int) -> None:
    """So many messages of a bundle are through."""
    await db.execute(
        text("""
            UPDATE deliveries SET done = :done
            WHERE conversation = :conversation AND bundle = :bundle AND state = 'waiting'
        """),
        {"conversation": conversation, "bundle": bundle, "done": done},
    )


async def settle(
    db: Connection,
    conversation: UUID,
    seqs: Sequence[int],
    state: str,
    now: datetime,
    *,
    cause: str | None = None,
) -> int:
    """The end of deliveries: sent, dropped or dead; or `parked` until the citizen writes.

    Returns how many of them were still waiting.
    """
    settled = await db.execute(
        text("""
            UPDATE deliveries SET state = :state, cause = :cause, settled_at = :now,
                via = CASE WHEN reply_to IS NULL THEN 'push' ELSE 'both' END
            WHERE conversation = :conversation AND seq = ANY(:seqs) AND state = 'waiting'
            RETURNING seq
        """),
        {
            "conversation": conversation,
            "seqs": list(seqs),
            "state": state,
            "cause": cause,
            "now": now,
        },
    )
    return len(settled.all())


async def postpone(
    db: Connection,
    conversation: UUID,
    seqs: Sequence[int],
    next_at: datetime,
    cause: str,
    *,
    counts: bool = True,
) -> None:
    """Try these again later; a wait that is not their fault is not counted as a try."""
    await db.execute(
        text("""
            UPDATE deliveries SET next_at = :next_at, cause = :cause,
                attempts = attempts - CASE WHEN :counts THEN 0 ELSE 1 END
            WHERE conversation = :conversation AND seq = ANY(:seqs) AND state = 'waiting'
        """),
        {
            "conversation": conversation,
            "seqs": list(seqs),
            "next_at": next_at,
            "cause": cause,
            "counts": counts,
        },
    )


async def answered_in_reply(
    db: Connection,
    conversation: UUID,
    bundle: int,
    message: int,
    done: int,
    now: datetime,
    *,
    whole: bool,
) -> None:
    """A message of a bundle went out as the answer to a request; unless `whole`, more follows."""
    await db.execute(
        text("""
            UPDATE deliveries SET done = :done, reply_to = :message, attempts = 0, via = 'reply',
                state = CASE WHEN :whole THEN 'sent' ELSE state END,
                settled_at = CASE WHEN :whole THEN CAST(:now AS timestamptz) END
            WHERE conversation = :conversation AND bundle = :bundle AND state = 'waiting'
        """),
        {
            "conversation": conversation,
            "bundle": bundle,
            "message": message,
            "done": done,
            "now": now,
            "whole": whole,
        },
    )


async def replied(db: Connection, conversation: UUID, message: int) -> list[Outgoing]:
    """What went out as the answer to a message's request, to say the same again."""
    found = await db.execute(
        text("""
            SELECT deliveries.seq, attempts, done, bundle, created_at, "from" AS sender, text, card
            FROM deliveries JOIN events ON events.conversation = deliveries.conversation
                AND events.seq = deliveries.seq
            WHERE reply_to = :message AND deliveries.conversation = :conversation
            ORDER BY deliveries.seq
        """),
        {"message": message, "conversation": conversation},
    )
    return [Outgoing(**row._asdict()) for row in found]

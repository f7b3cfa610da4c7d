"""Notices by SMS: which telephones a citizen wants them on, and what has to be brought there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from records import events
from records.database import Connection
from records.events import Line
from records.own.phones import LIFE

CHANNEL = "sms"


async def tell(db: Connection, citizen: str, words: str, now: datetime) -> int:
    """Have every telephone of the citizen (a reference) told; how many there are."""
    told = await _threads(db, citizen, now)
    for conversation in told:
        await events.append(db, conversation, "system", [Line(words)], now)
    return len(told)


async def end(db: Connection, citizen: str, cause: str, now: datetime) -> int:
    """The citizen (a reference) wants none any more; how many telephones that were."""
    await db.execute(
        text("""
            WITH ended AS (
                UPDATE threads SET ended_at = :now FROM links, channel_accounts
                WHERE channel_accounts.id = threads.account AND channel = :channel
                    AND links.account = threads.account
                    AND links.external_index = threads.external_index
                    AND links.citizen = :citizen AND links.ended_at IS NULL
                    AND threads.ended_at IS NULL
                RETURNING threads.conversation
            )
            UPDATE deliveries SET state = 'dropped', cause = :cause, settled_at = :now
            FROM ended WHERE deliveries.conversation = ended.conversation AND state = 'waiting'
        """),
        {"citizen": citizen, "channel": CHANNEL, "cause": cause, "now": now},
    )
    ended = await db.execute(
        text("""
            UPDATE links SET ended_at = :now, cause = :cause FROM channel_accounts
            WHERE channel_accounts.id = links.account AND channel = :channel
                AND links.citizen = :citizen AND links.ended_at IS NULL
            RETURNING links.id
        """),
        {"citizen": citizen, "channel": CHANNEL, "cause": cause, "now": now},
    )
    return len(ended.all())


async def _threads(db: Connection, citizen: str, now: datetime) -> list[UUID]:
    found = await db.execute(
        text("""
            SELECT threads.conversation FROM threads JOIN links USING (account, external_index)
            JOIN channel_accounts ON channel_accounts.id = threads.account
            WHERE channel = :channel AND links.citizen = :citizen AND links.ended_at IS NULL
                AND links.linked_at > :since AND threads.ended_at IS NULL
            ORDER BY threads.conversation
        """),
        {"citizen": citizen, "channel": CHANNEL, "since": now - LIFE},
    )
    return [row.conversation for row in found]

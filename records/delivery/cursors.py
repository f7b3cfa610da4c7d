"""Cursors: how far a provider's list has been read, moved in the transaction that stores it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import Connection


async def lock(db: AsyncConnection, account: str, name: str, now: datetime) -> str:
    """Where to go on, empty at first; nobody else reads on until the transaction ends."""
    await db.execute(
        text("""
            INSERT INTO channel_cursors (account, name, cursor, at)
            VALUES (:account, :name, '', :now) ON CONFLICT (account, name) DO NOTHING
        """),
        {"account": account, "name": name, "now": now},
    )
    found = await db.execute(
        text("""
            SELECT cursor FROM channel_cursors
            WHERE account = :account AND name = :name FOR UPDATE
        """),
        {"account": account, "name": name},
    )
    return str(found.scalar_one())


async def move(db: AsyncConnection, account: str, name: str, cursor: str, now: datetime) -> None:
    """Read so far."""
    await db.execute(
        text("""
            UPDATE channel_cursors SET cursor = :cursor, at = :now
            WHERE account = :account AND name = :name
        """),
        {"account": account, "name": name, "cursor": cursor, "now": now},
    )


async def listed(db: Connection) -> list[tuple[str, str]]:
    """The account and name of each list that was read."""
    found = await db.execute(
        text("SELECT account, name FROM channel_cursors ORDER BY account, name"), {}
    )
    return [(row.account, row.name) for row in found]

"""The wordings of the newest versions of all items, read bit by bit as they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def mark(db: AsyncConnection) -> tuple[Any, ...]:
    """Something that is another whenever an item has changed."""
    found = await db.execute(
        text("SELECT count(*), max(changed_at), sum(head) FROM entries WHERE kind = 'item'")
    )
    return tuple(found.one())


async def heads(db: AsyncConnection) -> dict[str, int]:
    """The number of each item's newest version; 0 of one that was thrown away."""
    found = await db.execute(
        text("""
            SELECT id, CASE WHEN state = 'dropped' THEN 0 ELSE head END AS head
            FROM entries WHERE kind = 'item' ORDER BY id
        """)
    )
    return {row.id: row.head for row in found}


async def of(db: AsyncConnection, items: Sequence[str]) -> dict[str, list[str]]:
    """The newest wordings of these items; none of one that was thrown away."""
    found = await db.execute(
        text("""
            SELECT e.id, CASE WHEN e.state = 'dropped' THEN '[]' ELSE v.content -> 'wordings' END
                AS wordings FROM entries e
            JOIN entry_versions v ON v.entry = e.id AND v.number = e.head
            WHERE e.id = ANY(:items) ORDER BY e.id
        """),
        {"items": list(items)},
    )
    return {row.id: row.wordings for row in found}

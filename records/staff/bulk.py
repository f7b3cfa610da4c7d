"""Many drafts at once: what an import brings, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.staff.entries import Content, Facets
from records.staff.workflow import ChangedMeanwhile

_BEGIN = """
    INSERT INTO entries (id, kind, family, area, title, owner, region, regional, review_by,
        effective_to, search, state, head, changed_at)
    VALUES (:id, :kind, :family, :area, :title, :owner, :region, :regional, :review_by,
        :effective_to, :search, 'draft', :head, :now)
"""
_CHANGE = """
    UPDATE entries SET (area, title, owner, regional, review_by, effective_to, search, state,
        head, publish_at, changed_at) = (:area, :title, :owner, :regional, :review_by,
        :effective_to, :search, 'draft', :head, NULL, :now)
    WHERE id = :id
"""
_VERSION = """
    INSERT INTO entry_versions (entry, number, content, author, authors, note, at)
    VALUES (:id, :head, CAST(:content AS jsonb), :author, :authors, '', :now)
"""


@dataclass(frozen=True)
class Draft:
    """A new version of an entry, `based_on` 0 of a new one."""

    entry: str
    facets: Facets
    content: Content
    based_on: int


async def save_all(
    db: AsyncConnection, drafts: Sequence[Draft], author: str, now: datetime
) -> None:
    """Keep all of them; `ChangedMeanwhile` when one entry is not as the drafts take it to be."""
    authors = await _authors(db, drafts)
    rows = [_row(one, author, authors.get(one.entry, ()), now) for one in drafts]
    fresh = [row for row, one in zip(rows, drafts, strict=True) if one.based_on == 0]
    known = [row for row, one in zip(rows, drafts, strict=True) if one.based_on > 0]
    for statement, some in ((_BEGIN, fresh), (_CHANGE, known), (_VERSION, rows)):
        if some:
            await db.execute(text(statement), some)


async def _authors(db: AsyncConnection, drafts: Sequence[Draft]) -> dict[str, tuple[str, ...]]:
    """Who wrote what is not live yet; the entries stay locked."""
    found = await db.execute(
        text("""
            SELECT e.id, e.head, e.live, v.authors FROM entries e
            JOIN entry_versions v ON v.entry = e.id AND v.number = e.head
            WHERE e.id = ANY(:ids) ORDER BY e.id FOR UPDATE OF e
        """),
        {"ids": [one.entry for one in drafts]},
    )
    there = {row.id: row for row in found}
    for one in drafts:
        row = there.get(one.entry)
        if (row.head if row else 0) != one.based_on:
            raise ChangedMeanwhile(one.entry)
    return {row.id: tuple(row.authors) for row in there.values() if row.head != row.live}


def _row(draft: Draft, author: str, authors: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        **asdict(draft.facets),
        "id": draft.entry,
        "head": draft.based_on + 1,
        "content": json.dumps(draft.content, ensure_ascii=False),
        "author": author,
        "authors": sorted({*authors, author}),
        "now": now,
    }

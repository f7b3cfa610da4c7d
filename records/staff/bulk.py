"""Many drafts at once: what an import brings, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.staff.entries import Content, Facets
from records.staff.workflow import SETTLED, ChangedMeanwhile

# So many rows travel in one statement.
AT_ONCE = 500
_ROWS = """
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id text, kind text, family text,
        area text, title text, owner text, region text, regional boolean, review_by date,
        effective_to date, search text, head integer, content jsonb, authors text[])
"""
_BEGIN = f"""
    INSERT INTO entries (id, kind, family, area, title, owner, region, regional, review_by,
        effective_to, search, state, head, changed_at)
    SELECT id, kind, family, area, title, owner, region, regional, review_by,
        effective_to, search, 'draft', head, :now {_ROWS}
"""
_CHANGE = f"""
    UPDATE entries SET (area, title, owner, regional, review_by, effective_to, search, state,
        head, publish_at, changed_at) = (r.area, r.title, r.owner, r.regional, r.review_by,
        r.effective_to, r.search, 'draft', r.head, NULL, :now)
    {_ROWS} WHERE entries.id = r.id
"""  # noqa: S608 - ours
_VERSION = f"""
    INSERT INTO entry_versions (entry, number, content, author, authors, note, at)
    SELECT id, head, content, :author, authors, '', :now {_ROWS}
"""


@dataclass(frozen=True)
class Draft:
    """A new version of an entry, `based_on` 0 of a new one."""

    entry: str
    facets: Facets
    content: Content
    based_on: int


async def save_all(
    db: AsyncConnection,
    drafts: Sequence[Draft],
    author: str,
    now: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Keep all of them; `ChangedMeanwhile` when one entry is not as the drafts take it to be."""
    authors = await _authors(db, drafts)
    for place in range(0, len(drafts), AT_ONCE):
        some = drafts[place : place + AT_ONCE]
        told = [(one.based_on == 0, _row(one, author, authors.get(one.entry, ()))) for one in some]
        fresh = [row for begun, row in told if begun]
        known = [row for begun, row in told if not begun]
        for statement, rows in ((_BEGIN, fresh), (_CHANGE, known), (_VERSION, fresh + known)):
            if rows:
                values = {"rows": json.dumps(rows, ensure_ascii=False, default=str)}
                await db.execute(text(statement), {**values, "author": author, "now": now})
        tell(place + len(some))


async def _authors(db: AsyncConnection, drafts: Sequence[Draft]) -> dict[str, tuple[str, ...]]:
    """Who wrote what is not live yet; the entries stay locked."""
    found = await db.execute(
        text("""
            SELECT e.id, e.head, e.state, v.authors FROM entries e
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
    return {row.id: tuple(row.authors) for row in there.values() if row.state not in SETTLED}


def _row(draft: Draft, author: str, authors: Sequence[str]) -> dict[str, Any]:
    return {
        **asdict(draft.facets),
        "id": draft.entry,
        "head": draft.based_on + 1,
        "content": draft.content,
        "authors": sorted({*authors, author}),
    }

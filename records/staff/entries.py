"""Entries of the knowledge, FAQ items and figures: how they are found and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Content = Mapping[str, Any]
# A new entry that its author threw away; it stays, for its id is never given again.
DROPPED = "dropped"
_COLUMNS = """id, kind, family, area, title, owner, region, regional, review_by, effective_to,
    state, head, live, publish_at, changed_at"""

# Items that a release brings are numbered up to here.
LAST_OF_RELEASES = 500


class NoEntry(Exception):
    """There is none with this id, or no such version of it."""


@dataclass(frozen=True)
class Facets:
    """What an entry is listed and found by."""

    kind: str
    family: str
    area: str
    title: str
    owner: str
    region: str | None
    regional: bool
    review_by: date | None
    effective_to: date | None
    search: str


@dataclass(frozen=True)
class Entry:
    """An entry as lists show it."""

    id: str
    kind: str
    family: str
    area: str
    title: str
    owner: str
    region: str | None
    regional: bool
    review_by: date | None
    effective_to: date | None
    state: str
    head: int
    live: int | None
    publish_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True)
class Version:
    """One version; it never changes."""

    entry: str
    number: int
    content: Content
    author: str
    authors: tuple[str, ...]
    note: str
    approver: str | None
    at: datetime


@dataclass(frozen=True)
class Comment:
    """What somebody said about a version."""

    version: int
    staff: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Wish:
    """What a list is asked for; None and empty mean anything."""

    kind: str = "item"
    words: str = ""
    area: str = ""
    state: str = ""
    owner: str = ""
    region: str = ""
    scope: str = ""
    expires_before: date | None = None
    ids: tuple[str, ...] | None = None  # only these, in this order
    page: int = 1
    size: int = 50


@dataclass(frozen=True)
class Page:
    """A page of a list, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


async def search(db: AsyncConnection, wish: Wish) -> Page:
    """A page of entries, by id or in the order that was asked for."""
    where, values = _where(wish)
    order = "id" if wish.ids is None else "array_position(CAST(:ids AS text[]), id)"
    found = await db.execute(
        text(f"""
            SELECT {_COLUMNS}, count(*) OVER () AS total FROM entries WHERE {where}
            ORDER BY {order} LIMIT :size OFFSET :skip
        """),  # noqa: S608 - conditions of ours, values are bound
        {**values, "size": wish.size, "skip": (wish.page - 1) * wish.size},
    )
    rows = found.all()
    total = rows[0].total if rows else 0
    return Page(tuple(_entry(row) for row in rows), total)


def _where(wish: Wish) -> tuple[str, dict[str, Any]]:
    parts = ["kind = :kind"] if wish.kind else ["true"]
    values = dict[str, Any](kind=wish.kind)
    for place, word in enumerate(wish.words.lower().split()[:8]):
        # By bytes, which takes a third of the time of LIKE.
        parts.append(f"strpos(search, :word{place}) > 0")
        values[f"word{place}"] = word
    for name in ("area", "state", "owner", "region"):
        if value := getattr(wish, name):
            parts.append(f"{name} = :{name}")
            values[name] = value
    if not wish.state:
        parts.append("state <> 'dropped'")
    if wish.scope:
        parts.append("regional = :regional")
        values["regional"] = wish.scope == "regional"
    if wish.expires_before:
        parts.append("least(review_by, effective_to) <= :expires")
        values["expires"] = wish.expires_before
    if wish.ids is not None:
        parts.append("id = ANY(:ids)")
        values["ids"] = list(wish.ids)
    return " AND ".join(parts), values


async def choices(db: AsyncConnection, kind: str) -> dict[str, list[str]]:
    """Which areas, owners and families there are."""
    found: dict[str, list[str]] = {}
    for name in ("area", "owner", "family"):
        rows = await db.execute(
            text(f"SELECT DISTINCT {name} AS one FROM entries WHERE kind = :kind ORDER BY 1"),  # noqa: S608
            {"kind": kind},
        )
        found[name] = [row.one for row in rows]
    return found


async def counts(db: AsyncConnection) -> dict[str, int]:
    """How many items are in each state."""
    rows = await db.execute(
        text("SELECT state, count(*) AS many FROM entries WHERE kind = 'item' GROUP BY state")
    )
    return {row.state: row.many for row in rows}


async def get(db: AsyncConnection, entry: str, *, lock: bool = False) -> Entry:
    """The entry; with `lock` nobody else changes it until the transaction ends."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM entries WHERE id = :id" + (" FOR UPDATE" if lock else "")),  # noqa: S608
        {"id": entry},
    )
    row = found.first()
    if row is None:
        raise NoEntry(entry)
    return _entry(row)


async def version(db: AsyncConnection, entry: str, number: int) -> Version:
    """One version of it."""
    found = await db.execute(
        text("SELECT * FROM entry_versions WHERE entry = :entry AND number = :number"),
        {"entry": entry, "number": number},
    )
    row = found.first()
    if row is None:
        raise NoEntry(entry)
    return _version(row)


async def versions(db: AsyncConnection, entry: str, most: int = 100) -> list[Version]:
    """Its history, the newest first."""
    found = await db.execute(
        text("""
            SELECT * FROM entry_versions WHERE entry = :entry ORDER BY number DESC LIMIT :most
        """),
        {"entry": entry, "most": most},
    )
    return [_version(row) for row in found]


async def newest_by(db: AsyncConnection, author: str) -> dict[str, Version]:
    """The newest version of each entry that somebody wrote."""
    found = await db.execute(
        text("""
            SELECT DISTINCT ON (entry) * FROM entry_versions WHERE author = :author
            ORDER BY entry, number DESC
        """),
        {"author": author},
    )
    return {row.entry: _version(row) for row in found}


async def heads(
    db: AsyncConnection, kind: str, ids: Sequence[str] | None = None
) -> dict[str, Version]:
    """The newest version of each entry of a kind, or of some; who is thrown away must be named."""
    found = await db.execute(
        text("""
            SELECT v.* FROM entries e JOIN entry_versions v ON v.entry = e.id AND v.number = e.head
            WHERE e.kind = :kind AND CASE WHEN CAST(:ids AS text[]) IS NULL
                THEN e.state <> 'dropped' ELSE e.id = ANY(:ids) END
            ORDER BY e.id
        """),
        {"kind": kind, "ids": list(ids) if ids is not None else None},
    )
    return {row.entry: _version(row) for row in found}


async def live(
    db: AsyncConnection, kind: str, families: Sequence[str] | None = None
) -> dict[str, list[tuple[str, Content]]]:
    """What citizens get now: id and content by family."""
    found = await db.execute(
        text("""
            SELECT e.family, e.id, v.content FROM entries e
            JOIN entry_versions v ON v.entry = e.id AND v.number = e.live
            WHERE e.kind = :kind
                AND (CAST(:families AS text[]) IS NULL OR e.family = ANY(:families))
            ORDER BY e.id
        """),
        {"kind": kind, "families": list(families) if families is not None else None},
    )
    by_family: dict[str, list[tuple[str, Content]]] = {}
    for row in found:
        by_family.setdefault(row.family, []).append((row.id, row.content))
    return by_family


async def titles(db: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """What these entries are called."""
    found = await db.execute(
        text("SELECT id, title FROM entries WHERE id = ANY(:ids)"), {"ids": sorted(set(ids))}
    )
    return {row.id: row.title for row in found}


async def comments(db: AsyncConnection, entry: str) -> list[Comment]:
    """What was said about it, the oldest first."""
    found = await db.execute(
        text("""
            SELECT version, staff, text, at FROM entry_comments WHERE entry = :entry ORDER BY id
        """),
        {"entry": entry},
    )
    return [Comment(*row) for row in found]


async def next_item_id(db: AsyncConnection) -> str:
    """The id after the highest that staff gave; ids are never used again.

    Lower ones belong to releases, which bring items of their own.
    """
    found = await db.execute(
        text("""
            SELECT greatest(max(CAST(substr(id, 2) AS integer)), :releases) FROM entries
            WHERE kind = 'item'
        """),
        {"releases": LAST_OF_RELEASES},
    )
    return f"Q{found.scalar_one() + 1:03d}"


def _entry(row: Any) -> Entry:
    values = row._mapping
    return Entry(**{name: values[name] for name in Entry.__annotations__})


def _version(row: Any) -> Version:
    return Version(**{**row._mapping, "authors": tuple(row.authors)})

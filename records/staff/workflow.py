"""How an entry goes from draft through review to approval, and who may not do which step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.staff import entries
from records.staff.entries import DROPPED, Content, Entry, Facets, Version

SYSTEM = "system"
# Nothing is being written: the newest version tells what citizens get.
SETTLED = frozenset({"published", "retired"})
# From which states a step leads to which.
STEPS: Mapping[str, tuple[frozenset[str], str]] = {
    "submit": (frozenset({"draft"}), "in_review"),
    "approve": (frozenset({"in_review"}), "approved"),
    "send_back": (frozenset({"in_review", "approved"}), "draft"),
    "take_back": (frozenset({"in_review", "approved"}), "draft"),
    "throw_away": (frozenset({"draft"}), DROPPED),
}


class ChangedMeanwhile(Exception):
    """Somebody saved a newer version than the one this change began with."""


class WrongState(Exception):
    """The step does not lead on from where the entry is."""


class OwnChange(Exception):
    """Who wrote any of a change does not approve it."""


class OthersWords(Exception):
    """Who wrote nothing of a change does not take it back; what others wrote stays."""


async def save(
    db: AsyncConnection,
    entry: str,
    facets: Facets,
    content: Content,
    based_on: int,
    author: str,
    note: str,
    now: datetime,
    with_words_of: Iterable[str] = (),
) -> int:
    """Keep a new version as a draft; `based_on` 0 begins a new entry. The version's number.

    `with_words_of` are others whose words come back with it: they do not approve it either.
    """
    authors: tuple[str, ...] = ()
    if based_on == 0:
        await _begin(db, entry, facets, now)
    else:
        old = await entries.get(db, entry, lock=True)
        if old.head != based_on:
            raise ChangedMeanwhile(entry)
        if old.state not in SETTLED:
            authors = (await entries.version(db, entry, old.head)).authors
    number = based_on + 1
    everybody = sorted({*authors, *with_words_of, author})
    await _keep_version(db, entry, number, content, author, everybody, note, now)
    await db.execute(
        text("""
            UPDATE entries SET (kind, family, area, title, owner, region, regional, review_by,
                effective_to, search, state, head, publish_at, changed_at) = (:kind, :family,
                :area, :title, :owner, :region, :regional, :review_by, :effective_to, :search,
                'draft', :head, NULL, :now)
            WHERE id = :id
        """),
        {**asdict(facets), "id": entry, "head": number, "now": now},
    )
    return number


async def _begin(db: AsyncConnection, entry: str, facets: Facets, now: datetime) -> None:
    begun = await db.execute(
        text("""
            INSERT INTO entries (id, kind, family, area, title, owner, region, regional, review_by,
                effective_to, search, state, head, changed_at)
            VALUES (:id, :kind, :family, :area, :title, :owner, :region, :regional, :review_by,
                :effective_to, :search, 'draft', 0, :now)
            ON CONFLICT (id) DO NOTHING
        """),
        {**asdict(facets), "id": entry, "now": now},
    )
    if begun.rowcount == 0:
        raise ChangedMeanwhile(entry)


async def _keep_version(
    db: AsyncConnection,
    entry: str,
    number: int,
    content: Content,
    author: str,
    authors: list[str],
    note: str,
    now: datetime,
) -> None:
    await db.execute(
        text("""
            INSERT INTO entry_versions (entry, number, content, author, authors, note, at)
            VALUES (:entry, :number, CAST(:content AS jsonb), :author, :authors, :note, :now)
        """),
        {
            "entry": entry,
            "number": number,
            "content": json.dumps(content, ensure_ascii=False),
            "author": author,
            "authors": authors,
            "note": note,
            "now": now,
        },
    )


async def step(
    db: AsyncConnection, entry: str, name: str, head: int, who: str, now: datetime
) -> Entry:
    """Take one step with the version that the page showed; the entry before it."""
    old = await entries.get(db, entry, lock=True)
    if old.head != head:
        raise ChangedMeanwhile(entry)
    allowed, to = STEPS[name]
    if old.state not in allowed:
        raise WrongState(entry)
    authors = (await entries.version(db, entry, head)).authors
    if name == "take_back" and who not in authors:
        raise OthersWords(entry)
    if name == "throw_away" and not set(authors) <= {who, SYSTEM}:
        raise OthersWords(entry)
    if name == "approve":
        if who in authors:
            raise OwnChange(entry)
        await db.execute(
            text("""
                UPDATE entry_versions SET approver = :who WHERE entry = :entry AND number = :head
            """),
            {"who": who, "entry": entry, "head": head},
        )
    await db.execute(
        text("""
            UPDATE entries SET state = :state, publish_at = NULL, changed_at = :now WHERE id = :id
        """),
        {"state": to, "now": now, "id": entry},
    )
    return old


async def as_live(
    db: AsyncConnection,
    kept: Entry,
    facets: Facets,
    shown: Version,
    who: str,
    note: str,
    now: datetime,
) -> int:
    """Have an entry's newest version say what citizens get anyway; nothing waits any more."""
    number = await save(db, kept.id, facets, shown.content, kept.head, who, note, now)
    state = "retired" if "retired" in shown.content else "published"
    await db.execute(
        text("UPDATE entries SET state = :state WHERE id = :id"), {"state": state, "id": kept.id}
    )
    return number


async def schedule(db: AsyncConnection, entry: str, head: int, at: datetime | None) -> None:
    """Publish an approved version by itself at a time; None takes that back."""
    old = await entries.get(db, entry, lock=True)
    if old.head != head:
        raise ChangedMeanwhile(entry)
    if old.state != "approved":
        raise WrongState(entry)
    await db.execute(
        text("UPDATE entries SET publish_at = :at WHERE id = :id"), {"at": at, "id": entry}
    )


async def comment(
    db: AsyncConnection, entry: str, version: int, who: str, said: str, now: datetime
) -> None:
    """Say something about a version."""
    await db.execute(
        text("""
            INSERT INTO entry_comments (entry, version, staff, text, at)
            VALUES (:entry, :version, :who, :said, :now)
        """),
        {"entry": entry, "version": version, "who": who, "said": said, "now": now},
    )

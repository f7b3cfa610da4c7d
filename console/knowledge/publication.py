"""Brings publications from the database into the live folder, and files into the database."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.knowledge import content, files
from console.knowledge.content import FIGURE, FIGURES_FAMILY, ITEM
from console.knowledge.live import LiveFolder
from records.staff import entries, snapshots, workflow
from records.staff.entries import Entry, Version
from records.staff.snapshots import Change

log = logging.getLogger(__name__)
START = "start"
# What a new release brought, once staff have published.
RELEASE = "release"
# Tells the indexer which publication it sees, and whether it is a way back.
PUBLICATION_FILE = "publication.json"
_Told = tuple[str, str, str, dict[str, Any]]  # kind, family, id, content


async def write(db: AsyncConnection, live: LiveFolder, now: datetime) -> None:
    """Have the live folder show the newest publication. Repeating it changes nothing.

    A process that dies on the way leaves a publication without `written_at`; the next start
    comes here and finishes it.
    """
    await snapshots.lock(db)
    newest = await snapshots.newest(db)
    if newest is None or live.number == newest.number:
        return
    if newest.kind != START:
        live.mark_edited()
    only = await snapshots.families(db, newest.number) if live.number == newest.number - 1 else None
    items = await entries.live(db, ITEM, only)
    figures = await entries.live(db, FIGURE, only)
    told = await asyncio.to_thread(texts, items, figures, only)
    told[PUBLICATION_FILE] = json.dumps({"number": newest.number, "kind": newest.kind})
    await asyncio.to_thread(live.write, newest.number, told)
    await snapshots.written(db, newest.number, now)
    log.info("publication is live", extra={"snapshot": newest.number})


def texts(
    items: dict[str, list[Any]], figures: dict[str, list[Any]], only: Sequence[str] | None
) -> dict[str, str]:
    """The files (path → text) of all families, or of some."""
    told: dict[str, str] = {}
    for family in sorted(only if only is not None else items):
        if family != FIGURES_FAMILY:
            told[f"knowledge/items/{family}.yml"] = files.items_text(items.get(family, []))
            told[f"nlu/faq/{family}.yml"] = files.wordings_text(items.get(family, []))
    if only is None or FIGURES_FAMILY in only:
        shown = figures.get(FIGURES_FAMILY, [])
        told["knowledge/parameters.yml"] = files.figures_text(shown)
    return told


async def start(database: AsyncEngine, live: LiveFolder, now: datetime) -> None:
    """Take up the files as they are until staff publish; from then on only what is news in them."""
    async with database.begin() as db:
        await snapshots.lock(db)
        published = any(one.kind != START for one in await snapshots.history(db))
        changes = await (_take_release if published else _adopt)(db, live, now)
        if changes:
            kind = RELEASE if published else START
            number = await snapshots.record(db, changes, workflow.SYSTEM, "", now, kind, None)
            if not published:
                await snapshots.written(db, number, now)
            log.info("files taken up", extra={"entries": len(changes)})
    # The folder's number has to follow: the next publication builds on it.
    async with database.begin() as db:
        await write(db, live, now)


async def _adopt(db: AsyncConnection, live: LiveFolder, now: datetime) -> list[Change]:
    changes: list[Change] = []
    for kind, family, entry, told in _all(live.current):
        known = await _known(db, entry)
        if known and known.live is not None:
            shown = await entries.version(db, entry, known.live)
            if shown.content == told:
                continue
        changes.append(await _saved(db, (kind, family, entry, told), known, now))
    return changes


async def _take_release(db: AsyncConnection, live: LiveFolder, now: datetime) -> list[Change]:
    """What a release says anew goes live, where no person has changed what it said before.

    Where one has, it waits as a draft for a person to decide; where a draft is there, for that.
    """
    if not live.release.is_dir():
        return []
    changes: list[Change] = []
    brought = await entries.newest_by(db, workflow.SYSTEM)
    for kind, family, entry, told in await asyncio.to_thread(list, _all(live.release)):
        before = brought.get(entry)
        if before and before.content == told:
            continue
        known = await _known(db, entry)
        if known and before is None:
            log.warning("staff have another entry of this name", extra={"entry": entry})
        if known and (before is None or known.head != known.live):
            continue
        # A file that an item leaves is not written again: it stays in its own.
        kept = known.family if known else family
        untouched = not (known and before) or await _is_live(db, known, before)
        change = await _saved(db, (kind, kept, entry, told), known, now)
        if untouched:
            changes.append(change)
    return changes


async def _is_live(db: AsyncConnection, known: Entry, before: Version) -> bool:
    """Whether citizens get what the release before said, whoever wrote that last."""
    if known.live is None:
        return False
    return (await entries.version(db, known.id, known.live)).content == before.content


async def _known(db: AsyncConnection, entry: str) -> Entry | None:
    try:
        return await entries.get(db, entry, lock=True)
    except entries.NoEntry:
        return None


async def _saved(db: AsyncConnection, one: _Told, known: Entry | None, now: datetime) -> Change:
    """The change to what a file says; it is a draft until it is recorded."""
    kind, family, entry, told = one
    facets = content.facets(kind, entry, family, told)
    based_on = known.head if known else 0
    number = await workflow.save(db, entry, facets, told, based_on, workflow.SYSTEM, "", now)
    return Change(entry, known.live if known else None, number)


def _all(folder: Path) -> Iterable[_Told]:
    for family, entry, told in files.read_items(folder):
        yield ITEM, family, entry, told
    for entry, told in files.read_figures(folder):
        yield FIGURE, FIGURES_FAMILY, entry, told

"""Brings publications from the database into the live folder, and files into the database."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.knowledge import content, files
from console.knowledge.content import FIGURE, FIGURES_FAMILY, ITEM
from console.knowledge.live import LiveFolder
from records.staff import entries, snapshots, workflow
from records.staff.snapshots import Change

log = logging.getLogger(__name__)
START = "start"
# Tells the indexer which publication it sees, and whether it is a way back.
PUBLICATION_FILE = "publication.json"


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
    """Take up the files as they are until staff publish; from then on the database says."""
    async with database.begin() as db:
        await snapshots.lock(db)
        if any(one.kind != START for one in await snapshots.history(db)):
            await write(db, live, now)
            return
        changes = await _adopt(db, live, now)
        if changes:
            number = await snapshots.record(db, changes, workflow.SYSTEM, "", now, START, None)
            await snapshots.written(db, number, now)
            log.info("files taken up", extra={"entries": len(changes)})
    # The folder's number has to follow: the next publication builds on it.
    async with database.begin() as db:
        await write(db, live, now)


async def _adopt(db: AsyncConnection, live: LiveFolder, now: datetime) -> list[Change]:
    changes: list[Change] = []
    for kind, family, entry, told in _all(live):
        try:
            known = await entries.get(db, entry, lock=True)
        except entries.NoEntry:
            based_on, before = 0, None
        else:
            based_on, before = known.head, known.live
            if before is not None:
                shown = await entries.version(db, entry, before)
                if shown.content == told:
                    continue
        facets = content.facets(kind, entry, family, told)
        number = await workflow.save(db, entry, facets, told, based_on, workflow.SYSTEM, "", now)
        changes.append(Change(entry, before, number))
    return changes


def _all(live: LiveFolder) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    for family, entry, told in files.read_items(live.current):
        yield ITEM, family, entry, told
    for entry, told in files.read_figures(live.current):
        yield FIGURE, FIGURES_FAMILY, entry, told

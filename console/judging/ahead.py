"""Has the indexer work ahead: what the publisher will most likely publish is judged before that.

A reviewer reads for minutes; judging takes seconds. The indexer keeps what it made, and signs it
only when a publisher asks for just that content, so nothing goes live that was not approved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from console import publishing
from console.doors import Parts
from console.judging import change
from console.judging.workshop import WorkshopAway
from records.staff import candidates, entries, snapshots
from records.staff.entries import Entry, Wish

log = logging.getLogger(__name__)

FOLDER = "ahead"
# More than this is an import, which takes longer than anybody waits.
MOST = 50
_Versions = Mapping[str, int]


async def work_ahead(parts: Parts) -> None:
    """Have everything prepared that may be asked for next, for ever; a step wakes it."""
    done: tuple[int, list[_Versions]] = (0, [])
    while True:
        try:
            done = await _prepared(parts, *done)
        except (SQLAlchemyError, psycopg.Error, OSError, WorkshopAway) as problem:
            log.info("nothing prepared", extra={"cause": type(problem).__name__})
        parts.stepped.clear()
        try:
            await asyncio.wait_for(parts.stepped.wait(), parts.settings.schedule_seconds)
        except TimeoutError:
            continue


async def _prepared(parts: Parts, base: int, done: list[_Versions]) -> tuple[int, list[_Versions]]:
    """Prepare what was not yet; on which publication that builds, and what is prepared."""
    async with parts.database.connect() as db:
        newest = await snapshots.newest(db)
        likely = await _likely(db)
    number = newest.number if newest else 0
    kept = [one for one in done if number == base and one in likely]
    for versions in likely:
        if versions not in kept and await _prepare(parts, versions):
            kept.append(versions)
    return number, kept


async def _likely(db: AsyncConnection) -> list[_Versions]:
    """What the publishing page offers now, and that with what reviewers were given last."""
    refused = await _refused(db)
    approved = [
        one
        for one in (await entries.search(db, Wish(state="approved", size=MOST))).entries
        if one.publish_at is None and (one.id, one.head) not in refused
    ]
    reviewed = (await entries.search(db, Wish(state="in_review", size=MOST))).entries
    newest = sorted(reviewed, key=lambda one: one.changed_at)[-1:]
    bundles = [_heads(approved), _heads([*approved, *newest])]
    return [one for place, one in enumerate(bundles) if one and one not in bundles[:place]]


async def _refused(db: AsyncConnection) -> set[tuple[str, int]]:
    judged = await candidates.latest(db)
    return {pair for one in judged if one.state == "refused" for pair in one.versions.items()}


def _heads(listed: list[Entry]) -> _Versions:
    return {one.id: one.head for one in listed}


async def _prepare(parts: Parts, likely: _Versions) -> bool:
    """Whether it need not be prepared any more."""
    async with parts.database.connect() as db:
        stopped = {one.entry for one in await publishing.gate(db, parts, list(likely))}
        versions = {one: head for one, head in likely.items() if one not in stopped}
        coming = await change.coming(db, versions)
        if not await change.touches_understanding(db, coming):
            return True
        texts = await change.files(db, coming)
    await asyncio.to_thread(parts.live.lay_candidate, FOLDER, texts)
    try:
        return await parts.workshop.prepare(FOLDER)
    finally:
        await asyncio.to_thread(parts.live.drop_candidate, FOLDER)

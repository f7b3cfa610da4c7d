"""Publishes what was scheduled when its time has come, through the gate like everything else."""

from __future__ import annotations

import logging

from console import publishing
from console.doors import Parts
from console.judging import candidate, change, pilot
from console.judging.workshop import WorkshopAway
from console.refusals import Refusal
from records.staff import candidates, entries, snapshots, workflow
from records.staff.workflow import WrongState

log = logging.getLogger(__name__)
SCHEDULE = "schedule"


async def publish_due(parts: Parts) -> None:
    """Publish what is due, and finish what a process that died has left."""
    async with parts.database.begin() as db:
        due = await snapshots.due(db, parts.now())
        await candidates.abandon(db, parts.now() - candidate.LEFT_OVER, parts.now())
    for entry, version in due.items():
        if not await _goes_live(parts, entry, version):
            await _take_back(parts, entry)
    await publishing.bring(parts)
    await pilot.settle(parts)


async def _goes_live(parts: Parts, entry: str, version: int) -> bool:
    """Whether there is no need to give it up; an indexer that is away is waited for."""
    try:
        await parts.workshop.understood()
    except WorkshopAway:
        return await _without_the_indexer(parts, entry, version)
    try:
        number = await candidate.begin(parts, {entry: version}, SCHEDULE, "")
        return number is None or await candidate.judge(parts, number) != "refused"
    except (Refusal, WrongState):
        return False


async def _without_the_indexer(parts: Parts, entry: str, version: int) -> bool:
    """Words and dates go live all the same."""
    async with parts.database.connect() as db:
        changed = await change.coming(db, {entry: version})
        if await change.touches_understanding(db, changed):
            log.warning("the indexer is away, a publication waits", extra={"entry": entry})
            return True
    try:
        await publishing.publish(parts, {entry: version}, SCHEDULE, "")
    except (Refusal, WrongState):
        return False
    return True


async def _take_back(parts: Parts, entry: str) -> None:
    async with parts.database.begin() as db:
        kept = await entries.get(db, entry)
        await workflow.schedule(db, entry, kept.head, None)
        await parts.note(db, SCHEDULE, "publication_blocked", entry)

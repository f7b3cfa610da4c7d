"""Publishing: the gate, the step in the database, the live folder; and the way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from console.doors import Parts
from console.judging.workshop import WorkshopAway
from console.knowledge import publication
from console.knowledge.checks import Problem, problems
from console.knowledge.content import ITEM
from console.knowledge.similar import bare
from console.refusals import Blocked, NotAsRead, NotFound
from records.staff import candidates, entries, snapshots
from records.staff.entries import Version


@dataclass(frozen=True)
class Stopped:
    """An entry that the gate stops, and why."""

    entry: str
    problem: Problem


async def gate(db: AsyncConnection, parts: Parts, ids: Sequence[str]) -> list[Stopped]:
    """Why these entries cannot go live together; empty when they can."""
    known = parts.library.now()
    stopped: list[Stopped] = []
    coming: dict[str, Version] = {}
    for entry in ids:
        kept = await entries.get(db, entry)
        version = await entries.version(db, entry, kept.head)
        found = problems(kept.kind, entry, version.content, known)
        stopped += [Stopped(entry, one) for one in found]
        if kept.kind == ITEM:
            coming[entry] = version
    return stopped + (await _among_items(db, coming) if coming else [])


async def _among_items(db: AsyncConnection, coming: dict[str, Version]) -> list[Stopped]:
    """What an item alone does not show: shared wordings, related items that are not there."""
    after = {
        entry: content
        for family in (await entries.live(db, ITEM)).values()
        for entry, content in family
    }
    after |= {entry: version.content for entry, version in coming.items()}
    owners: dict[str, set[str]] = defaultdict(set)
    for entry, content in after.items():
        for line in content["wordings"]:
            owners[bare(line)].add(entry)
    stopped: list[Stopped] = []
    for entry, version in coming.items():
        for line in version.content["wordings"]:
            for other in sorted(owners[bare(line)] - {entry}):
                values = {"line": line[:40], "other": other}
                stopped.append(Stopped(entry, Problem("wordings", "shared", values)))
        for other in version.content.get("related", []):
            if other not in after:
                stopped.append(Stopped(entry, Problem("related", "not_live", {"other": other})))
    return stopped


def told(parts: Parts, stopped: Sequence[Stopped]) -> str:
    """What the gate stops, in words."""
    lines = {f"{one.entry}：{parts.writing.told(one.problem)}" for one in stopped}
    return " ".join(sorted(lines)[:20])


async def publish(parts: Parts, versions: Mapping[str, int], who: str, note: str) -> int:
    """Have citizens get these approved versions, which nobody else has to judge; the number."""
    async with parts.database.begin() as db:
        number = await record(db, parts, versions, who, note)
    await bring(parts)
    return number


async def record(
    db: AsyncConnection, parts: Parts, versions: Mapping[str, int], who: str, note: str
) -> int:
    """Make just these versions the live ones in the database; the publication's number."""
    await snapshots.lock(db)
    stopped = await gate(db, parts, list(versions))
    if stopped:
        raise Blocked(told(parts, stopped))
    await candidates.end_pilots(db, parts.now())
    number = await snapshots.publish(db, list(versions), who, note, parts.now(), "publish")
    changes = await snapshots.changes(db, number)
    if {one.entry: one.after for one in changes} != dict(versions):
        raise NotAsRead
    for change in changes:
        await parts.note(db, who, "publish", change.entry, snapshot=number, version=change.after)
    return number


async def roll_back(parts: Parts, number: int, who: str, note: str) -> int:
    """Have citizens get what they got at publication `number`."""
    async with parts.database.begin() as db:
        if not await snapshots.exists(db, number):
            raise NotFound
        await candidates.end_pilots(db, parts.now())
        new = await snapshots.roll_back(db, number, who, note, parts.now())
        await parts.note(db, who, "roll_back", f"snapshot:{number}", snapshot=new, note=note)
    await bring(parts)
    return new


async def bring(parts: Parts) -> None:
    """Write what is published to the live folder, and tell the indexer."""
    before = parts.live.number
    async with parts.database.begin() as db:
        await publication.write(db, parts.live, parts.now())
    if parts.live.number != before:
        with suppress(WorkshopAway):  # it looks by itself, a moment later
            await parts.workshop.look()

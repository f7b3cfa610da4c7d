"""A candidate's way: judged by the indexer, and published if nothing speaks against it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from console import publishing
from console.doors import Parts
from console.judging import change, pilot
from console.judging.workshop import WorkshopAway
from console.refusals import Blocked, NotAsRead, Refusal
from records.staff import candidates, entries, snapshots
from records.staff.candidates import CHECKING, Asked, Candidate
from records.staff.workflow import WrongState

log = logging.getLogger(__name__)

CHECK, PUBLISH = "check", "publish"
# Somebody else may publish meanwhile; then what was judged is not what would go live.
TRIES = 3
# How often the page can see that it goes on.
ADVANCE_SECONDS = 0.2
# The indexer may be silent for a while over thousands of new wordings.
LEFT_OVER = timedelta(minutes=15)


class Meanwhile(Exception):
    """What is live, or the entry, is not any more what was judged."""


async def begin(
    parts: Parts,
    versions: Mapping[str, int],
    who: str,
    note: str,
    want: str = PUBLISH,
    sites: Sequence[str] = (),
) -> int | None:
    """Publish at once what the understanding has no part in (None), else a candidate's number."""
    async with parts.database.begin() as db:
        kept = [await entries.get(db, one, lock=True) for one in sorted(versions)]
        if any(one.head != versions[one.id] for one in kept):
            raise NotAsRead
        stopped = await publishing.gate(db, parts, list(versions))
        if stopped:
            raise Blocked(publishing.told(parts, stopped))
        if any(one.state != "approved" for one in kept):
            raise WrongState
        changed = await change.coming(db, versions)
        judged = want != PUBLISH or await change.touches_understanding(db, changed)
        if judged:
            number = await candidates.begin(db, want, who, note, versions, sites, parts.now())
            await parts.note(db, who, "judge", f"candidate:{number}", entries=sorted(versions))
            return number
    await publishing.publish(parts, versions, who, note)
    await pilot.settle(parts)
    return None


def start(parts: Parts, number: int) -> None:
    """Have it judged while its page shows how far that is."""
    task = asyncio.create_task(judge(parts, number))
    parts.running.add(task)
    task.add_done_callback(parts.running.discard)


async def judge(parts: Parts, number: int) -> str:
    """Bring a candidate to its end; the state that it ends in."""
    async with parts.database.connect() as db:
        candidate = await candidates.get(db, number)
    try:
        return await _judged(parts, candidate)
    except Exception as problem:  # Nobody waits for this task: its page has to tell.
        log.error("judging failed", extra={"cause": type(problem).__name__})
        async with parts.database.connect() as db:
            recorded = (await candidates.get(db, number)).snapshot is not None
        # What is recorded is brought to the files by the next look at them.
        return await _end(parts, candidate, "published" if recorded else "failed", None)


async def _judged(parts: Parts, candidate: Candidate) -> str:
    try:
        for _ in range(TRIES):
            try:
                return await _judge_once(parts, candidate)
            except Meanwhile:
                log.info("something else was published", extra={"candidate": candidate.id})
        return await _end(parts, candidate, "failed", {"failed": "meanwhile"})
    except WorkshopAway:
        return await _end(parts, candidate, "failed", {"failed": "away"})
    except WrongState:
        return await _end(parts, candidate, "failed", {"failed": "meanwhile"})
    except Refusal as problem:
        why = {"reasons": ["entries"], "why": problem.detail}
        return await _end(parts, candidate, "refused", why)


async def _judge_once(parts: Parts, candidate: Candidate) -> str:
    async with parts.database.connect() as db:
        newest = await snapshots.newest(db)
        base = newest.number if newest else 0
        texts = await change.files(db, await change.coming(db, candidate.versions))
        questions: Sequence[Asked] = ()
        if candidate.want == CHECK:
            questions = await candidates.asked_last(db, parts.settings.shadow_questions)
    verdict = await _verdict(parts, candidate, texts, questions)
    if verdict["reasons"]:
        async with parts.database.begin() as db:
            what = f"candidate:{candidate.id}"
            await parts.note(db, candidate.staff, "refused", what, reasons=verdict["reasons"])
        return await _end(parts, candidate, "refused", verdict)
    if candidate.want == CHECK:
        return await _end(parts, candidate, "passed", verdict)
    if candidate.want == pilot.PILOT:
        await pilot.begin(parts, candidate, texts)
        return await _end(parts, candidate, "piloting", verdict)
    await _publish(parts, candidate, base, verdict)
    return await _end(parts, candidate, "published", verdict)


async def _publish(parts: Parts, candidate: Candidate, base: int, verdict: dict[str, Any]) -> None:
    """Publish what was judged and nothing else."""
    async with parts.database.begin() as db:
        await snapshots.lock(db)
        newest = await snapshots.newest(db)
        if newest is not None and newest.number != base:
            raise Meanwhile
        try:
            number = await publishing.record(
                db, parts, candidate.versions, candidate.staff, candidate.note
            )
        except NotAsRead as problem:
            raise Meanwhile from problem
        await candidates.settle(db, candidate.id, CHECKING, parts.now(), verdict, number)
    await publishing.bring(parts)
    await pilot.settle(parts)


async def _verdict(
    parts: Parts, candidate: Candidate, texts: dict[str, str], questions: Sequence[Asked]
) -> dict[str, Any]:
    name = str(candidate.id)
    await asyncio.to_thread(parts.live.lay_candidate, name, texts)
    told: dict[str, Any] = {}
    seen = 0.0
    try:
        async for told in parts.workshop.check(name, questions):
            if told["step"] != "verdict" and time.monotonic() - seen > ADVANCE_SECONDS:
                seen = time.monotonic()
                async with parts.database.begin() as db:
                    await candidates.advance(db, candidate.id, told, parts.now())
    finally:
        await asyncio.to_thread(parts.live.drop_candidate, name)
    return {**told, "shadow_asked": len(questions)}


async def _end(
    parts: Parts, candidate: Candidate, state: str, verdict: dict[str, Any] | None
) -> str:
    async with parts.database.begin() as db:
        await candidates.settle(db, candidate.id, state, parts.now(), verdict)
    log.info("candidate judged", extra={"candidate": candidate.id, "state": state})
    return state

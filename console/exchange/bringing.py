"""An import on its way: read, judged and kept beside the request, telling how far it has come."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from console.doors import Parts
from console.exchange import arriving, reading, trial
from console.exchange.arriving import Bad, Plan
from console.exchange.trial import Trial
from console.knowledge import content
from console.knowledge.content import ITEM
from console.refusals import ChangedMeanwhile, Refusal, Unavailable, WrongState
from records.staff import imports, workflow
from records.staff.bulk import Draft, save_all

log = logging.getLogger(__name__)

# How often its page can see that it goes on.
ADVANCE_SECONDS = 0.3
MOST_SHOWN = 200
# So many items share a line of the audit log, which names each with its version.
NOTED_AT_ONCE = 100
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Job:
    """A file that somebody brings; `said` is the mark of the dry run, empty for a dry run."""

    number: int
    who: str
    name: str
    written: bytes
    said: str


@dataclass
class Reach:
    """How far it has come; threads set it, the loop reads it."""

    step: str
    done: int = 0
    of: int = 0  # 0: nobody knows

    def tell(self, step: str, done: int, of: int) -> None:
        """It has come so far."""
        self.step, self.done, self.of = step, done, of


def start(parts: Parts, job: Job) -> None:
    """Bring it in while its page shows how far that is."""
    task = asyncio.create_task(bring(parts, job))
    parts.running.add(task)
    task.add_done_callback(parts.running.discard)


async def bring(parts: Parts, job: Job) -> str:
    """Bring an import to its end; the state that it ends in."""
    reach = Reach("keep" if job.said else "read")
    telling = asyncio.create_task(_keep_telling(parts, job.number, reach))
    try:
        return await _brought(parts, job, reach)
    except imports.NotRunning:
        return imports.BROKEN
    except Exception as problem:  # Nobody waits for this task: its page has to tell.
        return await _refused(parts, job, _named(problem))
    finally:
        telling.cancel()


def _named(problem: Exception) -> Refusal:
    if isinstance(problem, Refusal):
        return problem
    if isinstance(problem, workflow.ChangedMeanwhile):
        return ChangedMeanwhile()
    log.error("import failed", extra={"cause": type(problem).__name__})
    return Unavailable()


async def _refused(parts: Parts, job: Job, why: Refusal) -> str:
    told = {"code": why.code, "detail": why.detail}
    with contextlib.suppress(imports.NotRunning, SQLAlchemyError, psycopg.Error, OSError):
        await _settle(parts, job, "refused", told)
    return "refused"


async def _keep_telling(parts: Parts, number: int, reach: Reach) -> None:
    """Note it now and then, for ever; on a connection of its own, so that it is seen at once."""
    while True:
        told = {"step": reach.step, "done": reach.done, "of": reach.of}
        with contextlib.suppress(SQLAlchemyError, psycopg.Error, OSError):
            async with parts.database.begin() as db:
                await imports.advance(db, number, told, parts.now())
        await asyncio.sleep(ADVANCE_SECONDS)


async def _brought(parts: Parts, job: Job, reach: Reach) -> str:
    digest, known = sha256(job.written).hexdigest(), parts.library.now()
    plan = parts.trials.take(job.said, digest, known)
    if plan is None:
        rows = await asyncio.to_thread(reading.rows, job.name, job.written, reach.tell)
        async with parts.database.connect() as db:
            plan = await arriving.plan(db, known, rows, reach.tell)
    mark = trial.mark(digest, plan)
    if job.said == "":
        parts.trials.keep(Trial(mark, digest, known, plan))
        return await _settle(parts, job, "tried", _found(plan, mark))
    if job.said != mark or plan.bad:
        raise WrongState
    return await _keep(parts, job, plan, digest, reach.tell)


def _found(plan: Plan, mark: str) -> dict[str, Any]:
    fresh = sum(1 for one in plan.arrivals if one.based_on == 0)
    return {
        "mark": mark,
        "fresh": fresh,
        "changed": len(plan.arrivals) - fresh,
        "same": plan.same,
        "bad": len(plan.bad),
        "rows": [_row(one) for one in plan.bad[:MOST_SHOWN]],
    }


def _row(bad: Bad) -> dict[str, Any]:
    values = {name: _kept(str(value)) for name, value in bad.problem.values.items()}
    told = {"row": bad.row, "entry": _kept(bad.entry), "field": bad.problem.field}
    return {**told, "code": bad.problem.code, "values": values}


def _kept(text: str) -> str:
    """Text of a file that can be anything, as a database keeps it."""
    return _UNKEPT.sub("\ufffd", text)


async def _settle(parts: Parts, job: Job, state: str, told: Mapping[str, Any]) -> str:
    async with parts.database.begin() as db:
        await imports.settle(db, job.number, state, told, parts.now())
    return state


async def _keep(
    parts: Parts, job: Job, plan: Plan, digest: str, tell: Callable[[str, int, int], None]
) -> str:
    """All rows become drafts and the import is done, or none and it is not."""
    now, many = parts.now(), len(plan.arrivals)
    drafts = [
        Draft(
            one.entry,
            content.facets(ITEM, one.entry, one.family, one.content),
            one.content,
            one.based_on,
        )
        for one in plan.arrivals
    ]
    tell("keep", 0, many)
    async with parts.database.begin() as db:
        await save_all(db, drafts, job.who, now, lambda done: tell("keep", done, many))
        await imports.settle(db, job.number, "done", {"kept": many}, parts.now())
        told = [f"{one.entry}:{one.based_on + 1}" for one in drafts]
        for place in range(0, many, NOTED_AT_ONCE):
            some = " ".join(told[place : place + NOTED_AT_ONCE])
            await parts.note(db, job.who, "import", f"file:{digest}", versions=some)
    return "done"

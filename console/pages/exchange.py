"""Items out of the console and back: spreadsheet, CSV, Rasa's YAML, with a dry run first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from console.doors import Desk, Exporter, Importer
from console.exchange import arriving, cells, tables, trial
from console.exchange.arriving import Plan
from console.exchange.tables import Row
from console.exchange.trial import Trial
from console.knowledge import content, files
from console.knowledge.content import ITEM
from console.refusals import NotReadable, WrongState
from records.staff import entries
from records.staff.bulk import Draft, save_all

MOST_SHOWN = 200
# So many items share a line of the audit log, which names each with its version.
NOTED_AT_ONCE = 100
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "yml": "application/yaml; charset=utf-8",
}
_READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "xlsx": tables.from_xlsx,
    "csv": tables.from_csv,
    "yml": arriving.from_rasa,
    "yaml": arriving.from_rasa,
}

router = APIRouter(prefix="/exchange")


@router.get("")
async def show(desk: Exporter) -> Response:
    """Both ways."""
    return await desk.page("exchange.html", plan=None, digest="", done=None)


@router.get("/items.{kind}")
async def export(kind: str, desk: Exporter) -> Response:
    """The newest version of every item."""
    if kind not in _TYPES:
        raise NotReadable
    async with desk.change() as db:
        heads = await entries.heads(db, ITEM)
        families = await _families(desk)
        await desk.note(db, "export", f"items.{kind}", items=len(heads))
    if kind == "yml":
        told = files.wordings_text((entry, one.content) for entry, one in heads.items()).encode()
    else:
        rows = [
            cells.from_content(entry, families[entry], one.content) for entry, one in heads.items()
        ]
        told = await asyncio.to_thread(tables.to_xlsx if kind == "xlsx" else tables.to_csv, rows)
    named = {"Content-Disposition": f'attachment; filename="items.{kind}"'}
    return Response(told, media_type=_TYPES[kind], headers=named)


@router.post("/import")
async def take(desk: Importer) -> Response:
    """A dry run; the same file again with the mark of the dry run is the import itself."""
    file = desk.form.get("file")
    if not isinstance(file, UploadFile):
        raise NotReadable
    written = await file.read()
    digest, said = sha256(written).hexdigest(), desk.said("digest")
    trials, known = desk.parts.trials, desk.parts.library.now()
    plan = trials.take(said, digest, known)
    if plan is None:
        rows = await asyncio.to_thread(_read, file.filename or "", written)
        async with desk.parts.database.connect() as db:
            plan = await arriving.plan(db, known, rows)
    mark = trial.mark(digest, plan)
    if said == "":
        trials.keep(Trial(mark, digest, known, plan))
        return await _told(desk, plan, mark, None)
    if said != mark or plan.bad:
        raise WrongState
    await _bring_in(desk, plan, digest)
    return await _told(desk, plan, "", len(plan.arrivals))


def _read(name: str, written: bytes) -> list[Row]:
    reader = _READERS.get(name.rsplit(".", 1)[-1].lower())
    if reader is None:
        raise NotReadable
    rows = reader(written)
    missing = arriving.wanted_columns(rows) if reader is not arriving.from_rasa else []
    if missing:
        raise NotReadable(" " + "、".join(missing))
    return rows


async def _told(desk: Desk, plan: Plan, digest: str, done: int | None) -> Response:
    return await desk.page(
        "exchange.html", plan=plan, digest=digest, done=done, bad=plan.bad[:MOST_SHOWN]
    )


async def _bring_in(desk: Desk, plan: Plan, digest: str) -> None:
    """All rows become drafts, or none."""
    async with desk.change() as db:
        drafts = [
            Draft(
                one.entry,
                content.facets(ITEM, one.entry, one.family, one.content),
                one.content,
                one.based_on,
            )
            for one in plan.arrivals
        ]
        await save_all(db, drafts, desk.me, desk.now)
        told = [f"{one.entry}:{one.based_on + 1}" for one in drafts]
        for place in range(0, len(told), NOTED_AT_ONCE):
            some = " ".join(told[place : place + NOTED_AT_ONCE])
            await desk.note(db, "import", f"file:{digest}", versions=some)


async def _families(desk: Desk) -> dict[str, str]:
    async with desk.parts.database.connect() as db:
        page = await entries.search(db, entries.Wish(ITEM, size=100_000))
    return {one.id: one.family for one in page.entries}

"""Items out of the console and back: spreadsheet, CSV, Rasa's YAML, with a dry run first."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from console.doors import Desk, Exporter, Importer
from console.exchange import bringing, cells, reading, tables
from console.exchange.bringing import Job
from console.knowledge import files
from console.knowledge.content import ITEM
from console.refusals import NotReadable, Wanted
from records.staff import entries, imports
from records.staff.imports import Import

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "yml": "application/yaml; charset=utf-8",
}

router = APIRouter(prefix="/exchange")


@router.get("")
async def show(desk: Exporter) -> Response:
    """Both ways."""
    return await desk.page("exchange.html", one=None)


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
    if not isinstance(file, UploadFile) or not file.filename:
        raise Wanted("file")
    name = file.filename
    reading.kind(name)
    written = await file.read()
    async with desk.change() as db:
        number = await imports.begin(db, desk.me, desk.now)
    bringing.start(desk.parts, Job(number, desk.me, name, written, desk.said("digest")))
    return RedirectResponse(f"/exchange/imports/{number}", 303)


@router.get("/imports/{number}")
async def show_import(number: int, desk: Importer) -> Response:
    """One that the person began: how far it is, or how it ended."""
    return await desk.page("exchange.html", one=await _own(desk, number))


@router.get("/imports/{number}/state")
async def state(number: int, desk: Importer) -> Response:
    """The part that goes on by itself until there is an end."""
    return await desk.page("import_state.html", one=await _own(desk, number))


async def _own(desk: Desk, number: int) -> Import:
    async with desk.change() as db:
        return await imports.get(db, number, desk.me, desk.now)


async def _families(desk: Desk) -> dict[str, str]:
    async with desk.parts.database.connect() as db:
        page = await entries.search(db, entries.Wish(ITEM, size=100_000))
    return {one.id: one.family for one in page.entries}

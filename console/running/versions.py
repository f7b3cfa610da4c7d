"""Models and versions of the answer index: what is in use, how another differs, using that."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import Desk, Operator, Reader
from console.judging.workshop import WorkshopAway
from console.refusals import Blocked, IndexerAway, NotFound
from records import engines
from records.staff import entries

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")

router = APIRouter(prefix="/operations/versions")


@router.get("")
async def find(desk: Reader) -> Response:
    """Every version, and how much was answered with each lately."""
    async with desk.parts.database.connect() as db:
        engine = await engines.in_use(db)
    try:
        told = await desk.parts.workshop.versions("/versions")
    except WorkshopAway:
        told = {}
    return await desk.page("versions.html", told=told, engine=engine)


@router.get("/{version}")
async def compare(version: str, desk: Reader) -> Response:
    """A version beside the one in use."""
    told = await _asked(desk, "/compare", version)
    items = {str(item) for name in ("added", "gone") for item, _ in told.get(name, [])}
    async with desk.parts.database.connect() as db:
        titles = await entries.titles(db, items)
    return await desk.page("version.html", version=version, told=told, titles=titles)


@router.post("/{version}")
async def activate(version: str, desk: Operator) -> Response:
    """Put a version in use, unless the gate says what it would break."""
    told = await _asked(desk, "/activate", version)
    async with desk.change() as db:
        await desk.note(db, "activate", f"index:{version}", done=bool(told.get("activated")))
    if not told.get("activated"):
        words = desk.parts.writing.words["gate_reasons"]
        raise Blocked(" ".join(str(words.get(one, one)) for one in told.get("reasons", [])))
    return RedirectResponse("/operations/versions", 303)


async def _asked(desk: Desk, path: str, version: str) -> dict[str, Any]:
    if not _VERSION.fullmatch(version):
        raise NotFound
    try:
        return await desk.parts.workshop.versions(path, {"version": version})
    except WorkshopAway:
        raise IndexerAway from None

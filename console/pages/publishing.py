"""Publishing: what waits, what the gate says, what was published, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console import publishing
from console.doors import Desk, Publisher, Reader
from console.judging import candidate, pilot
from console.judging.workshop import WorkshopAway
from console.knowledge.differences import fields_changed
from console.refusals import Wanted
from records.staff import candidates, entries, snapshots
from records.staff.entries import Wish

MOST = 200

router = APIRouter(prefix="/publishing")


@router.get("")
async def show(desk: Reader) -> Response:
    """What is approved, what each would change, and why the gate would stop it."""
    async with desk.parts.database.connect() as db:
        waiting = [
            entry
            for kind in ("item", "figure")
            for entry in (await entries.search(db, Wish(kind, state="approved", size=MOST))).entries
        ]
        stopped = await publishing.gate(db, desk.parts, [one.id for one in waiting])
        changed = {}
        for entry in waiting:
            after = await entries.version(db, entry.id, entry.head)
            before = await entries.version(db, entry.id, entry.live) if entry.live else None
            changed[entry.id] = fields_changed(before.content if before else {}, after.content)
        history = await snapshots.history(db)
        judged = await candidates.latest(db)
        sites = await candidates.site_names(db)
    values: dict[str, Any] = {
        "waiting": waiting,
        "stopped": stopped,
        "changed": changed,
        "history": history,
        "judged": judged,
        "refused": {
            entry: one.id
            for one in reversed(judged)
            if one.state == "refused"
            for entry, version in one.versions.items()
            if any(waits.id == entry and waits.head == version for waits in waiting)
        },
        "sites": sites,
    }
    return await desk.page("publishing.html", live=desk.parts.live.number, **values)


@router.post("")
async def publish(desk: Publisher) -> Response:
    """Publish what is ticked, once the gate has let it through."""
    return await _begin(desk, candidate.PUBLISH)


@router.post("/check")
async def check(desk: Publisher) -> Response:
    """Only judge what is ticked, and ask the last real questions again."""
    return await _begin(desk, candidate.CHECK)


@router.post("/pilot")
async def begin_pilot(desk: Publisher) -> Response:
    """Let some sites have what is ticked, once the gate has let it through."""
    async with desk.parts.database.connect() as db:
        known = await candidates.site_names(db)
    sites = [one for one in desk.form.getlist("site") if isinstance(one, str) and one in known]
    if not sites:
        raise Wanted("pilot_sites")
    return await _begin(desk, pilot.PILOT, sites)


async def _begin(desk: Desk, want: str, sites: Sequence[str] = ()) -> Response:
    versions = desk.versions("entry")
    if not 0 < len(versions) <= MOST:
        raise Wanted("entries", most=MOST)
    note = desk.said("note")[:500]
    number = await candidate.begin(desk.parts, versions, desk.me, note, want, sites)
    if number is None:
        return RedirectResponse("/publishing", 303)
    candidate.start(desk.parts, number)
    return RedirectResponse(f"/publishing/candidates/{number}", 303)


@router.get("/understood")
async def understood(desk: Reader) -> Response:
    """Whether engines understand what is live; it asks again by itself until they do."""
    try:
        number = await desk.parts.workshop.understood()
        state = "done" if number == desk.parts.live.number else "pending"
    except WorkshopAway:
        state = "away"
    return await desk.page("understood.html", state=state)


@router.get("/{number}")
async def one(number: int, desk: Reader) -> Response:
    """What one publication changed."""
    async with desk.parts.database.connect() as db:
        changes = await snapshots.changes(db, number)
        titles = await entries.titles(db, [one.entry for one in changes])
    return await desk.page("publication.html", number=number, changes=changes, titles=titles)


@router.post("/{number}/back")
async def back(number: int, desk: Publisher) -> Response:
    """Roll back to it, in one click."""
    await publishing.roll_back(desk.parts, number, desk.me, desk.said("note")[:500])
    await pilot.settle(desk.parts)
    return RedirectResponse("/publishing", 303)

"""One candidate: how far the gate is, what it says, which real answers would change."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import Desk, Publisher, Reader, ShadowReader
from console.judging import pilot
from console.judging.workshop import WorkshopAway
from records.staff import candidates, entries
from records.staff.candidates import Candidate

router = APIRouter(prefix="/publishing/candidates/{number}")


@router.get("")
async def show(number: int, desk: Reader) -> Response:
    """The whole page."""
    return await desk.page("candidate.html", **await _told(desk, number))


@router.get("/state")
async def state(number: int, desk: Reader) -> Response:
    """The part that goes on by itself until there is an end."""
    return await desk.page("candidate_state.html", **await _told(desk, number))


@router.get("/shadow")
async def shadow(number: int, desk: ShadowReader) -> Response:
    """The real questions (masked) that would change; that somebody looked is kept."""
    async with desk.change() as db:
        one = await candidates.get(db, number)
        changed = (one.verdict or {}).get("shadow", [])
        texts = await candidates.asked(db, [change["id"] for change in changed])
        found = {change[side]["item"] for change in changed for side in ("before", "after")}
        titles = await entries.titles(db, sorted(found))
        await desk.note(db, "see_question", f"candidate:{number}", questions=len(texts))
    values: dict[str, Any] = {"one": one, "changed": changed, "texts": texts, "titles": titles}
    return await desk.page("shadow.html", **values)


@router.post("/end")
async def end(number: int, desk: Publisher) -> Response:
    """End a pilot."""
    await pilot.end(desk.parts, number, desk.me)
    return RedirectResponse(f"/publishing/candidates/{number}", 303)


async def _told(desk: Desk, number: int) -> dict[str, Any]:
    async with desk.parts.database.connect() as db:
        one = await candidates.get(db, number)
        titles = await entries.titles(db, _named(one))
        sites = await candidates.site_names(db) if one.sites else {}
    return {
        "one": one,
        "titles": titles,
        "sites": sites,
        "understood": await _understood(desk, one),
    }


async def _understood(desk: Desk, one: Candidate) -> bool | None:
    """Whether engines have it by now; None where nobody can tell, or nobody needs to."""
    if one.snapshot is None and one.state != "piloting":
        return None
    try:
        if one.snapshot is None:
            return await desk.parts.workshop.piloted() == one.id
        return await desk.parts.workshop.understood() >= one.snapshot
    except WorkshopAway:
        return None


def _named(one: Candidate) -> list[str]:
    told = one.verdict or {}
    named = {*one.versions}
    for broken in told.get("broken", []):
        named |= {broken["expected"], broken["found"]}
    named |= {lost["item"] for lost in told.get("lost", [])}
    for alike in told.get("collisions", []):
        named |= {alike["item"], alike["other"]}
    return sorted(named)

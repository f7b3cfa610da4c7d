"""Who waits for a person: the open requests, and closing one (转人工 = handover)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import HandoverReader, Supervisor
from records import events, handovers
from records.events import Line

MOST_SHOWN = 100

router = APIRouter(prefix="/handovers")


@router.get("")
async def show(desk: HandoverReader) -> Response:
    """Who waits longest first, with the last masked words."""
    async with desk.change() as db:
        found, total = await handovers.waiting(db, MOST_SHOWN)
        await desk.note(db, "see_handovers", "handovers", shown=len(found))
    known = desk.parts.library.now()
    return await desk.page("handovers.html", found=found, total=total, now=desk.now, known=known)


@router.post("/close")
async def close(desk: Supervisor) -> Response:
    """Say that somebody has spoken with them; the conversation is told so."""
    async with desk.change() as db:
        closed = await handovers.close(db, desk.whole("number"), desk.now)
        told = desk.parts.writing.words["handovers"]["closed"].format(ticket=closed.id)
        await events.append(db, closed.conversation, "system", [Line(told)], desk.now)
        waited = round((desk.now - closed.opened_at).total_seconds())
        await desk.note(db, "close_handover", f"handover:{closed.id}", waited_seconds=waited)
    return RedirectResponse("/handovers", 303)

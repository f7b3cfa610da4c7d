"""Who waits for a person and who has one: the open requests, and closing one (转人工)."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import HandoverReader, Supervisor
from console.running import telling
from records import handovers

MOST_SHOWN = 100

router = APIRouter(prefix="/handovers")


@router.get("")
async def show(desk: HandoverReader, seen: str = "") -> Response:
    """Who waits longest first, with the last masked words; HTMX gets what changed since `seen`."""
    htmx = "hx-request" in desk.request.headers
    async with desk.change() as db:
        found, total = await handovers.waiting(db, MOST_SHOWN)
        shown = len(found)
        await desk.watch(db, "see_handovers", "handovers", always=not htmx, shown=shown)
    now = desk.now
    minutes = [round((now - one.opened_at).total_seconds()) // 60 for one in found]
    mark = hashlib.sha256(repr((found, total, minutes)).encode()).hexdigest()[:16]
    if htmx and seen == mark:
        return Response(status_code=204)
    return await desk.page(
        "handovers_list.html" if htmx else "handovers.html",
        waits=[one for one in found if one.taken_by is None],
        mine=[one for one in found if one.taken_by == desk.me],
        others=[one for one in found if one.taken_by not in (None, desk.me)],
        more=total - len(found),
        now=now,
        mark=mark,
    )


@router.post("/close")
async def close(desk: Supervisor) -> Response:
    """Say that somebody has spoken with them; the conversation is told so."""
    now = desk.now
    async with desk.change() as db:
        closed = await handovers.close(db, desk.whole("number"), now)
        await telling.gone(db, desk, closed, "closed", now)
        waited = round((now - closed.opened_at).total_seconds())
        told = telling.talked(desk, closed, now)
        what = f"handover:{closed.id}"
        await desk.note(db, "close_handover", what, waited_seconds=waited, **told)
    return RedirectResponse("/handovers", 303)

"""The first page: what waits for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from console.doors import CHINA, Reader
from records import handovers
from records.questions import clusters
from records.staff import entries, snapshots
from records.staff.entries import Wish

SOON = timedelta(days=60)
SHOWN = 8
MOST_COUNTED = 100

router = APIRouter()


@router.get("/")
async def home(desk: Reader) -> Response:
    """What is in review, approved, about to end."""
    soon = desk.now.astimezone(CHINA).date() + SOON
    async with desk.parts.database.connect() as db:
        counts = await entries.counts(db)
        lists = {
            state: await entries.search(db, Wish("", state=state, size=SHOWN))
            for state in ("in_review", "approved", "draft")
        }
        expiring = await entries.search(db, Wish("", expires_before=soon, size=SHOWN))
        newest = await snapshots.newest(db)
        questions = (await clusters.counts(db)).get("open", 0)
        found, _ = await handovers.waiting(db, MOST_COUNTED)
    values: dict[str, Any] = {
        "counts": counts,
        "lists": lists,
        "expiring": expiring,
        "soon": soon,
        "newest": newest,
        "questions": questions,
        "persons": sum(one.taken_by is None for one in found),
        "known": desk.parts.library.now(),
    }
    return await desk.page("home.html", **values)

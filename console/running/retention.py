"""What the next run of retention would remove; it removes nothing itself."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from console.doors import Reader
from records import retention
from records.privacy.settings import Times

router = APIRouter(prefix="/operations")


@router.get("/retention")
async def show(desk: Reader) -> Response:
    """Each rule with its time and how much is due."""
    times = Times()
    async with desk.parts.database.connect() as db:
        due = await retention.preview(db, times, desk.now)
    ages = {rule.name: rule.age for rule in retention.rules(times)}
    return await desk.page("retention.html", due=due, ages=ages, times=times)

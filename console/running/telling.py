"""What a citizen is told when somebody takes their request, leaves it or ends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.doors import Desk
from records import events
from records.events import Line
from records.handovers import Handover


async def here(db: AsyncConnection, desk: Desk, taken: Handover, now: datetime) -> None:
    """Somebody reads now what the citizen writes."""
    await _tell(db, desk, taken, "taken", "person_here", now)


async def gone(db: AsyncConnection, desk: Desk, had: Handover, why: str, now: datetime) -> None:
    """From now on the machine answers again."""
    await _tell(db, desk, had, why, "person_gone", now)


def talked(desk: Desk, had: Handover, now: datetime) -> dict[str, Any]:
    """For the audit log: how long somebody had it, and who, if it was not who ends that."""
    told: dict[str, Any] = {}
    if had.taken_at:
        told["talked_seconds"] = round((now - had.taken_at).total_seconds())
    if had.taken_by and had.taken_by != desk.me:
        told["taken_by"] = had.taken_by
    return told


async def _tell(
    db: AsyncConnection, desk: Desk, one: Handover, what: str, level: str, now: datetime
) -> None:
    said = desk.parts.writing.words["handovers"][what].format(ticket=one.id)
    line = Line(said, {"type": "notice", "level": level})
    await events.append(db, one.conversation, "system", [line], now)

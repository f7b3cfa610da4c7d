"""The audit log of the console, and whether it is whole."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import Response

from console.doors import LOG, Auditor
from records import audit

SHOWN = 100

router = APIRouter(prefix="/audit")


@router.get("")
async def show(desk: Auditor) -> Response:
    """The newest entries, or those before one."""
    async with desk.parts.database.connect() as db:
        head = await audit.anchor(db, LOG)
        last = head.seq if head else 0
        said = desk.request.query_params.get("before", "")
        before = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else last + 1
        found = await audit.read(db, LOG, after=max(0, before - 1 - SHOWN), most=SHOWN)
    shown = [entry for entry in reversed(found) if entry.seq < before]
    return await desk.page("audit.html", entries=shown, findings=None, last=last)


@router.post("/verify")
async def verify(desk: Auditor) -> Response:
    """Go through the whole chain."""
    async with desk.parts.database.connect() as db:
        await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        findings = await audit.verify(db, desk.parts.settings.audit_hash_key, LOG)
        head = await audit.anchor(db, LOG)
    last = head.seq if head else 0
    return await desk.page("audit.html", entries=[], findings=findings, last=last)

"""Takes the oldest entries off an audit log so that what stays is still a chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records import audit


async def forget_before(db: AsyncConnection, key: bytes, log: str, moment: datetime) -> int:
    """Remove the entries before `moment`; how many. The head remembers where the rest begins."""
    found = await db.execute(
        text("""
            SELECT seq, mac FROM audit_entries WHERE log = :log AND at < :moment
            ORDER BY seq DESC LIMIT 1
        """),
        {"log": log, "moment": moment},
    )
    last = found.first()
    if last is None:
        return 0
    head = await audit.locked_head(db, key, log, moment)
    moved = audit.sealed(key, replace(head, from_seq=last.seq, from_mac=bytes(last.mac)))
    await db.execute(text("SELECT set_config('wenbao.audit_retention', 'on', true)"))
    gone = await db.execute(
        text("DELETE FROM audit_entries WHERE log = :log AND seq <= :seq"),
        {"log": log, "seq": last.seq},
    )
    await db.execute(text("SELECT set_config('wenbao.audit_retention', 'off', true)"))
    await db.execute(
        text("""
            UPDATE audit_heads SET from_seq = :from_seq, from_mac = :from_mac, seal = :seal
            WHERE log = :log
        """),
        moved.__dict__,
    )
    return gone.rowcount

"""Consents: which notices a messenger's user lets us send when no answer may be sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from records.database import Connection


async def note(
    db: Connection, account: str, index: bytes, template: str, accepted: bool, now: datetime
) -> None:
    """The latest word on a template counts."""
    await db.execute(
        text("""
            INSERT INTO notice_consents (account, external_index, template, accepted, at)
            VALUES (:account, :index, :template, :accepted, :now)
            ON CONFLICT (account, external_index, template) DO UPDATE
            SET accepted = excluded.accepted, at = excluded.at
            WHERE notice_consents.at <= excluded.at
        """),
        {
            "account": account,
            "index": index,
            "template": template,
            "accepted": accepted,
            "now": now,
        },
    )


async def given(db: Connection, account: str, index: bytes, template: str) -> bool:
    """Whether the user lets us send this one."""
    found = await db.execute(
        text("""
            SELECT accepted FROM notice_consents
            WHERE account = :account AND external_index = :index AND template = :template
        """),
        {"account": account, "index": index, "template": template},
    )
    return bool(found.scalar())

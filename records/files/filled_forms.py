"""Filled forms: what a citizen entered into a form card, sealed until the action reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal, unseal


async def keep(
    db: Connection,
    key: Key,
    conversation: UUID,
    payload: str,
    fields: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep the fields; filling the form in again replaces them."""
    written = json.dumps(dict(fields), ensure_ascii=False)
    await db.execute(
        text("""
            INSERT INTO filled_forms (conversation, payload, sealed, at)
            VALUES (:conversation, :payload, :sealed, :now)
            ON CONFLICT (conversation, payload) DO UPDATE
            SET sealed = excluded.sealed, at = excluded.at
        """),
        {
            "conversation": conversation,
            "payload": payload,
            "sealed": seal(key, written, _place(conversation, payload)),
            "now": now,
        },
    )


async def latest(
    db: Connection, key: Key, conversation: UUID, payload: str
) -> dict[str, str] | None:
    """What was filled in last, if anything was."""
    found = await db.execute(
        text("""
            SELECT sealed FROM filled_forms
            WHERE conversation = :conversation AND payload = :payload
        """),
        {"conversation": conversation, "payload": payload},
    )
    row = found.first()
    if row is None:
        return None
    fields: dict[str, str] = json.loads(
        unseal(key, bytes(row.sealed), _place(conversation, payload))
    )
    return fields


async def shown(db: Connection, conversation: UUID, payload: str) -> dict[str, Any] | None:
    """The newest form card with this payload that this conversation was really shown."""
    found = await db.execute(
        text("""
            SELECT card FROM events
            WHERE conversation = :conversation AND "from" <> 'citizen'
                AND card ->> 'type' = 'form' AND card -> 'submit' ->> 'payload' = :payload
            ORDER BY seq DESC LIMIT 1
        """),
        {"conversation": conversation, "payload": payload},
    )
    row = found.first()
    card: dict[str, Any] | None = row.card if row else None
    return card


async def forget(db: Connection, conversation: UUID, payload: str) -> None:
    """The action has read them."""
    await db.execute(
        text("""
            DELETE FROM filled_forms WHERE conversation = :conversation AND payload = :payload
        """),
        {"conversation": conversation, "payload": payload},
    )


def _place(conversation: UUID, payload: str) -> str:
    return f"filled_forms.sealed:{conversation}/{payload}"

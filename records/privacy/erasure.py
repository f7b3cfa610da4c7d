"""Erases a person's data from every store, and leaves a receipt that names nobody.

The conversation in which that is asked for goes on, empty, so that it can show the receipt.
What the engine remembers is forgotten by the gateway, which finds the order in `erasures`.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records import conversations
from records.events import were_rewritten
from records.privacy import holdings
from records.privacy.holdings import Subject
from records.tables import delivery, talk

# These rows of the conversation that goes on are looked after by themselves below.
_KEPT_APART = ("messages", "events", "deliveries", "threads")


@dataclass(frozen=True)
class Receipt:
    """What was erased: rows by table. `kept` are cases that another agency works on."""

    number: str
    at: datetime
    counts: Mapping[str, int]
    kept: int


async def erase(db: AsyncConnection, subject: Subject, current: UUID, now: datetime) -> Receipt:
    """Erase in the caller's transaction; nobody else writes to these conversations meanwhile."""
    counts: Counter[str] = Counter()
    for conversation in sorted(subject.conversations):
        await conversations.lock(db, conversation)
    counts.update(await _counted(db, subject))
    for table, where in holdings.named_rows(subject):
        counts[table.name] += (await db.execute(delete(table).where(where))).rowcount
    table, where = holdings.audit_rows(subject)
    await db.execute(update(table).where(where).values(citizen=subject.who))
    for conversation in subject.conversations:
        if conversation != current:
            await conversations.erase(db, conversation, now)
            counts["conversations"] += 1
    await _empty(db, current, now)
    under_way, condition = holdings.cases_under_way(subject)
    kept = await db.execute(select(func.count()).select_from(under_way).where(condition))
    receipt = Receipt(
        f"{now:%Y%m%d}-{secrets.token_hex(4).upper()}",
        now,
        {name: many for name, many in sorted(counts.items()) if many},
        int(kept.scalar_one()),
    )
    await _keep(db, receipt)
    return receipt


async def _counted(db: AsyncConnection, subject: Subject) -> dict[str, int]:
    """What goes with the conversations."""
    counts = {}
    for table in holdings.of_conversations():
        where = table.columns["conversation"].in_(subject.conversations)
        found = await db.execute(select(func.count()).select_from(table).where(where))
        counts[table.name] = int(found.scalar_one())
    return counts


async def _empty(db: AsyncConnection, conversation: UUID, now: datetime) -> None:
    """Everything of the conversation but what is being answered just now, and the way back."""
    messages, events, deliveries = talk.messages, talk.events, delivery.deliveries
    answering = select(messages.c.id).where(
        messages.c.conversation == conversation, messages.c.answered_at.is_(None)
    )
    for table in reversed(holdings.of_conversations()):
        if table.name not in _KEPT_APART:
            column: Any = table.columns["conversation"]
            await db.execute(delete(table).where(column == conversation))
    await db.execute(
        delete(deliveries).where(
            deliveries.c.conversation == conversation, deliveries.c.settled_at.is_not(None)
        )
    )
    await db.execute(
        delete(events).where(
            events.c.conversation == conversation,
            or_(events.c.message.is_(None), events.c.message.not_in(answering)),
        )
    )
    await db.execute(
        delete(messages).where(
            messages.c.conversation == conversation, messages.c.answered_at.is_not(None)
        )
    )
    await were_rewritten(db, conversation)
    await db.execute(
        text("""
            INSERT INTO erasures (conversation, at) VALUES (:conversation, :now)
            ON CONFLICT (conversation) DO NOTHING
        """),
        {"conversation": conversation, "now": now},
    )


async def _keep(db: AsyncConnection, receipt: Receipt) -> None:
    await db.execute(
        text("""
            INSERT INTO erasure_receipts (number, at, counts)
            VALUES (:number, :at, CAST(:counts AS jsonb))
        """),
        {"number": receipt.number, "at": receipt.at, "counts": json.dumps(dict(receipt.counts))},
    )

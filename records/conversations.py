"""Conversations: one citizen's thread, opened with a token that only they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from records.database import Connection, text


@dataclass(frozen=True)
class Conversation:
    """A conversation that goes on, with what its site allows."""

    id: UUID
    site: str
    channel: str
    token_hash: bytes
    locale: str
    region: str | None
    origins: tuple[str, ...] = ()
    messages_per_minute: int | None = None


async def open_one(db: Connection, conversation: Conversation, now: datetime) -> None:
    """Keep a new conversation."""
    await db.execute(
        text("""
            INSERT INTO conversations (id, site, channel, token_hash, locale, region, created_at)
            VALUES (:id, :site, :channel, :token_hash, :locale, :region, :now)
        """),
        {
            "id": conversation.id,
            "site": conversation.site,
            "channel": conversation.channel,
            "token_hash": conversation.token_hash,
            "locale": conversation.locale,
            "region": conversation.region,
            "now": now,
        },
    )


async def find(db: Connection, conversation: UUID) -> Conversation | None:
    """The conversation with this id, unless it ended."""
    found = await db.execute(
        text("""
            SELECT id, site, channel, token_hash, locale, conversations.region, origins,
                messages_per_minute
            FROM conversations JOIN sites ON sites.key = site WHERE id = :id
        """),
        {"id": conversation},
    )
    row = found.first()
    if row is None:
        return None
    values = {**row._asdict(), "origins": tuple(row.origins), "token_hash": bytes(row.token_hash)}
    return Conversation(**values)


async def lock(db: Connection, conversation: UUID) -> bool:
    """Keep other writers out until the transaction ends; False when it is not there."""
    found = await db.execute(
        text("SELECT 1 FROM conversations WHERE id = :id FOR UPDATE"), {"id": conversation}
    )
    return found.first() is not None


async def is_in_messenger(db: Connection, conversation: UUID) -> bool:
    """Whether it is carried on in a messenger, which keeps a history of its own."""
    found = await db.execute(
        text("SELECT pushed FROM conversations WHERE id = :id"), {"id": conversation}
    )
    return bool(found.scalar())


async def erase(db: Connection, conversation: UUID, now: datetime) -> bool:
    """End it and wipe all that hangs on it but the audit rows; False when it was not there.

    An erasure stays behind until the engine has forgotten the conversation, too.
    """
    erased = await db.execute(
        text("""
            WITH gone AS (DELETE FROM conversations WHERE id = :id RETURNING id)
            INSERT INTO erasures (conversation, at) SELECT id, :now FROM gone
            ON CONFLICT (conversation) DO NOTHING
        """),
        {"id": conversation, "now": now},
    )
    return bool(erased.rowcount)


async def forget_at_engine(db: Connection, conversation: UUID, now: datetime) -> None:
    """Have the engine forget the conversation, which goes on with a blank memory."""
    await db.execute(
        text("""
            INSERT INTO erasures (conversation, at) VALUES (:conversation, :now)
            ON CONFLICT (conversation) DO NOTHING
        """),
        {"conversation": conversation, "now": now},
    )


async def erasures(db: Connection, most: int) -> list[UUID]:
    """Wiped conversations that the engine has still to forget, the oldest first."""
    found = await db.execute(
        text("SELECT conversation FROM erasures ORDER BY at LIMIT :most"), {"most": most}
    )
    return [row.conversation for row in found]


async def forgotten(db: Connection, conversation: UUID) -> None:
    """The engine has forgotten it."""
    await db.execute(text("DELETE FROM erasures WHERE conversation = :id"), {"id": conversation})

"""Threads: which conversation a messenger's user has with us. Their id there is never in clear."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import Connection
from records.vault import Key, blind, seal, unseal


@dataclass(frozen=True)
class Thread:
    """A user's active conversation at an account."""

    conversation: UUID
    account: str
    channel: str
    external: str = field(repr=False)  # who the user is at the provider
    window_left: int | None
    window_until: datetime | None


_COLUMNS = """
    SELECT conversation, account, channel_accounts.channel, sealed_external, window_left,
        window_until
    FROM threads JOIN channel_accounts ON channel_accounts.id = account
"""

_OPEN_CONVERSATION = """
    INSERT INTO conversations (id, site, channel, token_hash, locale, region, pushed, created_at)
    SELECT :conversation, site, channel, :token, coalesce(settings ->> 'locale', 'zh-CN'), region,
        true, :now
    FROM channel_accounts JOIN sites ON sites.key = site WHERE channel_accounts.id = :account
"""
_OPEN_THREAD = """
    INSERT INTO threads (conversation, account, external_index, sealed_external, opened_at)
    VALUES (:conversation, :account, :index, :external, :now)
    ON CONFLICT (account, external_index) WHERE ended_at IS NULL DO NOTHING
    RETURNING conversation
"""


def index_of(index_key: bytes, account: str, external: str) -> bytes:
    """What a user is found by: keyed, because ids there can be tried one by one."""
    return blind(index_key, f"threads {account}", external)


async def active(db: Connection, key: Key, account: str, index: bytes) -> Thread | None:
    """The conversation of the user with this index that goes on, if there is one."""
    found = await db.execute(
        text(
            _COLUMNS + "WHERE account = :account AND external_index = :index AND ended_at IS NULL"
        ),
        {"account": account, "index": index},
    )
    return _read(key, found.first())


async def of_conversation(db: Connection, key: Key, conversation: UUID) -> Thread | None:
    """Where a conversation is carried on, if it is at a messenger and goes on."""
    found = await db.execute(
        text(_COLUMNS + "WHERE conversation = :conversation AND ended_at IS NULL"),
        {"conversation": conversation},
    )
    return _read(key, found.first())


async def open_one(
    database: AsyncEngine,
    key: Key,
    account: str,
    external: str,
    index: bytes,
    now: datetime,
) -> bool:
    """Begin a conversation with a user; False when somebody else just did."""
    conversation = uuid4()
    given: dict[str, object] = {
        "conversation": conversation,
        "account": account,
        "index": index,
        "external": seal(key, external, _place(conversation)),
        "token": secrets.token_bytes(32),  # Nobody holds a token of it.
        "now": now,
    }
    async with database.connect() as db, db.begin() as transaction:
        await db.execute(text(_OPEN_CONVERSATION), given)
        opened = await db.execute(text(_OPEN_THREAD), given)
        if opened.first() is None:
            await transaction.rollback()
            return False
    return True


async def end(db: Connection, conversation: UUID, cause: str, now: datetime) -> None:
    """The user went away: nothing more is sent there, and coming back begins anew."""
    await db.execute(
        text("""
            WITH ended AS (
                UPDATE threads SET ended_at = :now
                WHERE conversation = :conversation AND ended_at IS NULL RETURNING conversation
            )
            UPDATE deliveries SET state = 'dropped', cause = :cause, settled_at = :now
            FROM ended WHERE deliveries.conversation = ended.conversation
                AND state IN ('waiting', 'parked')
        """),
        {"conversation": conversation, "cause": cause, "now": now},
    )


async def heard(
    db: Connection,
    conversation: UUID,
    window: tuple[int, timedelta] | None,
    now: datetime,
) -> None:
    """The user did something: what waited for that is due, and a window may open.

    The provider takes so many messages from now on; a window that lasts longer stays.
    """
    messages, lasts = window or (0, timedelta(0))
    await db.execute(
        text("""
            WITH opened AS (
                UPDATE threads SET window_left = :messages, window_until = :until
                WHERE conversation = :conversation AND :windowed
                    AND (window_until IS NULL OR window_until <= :until)
            )
            UPDATE deliveries SET state = 'waiting', settled_at = NULL, next_at = :now,
                attempts = 0, created_at = :now,
                bundle = CASE WHEN done = 0 THEN NULL ELSE bundle END
            WHERE conversation = :conversation AND state = 'parked'
        """),
        {
            "conversation": conversation,
            "messages": messages,
            "until": now + lasts,
            "windowed": window is not None,
            "now": now,
        },
    )


async def reserve(db: Connection, conversation: UUID, seconds: float) -> datetime | None:
    """Leave what comes next to a waiting request; the mark to give it back with."""
    reserved = await db.execute(
        text("""
            UPDATE threads SET reply_until = greatest(
                reply_until, clock_timestamp() + make_interval(secs => :seconds))
            WHERE conversation = :conversation AND ended_at IS NULL RETURNING reply_until
        """),
        {"conversation": conversation, "seconds": seconds},
    )
    until: datetime | None = reserved.scalar()
    return until


async def spend(db: Connection, conversation: UUID) -> None:
    """One message of the window is used."""
    await db.execute(
        text("""
            UPDATE threads SET window_left = greatest(window_left - 1, 0)
            WHERE conversation = :conversation
        """),
        {"conversation": conversation},
    )


async def close_window(db: Connection, conversation: UUID) -> None:
    """The provider takes nothing more until the user writes."""
    await db.execute(
        text("UPDATE threads SET window_left = 0 WHERE conversation = :conversation"),
        {"conversation": conversation},
    )


async def set_region(db: Connection, conversation: UUID, region: str) -> None:
    """The user said where they are."""
    await db.execute(
        text("UPDATE conversations SET region = :region WHERE id = :conversation"),
        {"conversation": conversation, "region": region},
    )


def _place(conversation: UUID) -> str:
    return f"threads.sealed_external:{conversation}"


def _read(key: Key, row: object) -> Thread | None:
    if row is None:
        return None
    values = dict(row._asdict())  # type: ignore[attr-defined]
    sealed = bytes(values.pop("sealed_external"))
    return Thread(**values, external=unseal(key, sealed, _place(values["conversation"])))

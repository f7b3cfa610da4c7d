"""Downloads: a file that waits, sealed, behind a link that expires."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal_bytes, unseal_bytes

LIFE = timedelta(minutes=15)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class File:
    """A file and what it is called."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Offered:
    """The link's token, which is kept nowhere, and its end."""

    token: str
    expires_at: datetime


async def offer(db: Connection, key: Key, conversation: UUID, file: File, now: datetime) -> Offered:
    """Keep a file for its citizen."""
    download, offered = uuid4(), Offered(secrets.token_urlsafe(TOKEN_BYTES), now + LIFE)
    await db.execute(
        text("""
            INSERT INTO downloads (id, token_hash, conversation, filename, media_type, sealed,
                created_at, expires_at)
            VALUES (:id, :token, :conversation, :name, :media_type, :sealed, :now, :expires_at)
        """),
        {
            "id": download,
            "token": _digest(offered.token),
            "conversation": conversation,
            "name": file.name,
            "media_type": file.media_type,
            "sealed": seal_bytes(key, file.content, _place(download)),
            "now": now,
            "expires_at": offered.expires_at,
        },
    )
    return offered


async def open_file(db: Connection, key: Key, token: str, now: datetime) -> File | None:
    """The file behind a link; None when it is unknown or too old."""
    found = await db.execute(
        text("""
            SELECT id, filename, media_type, sealed FROM downloads
            WHERE token_hash = :token AND expires_at > :now
        """),
        {"token": _digest(token), "now": now},
    )
    row = found.first()
    if row is None:
        return None
    content = unseal_bytes(key, bytes(row.sealed), _place(row.id))
    return File(row.filename, row.media_type, content)


async def close(db: Connection, conversation: UUID) -> int:
    """Close every link of a conversation for good; how many there were."""
    closed = await db.execute(
        text("DELETE FROM downloads WHERE conversation = :id"), {"id": conversation}
    )
    return int(closed.rowcount)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _place(download: UUID) -> str:
    return f"downloads.sealed:{download}"

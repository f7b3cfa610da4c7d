"""Link attempts: a one-time link from the chat, proven to be opened by the chat's own user.

Sent into a conversation; opened in one browser; proven by the messenger itself or by a code;
then the citizen signs in, looks at whom it will belong to, and says yes.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from records.database import Connection
from records.vault import blind

LIFE = timedelta(minutes=5)
# From being proven to saying yes: signing in takes its time.
LIFE_ONCE_PROVEN = timedelta(minutes=15)
TOKEN_BYTES = 24
MOST_CODE_TRIES = 5


def digest(token: str) -> bytes:
    """What is kept of a secret of ours; they are random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def code_digest(index_key: bytes, conversation: UUID, code: str) -> bytes:
    """What is kept of a six-digit code: keyed, because there are only a million."""
    return blind(index_key, f"link code {conversation}", code)


async def begin(db: Connection, conversation: UUID, now: datetime) -> str:
    """A new link's token; those before it stop working."""
    await db.execute(
        text("DELETE FROM link_attempts WHERE conversation = :conversation AND opened_at IS NULL"),
        {"conversation": conversation},
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await db.execute(
        text("""
            INSERT INTO link_attempts (link_hash, conversation, expires_at)
            VALUES (:link, :conversation, :expires_at)
        """),
        {"link": digest(token), "conversation": conversation, "expires_at": now + LIFE},
    )
    return token


async def open_link(
    db: Connection, token: str, browser: str, state: str, code_hash: bytes | None, now: datetime
) -> UUID | None:
    """Use the link, once, and bind it to the browser; its conversation, or None."""
    opened = await db.execute(
        text("""
            UPDATE link_attempts SET opened_at = :now, browser_hash = :browser, state = :state,
                code_hash = :code
            WHERE link_hash = :link AND opened_at IS NULL AND expires_at > :now
            RETURNING conversation
        """),
        {
            "link": digest(token),
            "browser": digest(browser),
            "state": digest(state),
            "code": code_hash,
            "now": now,
        },
    )
    found: UUID | None = opened.scalar()
    return found


async def conversation_of(db: Connection, token: str, now: datetime) -> UUID | None:
    """Whose link this is, if it can still be used; this does not use it."""
    found = await db.execute(
        text("""
            SELECT conversation FROM link_attempts
            WHERE link_hash = :link AND opened_at IS NULL AND expires_at > :now
        """),
        {"link": digest(token), "now": now},
    )
    conversation: UUID | None = found.scalar()
    return conversation


async def opened_by(db: Connection, state: str, browser: str, now: datetime) -> UUID | None:
    """The conversation whose link this browser opened and has yet to prove."""
    found = await db.execute(
        text("""
            SELECT conversation FROM link_attempts
            WHERE state = :state AND browser_hash = :browser AND proven_at IS NULL
                AND expires_at > :now
        """),
        {"state": digest(state), "browser": digest(browser), "now": now},
    )
    conversation: UUID | None = found.scalar()
    return conversation


async def prove(db: Connection, state: str, now: datetime) -> bool:
    """The one who opened the link is the chat's user; True the first time."""
    proven = await db.execute(
        text("""
            UPDATE link_attempts SET proven_at = :now, expires_at = :until
            WHERE state = :state AND proven_at IS NULL AND expires_at > :now
            RETURNING conversation
        """),
        {"state": digest(state), "now": now, "until": now + LIFE_ONCE_PROVEN},
    )
    return proven.first() is not None


async def prove_by_code(
    db: Connection, conversation: UUID, code_hash: bytes, now: datetime
) -> bool | None:
    """Whether the code that came in the chat is the one in the browser; None: none is awaited."""
    tried = await db.execute(
        text("""
            UPDATE link_attempts SET code_tries = code_tries + 1,
                proven_at = CASE WHEN code_hash = :code THEN :now END,
                expires_at = CASE WHEN code_hash = :code THEN :until ELSE expires_at END
            WHERE conversation = :conversation AND code_hash IS NOT NULL AND proven_at IS NULL
                AND expires_at > :now AND code_tries < :most
            RETURNING proven_at IS NOT NULL AS proven
        """),
        {
            "conversation": conversation,
            "code": code_hash,
            "now": now,
            "until": now + LIFE_ONCE_PROVEN,
            "most": MOST_CODE_TRIES,
        },
    )
    rows = tried.all()
    return any(row.proven for row in rows) if rows else None


async def proven_for(db: Connection, state: str, browser: str, now: datetime) -> UUID | None:
    """The conversation that this browser has proven to belong to, until it is finished."""
    found = await db.execute(
        text("""
            SELECT conversation FROM link_attempts
            WHERE state = :state AND browser_hash = :browser AND proven_at IS NOT NULL
                AND finished_at IS NULL AND expires_at > :now
        """),
        {"state": digest(state), "browser": digest(browser), "now": now},
    )
    conversation: UUID | None = found.scalar()
    return conversation


async def finish(db: Connection, state: str, browser: str, now: datetime) -> UUID | None:
    """The citizen decided; the conversation, the first time only."""
    finished = await db.execute(
        text("""
            UPDATE link_attempts SET finished_at = :now
            WHERE state = :state AND browser_hash = :browser AND proven_at IS NOT NULL
                AND finished_at IS NULL AND expires_at > :now
            RETURNING conversation
        """),
        {"state": digest(state), "browser": digest(browser), "now": now},
    )
    conversation: UUID | None = finished.scalar()
    return conversation

"""Sign-in attempts: a one-time link, bound to one conversation and then to one browser."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.vault import Key, seal, unseal

LIFE = timedelta(minutes=5)
TOKEN_BYTES = 32


class LinkNotValid(Exception):
    """The link is unknown, used, or too old; or the browser is another one."""


class TooManyLinks(Exception):
    """The conversation asked for more links a minute than a person needs."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in whose browser is on its way to the identity provider."""

    conversation: UUID
    nonce: str
    verifier: str
    level: str | None = None  # that is needed, where it is above the usual one


def digest(token: str) -> bytes:
    """What is kept of a token: SHA-256, so that the table gives no working link away."""
    return hashlib.sha256(token.encode()).digest()


async def begin(
    db: AsyncConnection, conversation: UUID, now: datetime, most: int, level: str | None = None
) -> str:
    """A new link's token, for `level` at least.

    At most `most` a minute and conversation, whose row the caller locks.
    """
    await db.execute(
        text("""
            DELETE FROM sign_in_attempts
            WHERE conversation = :conversation AND expires_at <= :now
        """),
        {"conversation": conversation, "now": now},
    )
    recent = await db.execute(
        text("""
            SELECT count(*) FROM sign_in_attempts
            WHERE conversation = :conversation AND expires_at > :since
        """),
        {"conversation": conversation, "since": now + LIFE - timedelta(minutes=1)},
    )
    if int(recent.scalar_one()) >= most:
        raise TooManyLinks
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await db.execute(
        text("""
            INSERT INTO sign_in_attempts (link_hash, conversation, expires_at, level)
            VALUES (:link, :conversation, :expires_at, :level)
        """),
        {
            "link": digest(token),
            "conversation": conversation,
            "expires_at": now + LIFE,
            "level": level,
        },
    )
    return token


async def open_link(
    db: AsyncConnection,
    key: Key,
    token: str,
    browser: str,
    state: str,
    nonce: str,
    verifier: str,
    now: datetime,
) -> str | None:
    """Use the link, the first time only, bind it to the browser that opened it; its level."""
    opened = await db.execute(
        text("""
            UPDATE sign_in_attempts SET opened_at = :now, browser_hash = :browser,
                state = :state, nonce = :nonce, sealed_verifier = :verifier
            WHERE link_hash = :link AND opened_at IS NULL AND expires_at > :now
            RETURNING level
        """),
        {
            "now": now,
            "browser": digest(browser),
            "state": state,
            "nonce": nonce,
            "verifier": seal(key, verifier, f"sign_in_attempts.verifier:{state}"),
            "link": digest(token),
        },
    )
    row = opened.first()
    if row is None:
        raise LinkNotValid
    level: str | None = row.level
    return level


async def is_over(db: AsyncConnection, state: str, now: datetime) -> bool:
    """Whether the attempt that came back with `state` was taken before, or is too old."""
    found = await db.execute(
        text("""
            SELECT 1 FROM sign_in_attempts
            WHERE state = :state AND (finished_at IS NOT NULL OR expires_at <= :now)
        """),
        {"state": state, "now": now},
    )
    return found.first() is not None


async def finish(db: AsyncConnection, key: Key, state: str, browser: str, now: datetime) -> Attempt:
    """Take the attempt that came back with `state` in the same browser; once."""
    taken = await db.execute(
        text("""
            UPDATE sign_in_attempts SET finished_at = :now
            WHERE state = :state AND browser_hash = :browser AND finished_at IS NULL
                AND expires_at > :now
            RETURNING conversation, nonce, sealed_verifier, level
        """),
        {"now": now, "state": state, "browser": digest(browser)},
    )
    row = taken.first()
    if row is None:
        raise LinkNotValid
    verifier = unseal(key, bytes(row.sealed_verifier), f"sign_in_attempts.verifier:{state}")
    return Attempt(row.conversation, row.nonce, verifier, row.level)

"""Tokens that a provider gave one account, fetched by one gateway and shared by all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.vault import Key, seal, unseal


@dataclass(frozen=True)
class Token:
    """What stands in for our secret in calls, and until when."""

    value: str = field(repr=False)
    expires_at: datetime
    fetched_at: datetime
    forced_at: datetime | None = None


async def lock(db: AsyncConnection, key: Key, account: str, now: datetime) -> Token | None:
    """Keep others from fetching until the transaction ends; the token that is there."""
    await db.execute(
        text("""
            INSERT INTO channel_tokens (account, expires_at, fetched_at)
            VALUES (:account, :now, :now) ON CONFLICT (account) DO NOTHING
        """),
        {"account": account, "now": now},
    )
    found = await db.execute(
        text("""
            SELECT sealed_token, expires_at, fetched_at, forced_at FROM channel_tokens
            WHERE account = :account FOR UPDATE
        """),
        {"account": account},
    )
    row = found.first()
    if row is None or row.sealed_token is None:
        return None
    value = unseal(key, bytes(row.sealed_token), _place(account))
    return Token(value, row.expires_at, row.fetched_at, row.forced_at)


async def keep(db: AsyncConnection, key: Key, account: str, token: Token) -> None:
    """Share a new token."""
    await db.execute(
        text("""
            UPDATE channel_tokens SET sealed_token = :sealed, expires_at = :expires_at,
                fetched_at = :fetched_at, forced_at = :forced_at
            WHERE account = :account
        """),
        {
            "account": account,
            "sealed": seal(key, token.value, _place(account)),
            "expires_at": token.expires_at,
            "fetched_at": token.fetched_at,
            "forced_at": token.forced_at,
        },
    )


def _place(account: str) -> str:
    return f"channel_tokens.sealed_token:{account}"

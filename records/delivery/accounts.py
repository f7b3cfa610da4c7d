"""Accounts: ours at messengers, with their secrets sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal, unseal

# A provider may go on using what was valid before a rotation, for a while.
EARLIER_HOLDS = timedelta(minutes=15)


class AccountKnown(Exception):
    """There is an account with this id."""


class UnknownAccount(LookupError):
    """There is no account with this id."""


@dataclass(frozen=True)
class Account:
    """An account; `secrets` are what the provider and we prove ourselves with."""

    id: str
    channel: str
    name: str
    site: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    earlier: Mapping[str, str] | None = field(default=None, repr=False)
    enabled: bool = True


async def add(db: Connection, key: Key, account: Account, now: datetime) -> None:
    """Keep a new account."""
    added = await db.execute(
        text("""
            INSERT INTO channel_accounts (id, channel, name, site, settings, sealed_secrets,
                enabled, updated_at)
            VALUES (:id, :channel, :name, :site, CAST(:settings AS jsonb), :secrets,
                :enabled, :now)
            ON CONFLICT (id) DO NOTHING RETURNING id
        """),
        {
            "id": account.id,
            "channel": account.channel,
            "name": account.name,
            "site": account.site,
            "settings": json.dumps(dict(account.settings), ensure_ascii=False),
            "secrets": _sealed(key, account.id, account.secrets),
            "enabled": account.enabled,
            "now": now,
        },
    )
    if added.first() is None:
        raise AccountKnown(account.id)


async def rotate(
    db: Connection, key: Key, account: str, secrets: Mapping[str, str], now: datetime
) -> None:
    """Replace the secrets; the ones before stay valid for incoming calls for a while."""
    changed = await db.execute(
        text("""
            UPDATE channel_accounts SET sealed_earlier = sealed_secrets, earlier_until = :until,
                sealed_secrets = :secrets, updated_at = :now
            WHERE id = :id RETURNING id
        """),
        {
            "id": account,
            "secrets": _sealed(key, account, secrets),
            "until": now + EARLIER_HOLDS,
            "now": now,
        },
    )
    if changed.first() is None:
        raise UnknownAccount(account)
    await db.execute(text("DELETE FROM channel_tokens WHERE account = :id"), {"id": account})


async def change(
    db: Connection, account: str, *, settings: Mapping[str, Any] | None, enabled: bool | None,
    now: datetime,
) -> None:  # fmt: skip
    """Change what anyone may see of it; None leaves as it is."""
    changed = await db.execute(
        text("""
            UPDATE channel_accounts SET updated_at = :now,
                settings = coalesce(CAST(:settings AS jsonb), settings),
                enabled = coalesce(CAST(:enabled AS boolean), enabled)
            WHERE id = :id RETURNING id
        """),
        {
            "id": account,
            "settings": None if settings is None else json.dumps(dict(settings)),
            "enabled": enabled,
            "now": now,
        },
    )
    if changed.first() is None:
        raise UnknownAccount(account)


async def stamp(db: Connection) -> tuple[int, datetime | None]:
    """Something that changes whenever an account does."""
    found = await db.execute(
        text("SELECT count(*) AS many, max(updated_at) AS latest FROM channel_accounts"), {}
    )
    row = found.first()
    return (row.many, row.latest) if row else (0, None)


async def listed(db: Connection, key: Key, now: datetime) -> list[Account]:
    """Every account."""
    found = await db.execute(
        text("""
            SELECT id, channel, name, site, settings, sealed_secrets, enabled,
                CASE WHEN earlier_until > :now THEN sealed_earlier END AS sealed_earlier
            FROM channel_accounts ORDER BY id
        """),
        {"now": now},
    )
    return [
        Account(
            id=row.id,
            channel=row.channel,
            name=row.name,
            site=row.site,
            settings=row.settings,
            secrets=_opened(key, row.id, row.sealed_secrets),
            earlier=_opened(key, row.id, row.sealed_earlier) if row.sealed_earlier else None,
            enabled=row.enabled,
        )
        for row in found
    ]


def _place(account: str) -> str:
    return f"channel_accounts.sealed_secrets:{account}"


def _sealed(key: Key, account: str, secrets: Mapping[str, str]) -> bytes:
    return seal(key, json.dumps(dict(secrets), sort_keys=True), _place(account))


def _opened(key: Key, account: str, sealed: Any) -> dict[str, str]:
    secrets: dict[str, str] = json.loads(unseal(key, bytes(sealed), _place(account)))
    return secrets

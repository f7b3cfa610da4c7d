"""Links: that a chat account belongs to a citizen. They identify and never authenticate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal, unseal

# A link that nobody used for so long is over.
IDLE = timedelta(days=90)


@dataclass(frozen=True)
class Link:
    """Who a chat account belongs to."""

    citizen: str
    name: str
    acr: str
    linked_at: datetime


async def keep(
    db: Connection, key: Key, account: str, index: bytes, link: Link, now: datetime
) -> None:
    """Link the chat account; what it was linked to before is over."""
    await end(db, account, index, "replaced", now)
    await db.execute(
        text("""
            INSERT INTO links (account, external_index, citizen, sealed_name, acr, linked_at,
                used_at)
            VALUES (:account, :index, :citizen, :name, :acr, :now, :now)
            ON CONFLICT (account, external_index) WHERE ended_at IS NULL DO UPDATE
            SET citizen = excluded.citizen, sealed_name = excluded.sealed_name,
                acr = excluded.acr, linked_at = excluded.linked_at, used_at = excluded.used_at
        """),
        {
            "account": account,
            "index": index,
            "citizen": link.citizen,
            "name": seal(key, link.name, _place(account, index)),
            "acr": link.acr,
            "now": now,
        },
    )


async def find(db: Connection, key: Key, account: str, index: bytes, now: datetime) -> Link | None:
    """Who the chat account belongs to; looking keeps the link alive."""
    found = await db.execute(
        text("""
            UPDATE links SET used_at = :now
            WHERE account = :account AND external_index = :index AND ended_at IS NULL
                AND used_at > :since
            RETURNING citizen, sealed_name, acr, linked_at
        """),
        {"account": account, "index": index, "now": now, "since": now - IDLE},
    )
    row = found.first()
    if row is None:
        return None
    name = unseal(key, bytes(row.sealed_name), _place(account, index))
    return Link(row.citizen, name, row.acr, row.linked_at)


async def end(db: Connection, account: str, index: bytes, cause: str, now: datetime) -> bool:
    """Unlink the chat account; False when it was not linked."""
    ended = await db.execute(
        text("""
            UPDATE links SET ended_at = :now, cause = :cause
            WHERE account = :account AND external_index = :index AND ended_at IS NULL
            RETURNING id
        """),
        {"account": account, "index": index, "cause": cause, "now": now},
    )
    return ended.first() is not None


async def end_all(db: Connection, citizen: str, cause: str, now: datetime) -> int:
    """Unlink every chat account of a citizen, as when their password or phone changed."""
    ended = await db.execute(
        text("""
            UPDATE links SET ended_at = :now, cause = :cause
            WHERE citizen = :citizen AND ended_at IS NULL RETURNING id
        """),
        {"citizen": citizen, "cause": cause, "now": now},
    )
    return len(ended.all())


def _place(account: str, index: bytes) -> str:
    return f"links.sealed_name:{account}/{index.hex()}"

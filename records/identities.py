"""Identities: who is signed in to a conversation. At most one citizen in its whole life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import Connection, text
from records.vault import Key, seal, unseal

# docs/architecture.md, "Sessions": idle and absolute life of a citizen's sign-in.
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
# In a hall the next person may already be standing behind.
KIOSK_IDLE = timedelta(minutes=2)
KIOSK_ABSOLUTE = timedelta(minutes=10)
_KIOSK = """
    coalesce((SELECT (features ->> 'kiosk')::boolean FROM conversations
        JOIN sites ON sites.key = conversations.site
        WHERE conversations.id = :conversation), false)
"""


@dataclass(frozen=True)
class Identity:
    """A citizen as the identity provider vouched for them."""

    conversation: UUID
    citizen: str  # the provider's `sub`
    name: str
    id_number: str
    acr: str
    authenticated_at: datetime


class NotSignedIn(Exception):
    """Nobody is signed in, or not any more."""


class AnotherCitizen(Exception):
    """The conversation belongs to somebody else already."""


async def bind(db: AsyncConnection, key: Key, identity: Identity, now: datetime) -> None:
    """Sign the citizen in; the same citizen again renews, another one changes nothing."""
    place = f":{identity.conversation}"
    bound = await db.execute(
        text(f"""
            INSERT INTO identities (conversation, citizen, sealed_id_number, sealed_name, acr,
                authenticated_at, used_at, expires_at)
            VALUES (:conversation, :citizen, :id_number, :name, :acr, :authenticated_at, :now,
                CASE WHEN {_KIOSK} THEN :kiosk_expires_at ELSE :expires_at END)
            ON CONFLICT (conversation) DO UPDATE SET
                acr = excluded.acr, authenticated_at = excluded.authenticated_at,
                used_at = excluded.used_at, expires_at = excluded.expires_at,
                signed_out_at = NULL
            WHERE identities.citizen = excluded.citizen
        """),  # noqa: S608 - only our own constant is put in
        {
            "conversation": identity.conversation,
            "citizen": identity.citizen,
            "id_number": seal(key, identity.id_number, "identities.id_number" + place),
            "name": seal(key, identity.name, "identities.name" + place),
            "acr": identity.acr,
            "authenticated_at": identity.authenticated_at,
            "now": now,
            "expires_at": now + ABSOLUTE,
            "kiosk_expires_at": now + KIOSK_ABSOLUTE,
        },
    )
    if not bound.rowcount:
        raise AnotherCitizen


async def signed_in(db: Connection, key: Key, conversation: UUID, now: datetime) -> Identity:
    """The citizen of this conversation, who is thereby active; else `NotSignedIn`."""
    found = await db.execute(
        text(f"""
            UPDATE identities SET used_at = :now
            WHERE conversation = :conversation AND signed_out_at IS NULL AND expires_at > :now
                AND used_at > CASE WHEN {_KIOSK} THEN :kiosk_idle_since ELSE :idle_since END
            RETURNING citizen, sealed_id_number, sealed_name, acr, authenticated_at
        """),  # noqa: S608 - only our own constant is put in
        {
            "conversation": conversation,
            "now": now,
            "idle_since": now - IDLE,
            "kiosk_idle_since": now - KIOSK_IDLE,
        },
    )
    row = found.first()
    if row is None:
        raise NotSignedIn
    place = f":{conversation}"
    return Identity(
        conversation=conversation,
        citizen=row.citizen,
        name=unseal(key, bytes(row.sealed_name), "identities.name" + place),
        id_number=unseal(key, bytes(row.sealed_id_number), "identities.id_number" + place),
        acr=row.acr,
        authenticated_at=row.authenticated_at,
    )


async def level(db: Connection, conversation: UUID, now: datetime) -> str | None:
    """How surely somebody is signed in, without counting as their doing; None for nobody."""
    found = await db.execute(
        text(f"""
            SELECT acr FROM identities
            WHERE conversation = :conversation AND signed_out_at IS NULL AND expires_at > :now
                AND used_at > CASE WHEN {_KIOSK} THEN :kiosk_idle_since ELSE :idle_since END
        """),  # noqa: S608 - only our own constant is put in
        {
            "conversation": conversation,
            "now": now,
            "idle_since": now - IDLE,
            "kiosk_idle_since": now - KIOSK_IDLE,
        },
    )
    row = found.first()
    return str(row.acr) if row else None


async def sign_out(db: AsyncConnection, conversation: UUID, now: datetime) -> bool:
    """End the sign-in, also one that is over by its age; False when there was none."""
    ended = await db.execute(
        text("""
            UPDATE identities SET signed_out_at = :now
            WHERE conversation = :conversation AND signed_out_at IS NULL
        """),
        {"conversation": conversation, "now": now},
    )
    return bool(ended.rowcount)


async def sign_out_everywhere(db: AsyncConnection, citizen: str, now: datetime) -> dict[UUID, bool]:
    """End every sign-in of a citizen; by conversation, whether it was not over by its age.

    Their rows are locked first, as everywhere, so that a sign-in beside it cannot deadlock.
    """
    ended = await db.execute(
        text("""
            WITH held AS (
                SELECT id FROM conversations JOIN identities ON conversation = id
                WHERE citizen = :citizen AND signed_out_at IS NULL
                ORDER BY id FOR UPDATE OF conversations
            )
            UPDATE identities SET signed_out_at = :now FROM held
            WHERE conversation = held.id AND signed_out_at IS NULL
            RETURNING conversation, expires_at > :now AS good
        """),
        {"citizen": citizen, "now": now},
    )
    return {row.conversation: row.good for row in ended}

"""Phones: which citizen proved to hold which telephone, so that a code can sign them in.

Only who was signed in with the identity provider may register one; one phone each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, reference, seal, unseal

# Numbers are given to other people after a while: then it has to be proven anew.
LIFE = timedelta(days=180)


@dataclass(frozen=True)
class Holder:
    """The citizen who holds a phone."""

    citizen: str  # the provider's `sub`
    name: str
    id_number: str


class NobodyHolds(Exception):
    """No citizen is known by this phone."""


async def register(
    db: Connection, key: Key, index_key: bytes, phone_index: bytes, holder: Holder, now: datetime
) -> None:
    """Keep who holds the phone; the citizen's older phone and the phone's older holder go."""
    who = reference(index_key, holder.citizen)
    await db.execute(
        text("DELETE FROM phones WHERE citizen = :citizen OR phone_index = :index"),
        {"citizen": who, "index": phone_index},
    )
    await db.execute(
        text("""
            INSERT INTO phones (phone_index, citizen, sealed_citizen, sealed_name,
                sealed_id_number, registered_at)
            VALUES (:index, :citizen, :sub, :name, :id_number, :now)
        """),
        {
            "index": phone_index,
            "citizen": who,
            "sub": seal(key, holder.citizen, _place(phone_index, "citizen")),
            "name": seal(key, holder.name, _place(phone_index, "name")),
            "id_number": seal(key, holder.id_number, _place(phone_index, "id_number")),
            "now": now,
        },
    )


async def holder(db: Connection, key: Key, phone_index: bytes, now: datetime) -> Holder:
    """Who holds the phone; else `NobodyHolds`."""
    found = await db.execute(
        text("""
            SELECT sealed_citizen, sealed_name, sealed_id_number FROM phones
            WHERE phone_index = :index AND registered_at > :since
        """),
        {"index": phone_index, "since": now - LIFE},
    )
    row = found.first()
    if row is None:
        raise NobodyHolds
    return Holder(
        unseal(key, bytes(row.sealed_citizen), _place(phone_index, "citizen")),
        unseal(key, bytes(row.sealed_name), _place(phone_index, "name")),
        unseal(key, bytes(row.sealed_id_number), _place(phone_index, "id_number")),
    )


async def is_held(db: Connection, phone_index: bytes, now: datetime) -> bool:
    """Whether somebody is known by this phone."""
    found = await db.execute(
        text("SELECT 1 FROM phones WHERE phone_index = :index AND registered_at > :since"),
        {"index": phone_index, "since": now - LIFE},
    )
    return found.first() is not None


def _place(phone_index: bytes, field: str) -> str:
    return f"phones.sealed_{field}:{phone_index.hex()}"

"""Authorisations: that a citizen lets somebody else see their record (子女代查), for a time.

Given by the citizen concerned alone, named to one person by ID number, seen and revoked by the
citizen at any time. Revoked or over, it opens nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal, unseal

DELEGATE = "id_number"  # the field of the blind index


class NotAuthorised(Exception):
    """There is no such authorisation for this person, service and moment."""


@dataclass(frozen=True)
class Grant:
    """Who lets whom see what, until when."""

    citizen: str  # reference of whose record it is
    name: str
    id_number: str
    delegate: str  # the other's name
    services: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class Authorisation:
    """One that was given."""

    id: UUID
    name: str  # whose record it is
    id_number: str
    delegate: str
    services: tuple[str, ...]
    given_at: datetime
    expires_at: datetime
    looked: int = 0  # how often the other looked
    last_at: datetime | None = None


async def give(
    db: Connection, key: Key, grant: Grant, delegate_index: bytes, now: datetime
) -> UUID:
    """Keep it; an older one for the same person is over."""
    await db.execute(
        text("""
            UPDATE authorisations SET revoked_at = :now
            WHERE citizen = :citizen AND delegate_index = :index AND revoked_at IS NULL
        """),
        {"citizen": grant.citizen, "index": delegate_index, "now": now},
    )
    number = uuid4()
    await db.execute(
        text("""
            INSERT INTO authorisations (id, citizen, delegate_index, sealed_delegate, sealed_name,
                sealed_id_number, services, given_at, expires_at)
            VALUES (:id, :citizen, :index, :delegate, :name, :id_number, :services, :now, :until)
        """),
        {
            "id": number,
            "citizen": grant.citizen,
            "index": delegate_index,
            "delegate": seal(key, grant.delegate, _place(number, "delegate")),
            "name": seal(key, grant.name, _place(number, "name")),
            "id_number": seal(key, grant.id_number, _place(number, "id_number")),
            "services": list(grant.services),
            "now": now,
            "until": grant.expires_at,
        },
    )
    return number


async def given(db: Connection, key: Key, citizen: str, now: datetime) -> list[Authorisation]:
    """Those of a citizen that hold now, with how often they were used."""
    return await _read(db, key, "citizen = :who", {"who": citizen, "now": now})


async def held(
    db: Connection, key: Key, delegate_index: bytes, now: datetime
) -> list[Authorisation]:
    """Those that let this person see somebody's record now."""
    return await _read(db, key, "delegate_index = :who", {"who": delegate_index, "now": now})


async def use(
    db: Connection, key: Key, number: UUID, delegate_index: bytes, service: str, now: datetime
) -> Authorisation:
    """The authorisation, which is thereby used and seen to be used; else `NotAuthorised`."""
    found = await _read(
        db,
        key,
        "delegate_index = :who AND id = :id AND :service = ANY(services)",
        {"who": delegate_index, "id": number, "service": service, "now": now},
    )
    if not found:
        raise NotAuthorised
    await db.execute(
        text("""
            INSERT INTO authorised_lookups (authorisation, service, at)
            VALUES (:id, :service, :now)
        """),
        {"id": number, "service": service, "now": now},
    )
    return found[0]


async def revoke(db: Connection, citizen: str, number: UUID, now: datetime) -> bool:
    """End one of the citizen's own; False when it was none or over."""
    ended = await db.execute(
        text("""
            UPDATE authorisations SET revoked_at = :now
            WHERE id = :id AND citizen = :citizen AND revoked_at IS NULL AND expires_at > :now
            RETURNING id
        """),
        {"id": number, "citizen": citizen, "now": now},
    )
    return ended.first() is not None


async def _read(
    db: Connection, key: Key, condition: str, values: dict[str, object]
) -> list[Authorisation]:
    found = await db.execute(
        text(f"""
            SELECT id, sealed_delegate, sealed_name, sealed_id_number, services, given_at,
                expires_at, (SELECT count(*) FROM authorised_lookups
                    WHERE authorisation = authorisations.id) AS looked,
                (SELECT max(at) FROM authorised_lookups
                    WHERE authorisation = authorisations.id) AS last_at
            FROM authorisations
            WHERE {condition} AND revoked_at IS NULL AND expires_at > :now ORDER BY given_at
        """),  # noqa: S608 - the condition is one of three above
        values,
    )
    return [
        Authorisation(
            id=row.id,
            name=unseal(key, bytes(row.sealed_name), _place(row.id, "name")),
            id_number=unseal(key, bytes(row.sealed_id_number), _place(row.id, "id_number")),
            delegate=unseal(key, bytes(row.sealed_delegate), _place(row.id, "delegate")),
            services=tuple(row.services),
            given_at=row.given_at,
            expires_at=row.expires_at,
            looked=int(row.looked),
            last_at=row.last_at,
        )
        for row in found
    ]


def _place(number: UUID, field: str) -> str:
    return f"authorisations.sealed_{field}:{number}"

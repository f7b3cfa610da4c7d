"""Sessions of staff and their ways to the identity provider; secrets are kept as hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# GB/T 22239-2019, level 3, and ASVS 7.3 for staff with two factors.
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
TRIP = timedelta(minutes=10)


class NoTrip(Exception):
    """Nobody is on this way, it took too long, or another browser came back."""


@dataclass(frozen=True)
class Person:
    """A member of staff with the roles of the moment they signed in."""

    id: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Session:
    """An open session."""

    person: Person
    csrf: str


@dataclass(frozen=True)
class Trip:
    """What has to come back from the provider."""

    nonce: str
    verifier: str


async def set_out(db: AsyncConnection, state: str, browser: str, trip: Trip, now: datetime) -> None:
    """Remember a way to the provider; old ones are forgotten."""
    await db.execute(text("DELETE FROM staff_trips WHERE at < :old"), {"old": now - TRIP})
    await db.execute(
        text("""
            INSERT INTO staff_trips (state_hash, browser_hash, nonce, verifier, at)
            VALUES (:state, :browser, :nonce, :verifier, :now)
        """),
        {"state": _hash(state), "browser": _hash(browser), **trip.__dict__, "now": now},
    )


async def come_back(db: AsyncConnection, state: str, browser: str, now: datetime) -> Trip:
    """Use a way up, once."""
    found = await db.execute(
        text("DELETE FROM staff_trips WHERE state_hash = :state RETURNING *"),
        {"state": _hash(state)},
    )
    row = found.first()
    if row is None or bytes(row.browser_hash) != _hash(browser) or row.at < now - TRIP:
        raise NoTrip
    return Trip(row.nonce, row.verifier)


async def open_session(
    db: AsyncConnection, token: str, csrf: str, person: Person, now: datetime
) -> None:
    """Sign somebody in; sessions that are over go."""
    await db.execute(
        text("""
            INSERT INTO staff (id, name, roles, seen_at) VALUES (:id, :name, :roles, :now)
            ON CONFLICT (id) DO UPDATE
            SET name = excluded.name, roles = excluded.roles, seen_at = excluded.seen_at
        """),
        {"id": person.id, "name": person.name, "roles": sorted(person.roles), "now": now},
    )
    await db.execute(
        text("DELETE FROM staff_sessions WHERE opened_at < :first OR used_at < :last"),
        {"first": now - ABSOLUTE, "last": now - IDLE},
    )
    await db.execute(
        text("""
            INSERT INTO staff_sessions (token_hash, staff, roles, csrf, opened_at, used_at)
            VALUES (:token, :staff, :roles, :csrf, :now, :now)
        """),
        {
            "token": _hash(token),
            "staff": person.id,
            "roles": sorted(person.roles),
            "csrf": csrf,
            "now": now,
        },
    )


async def use(db: AsyncConnection, token: str, now: datetime) -> Session | None:
    """The session of this token, which is used now; None when it is over."""
    found = await db.execute(
        text("""
            UPDATE staff_sessions s SET used_at = :now FROM staff p
            WHERE s.token_hash = :token AND p.id = s.staff
                AND s.opened_at > :first AND s.used_at > :last
            RETURNING p.id, p.name, s.roles, s.csrf
        """),
        {"token": _hash(token), "now": now, "first": now - ABSOLUTE, "last": now - IDLE},
    )
    row = found.first()
    return Session(Person(row.id, row.name, frozenset(row.roles)), row.csrf) if row else None


async def close(db: AsyncConnection, token: str) -> None:
    """Sign out."""
    await db.execute(
        text("DELETE FROM staff_sessions WHERE token_hash = :token"), {"token": _hash(token)}
    )


async def names(db: AsyncConnection) -> dict[str, str]:
    """What everybody is called."""
    found = await db.execute(text("SELECT id, name FROM staff"))
    return {row.id: row.name for row in found}


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

"""Codes by SMS: six digits for one conversation and purpose, five minutes, five tries, once.

Kept as an HMAC only, and counted for each phone and network address, also where nothing was
sent because nobody is known by that phone: from outside both look the same.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import Connection, text

LIFE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)  # between two codes for one phone
TRIES = 5
PHONE_A_DAY = 10
ADDRESS_AN_HOUR = 20
DIGITS = 6
# Rows are needed for counting; then retention takes them.
KEPT = timedelta(hours=24)


class TooManyCodes(Exception):
    """The phone or the address got enough codes for now."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many codes")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Wish:
    """Which conversation wants a code for what; phone and address as blind indexes."""

    conversation: UUID
    purpose: str
    phone_index: bytes
    address_index: bytes


@dataclass(frozen=True)
class Counted:
    """How many codes were asked for lately: for the telephone, and from the address."""

    phone: int
    address: int


def new_code() -> str:
    """Six digits that nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def mac(key: bytes, wish: Wish, code: str) -> bytes:
    """What is kept of a code: it fits this conversation, purpose and phone only."""
    place = f"{wish.conversation}:{wish.purpose}:{wish.phone_index.hex()}:{code}"
    return hmac.digest(key, place.encode(), "sha256")


async def counted(db: AsyncConnection, wish: Wish, now: datetime) -> Counted:
    """What was asked for so far, and by nobody else until the transaction ends.

    `TooManyCodes` where that is enough for now.
    """
    # Two requests at once must not both find room.
    for index in sorted((wish.phone_index, wish.address_index)):
        await db.execute(
            text("SELECT pg_advisory_xact_lock(:number)"),
            {"number": int.from_bytes(index[:8], "big", signed=True)},
        )
    found = await db.execute(
        text("""
            SELECT max(sent_at) FILTER (WHERE phone_index = :phone) AS last,
                count(*) FILTER (WHERE phone_index = :phone) AS phone,
                count(*) FILTER (WHERE address_index = :address AND sent_at > :hour) AS address
            FROM codes WHERE sent_at > :day AND (phone_index = :phone OR address_index = :address)
        """),
        {
            "phone": wish.phone_index,
            "address": wish.address_index,
            "day": now - timedelta(days=1),
            "hour": now - timedelta(hours=1),
        },
    )
    row = found.one()
    if row.phone >= PHONE_A_DAY or row.address >= ADDRESS_AN_HOUR:
        raise TooManyCodes(3600)
    if row.last is not None and row.last > now - PAUSE:
        raise TooManyCodes(int((row.last + PAUSE - now).total_seconds()) + 1)
    return Counted(row.phone, row.address)


async def keep(db: AsyncConnection, wish: Wish, code_mac: bytes | None, now: datetime) -> None:
    """Keep a code, or that none was sent; an older one of the conversation is over."""
    await counted(db, wish, now)
    await db.execute(
        text("""
            UPDATE codes SET ended_at = :now
            WHERE conversation = :conversation AND purpose = :purpose AND ended_at IS NULL
        """),
        {"conversation": wish.conversation, "purpose": wish.purpose, "now": now},
    )
    await db.execute(
        text("""
            INSERT INTO codes (conversation, purpose, phone_index, address_index, mac, sent_at,
                expires_at)
            VALUES (:conversation, :purpose, :phone, :address, :mac, :now, :expires_at)
        """),
        {
            "conversation": wish.conversation,
            "purpose": wish.purpose,
            "phone": wish.phone_index,
            "address": wish.address_index,
            "mac": code_mac,
            "now": now,
            "expires_at": now + LIFE,
        },
    )


async def check(
    db: Connection,
    conversation: UUID,
    purpose: str,
    expected: Callable[[bytes], bytes],
    now: datetime,
) -> bytes | None:
    """The phone's index if the code is right, which ends it; None counts as a try, so commit.

    `expected` makes the HMAC for a phone's index; whatever is missing, one is compared.
    """
    found = await db.execute(
        text("""
            SELECT id, phone_index, mac FROM codes
            WHERE conversation = :conversation AND purpose = :purpose
                AND ended_at IS NULL AND expires_at > :now AND tries < :tries
            ORDER BY id DESC LIMIT 1 FOR UPDATE
        """),
        {"conversation": conversation, "purpose": purpose, "now": now, "tries": TRIES},
    )
    row = found.first()
    phone = bytes(row.phone_index) if row else b""
    kept = bytes(row.mac) if row and row.mac is not None else bytes(32)
    right = hmac.compare_digest(kept, expected(phone))
    if row is None:
        return None
    await db.execute(
        text("""
            UPDATE codes SET tries = tries + 1,
                ended_at = CASE WHEN :over OR tries + 1 >= :most THEN :now END
            WHERE id = :id
        """),
        {"over": right, "most": TRIES, "now": now, "id": row.id},
    )
    return phone if right else None

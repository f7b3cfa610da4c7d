"""A gateway that sends codes, and a browser that asks for them and works for them."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.codes.provider import SmsFailed
from records import identities
from records.identities import Identity
from tests.conftest import Gateway, Talk

KEY = bytes(range(32))
PHONE, UNKNOWN = "13800001234", "13900005678"
_COPY = """
    INSERT INTO codes (conversation, purpose, phone_index, address_index, sent_at, expires_at)
    SELECT conversation, purpose, {places}, sent_at, expires_at
    FROM (SELECT * FROM codes ORDER BY id LIMIT 1) AS first, generate_series(1, :many)
"""
_SAME_PHONE = _COPY.format(places="phone_index, sha256(random()::text::bytea)")
_SAME_ADDRESS = _COPY.format(places="sha256(random()::text::bytea), address_index")


@dataclass
class HeardSms:
    """Keeps what would be sent."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    broken: bool = False

    async def send(self, phone: str, code: str, purpose: str) -> None:
        if self.broken:
            raise SmsFailed("away")
        self.sent.append((phone, code, purpose))


@dataclass
class Codes:
    """A gateway that sends codes, with one citizen whose phone is known."""

    gateway: Gateway
    sms: HeardSms
    database: AsyncEngine

    async def send(self, talk: Talk, phone: str = PHONE, purpose: str = "sign_in") -> Any:
        """As a browser does, which works where it has to."""
        refused = await self.ask(talk, phone, purpose)
        if refused.status_code != 428:
            return refused
        return await self.ask(talk, phone, purpose, done(refused.json()["work"]))

    async def ask(
        self,
        talk: Talk,
        phone: str = PHONE,
        purpose: str = "sign_in",
        work: dict[str, str] | None = None,
    ) -> Any:
        body = {"phone": phone, "purpose": purpose} | ({"work": work} if work else {})
        return await talk.http.post(talk.path + "/codes", json=body, headers=talk.headers)

    async def verify(self, talk: Talk, code: str, purpose: str = "sign_in") -> Any:
        return await talk.http.post(
            talk.path + "/codes/verify",
            json={"code": code, "purpose": purpose},
            headers=talk.headers,
        )

    async def code(self, many: int = 1) -> str:
        for _ in range(200):
            if len(self.sms.sent) >= many:
                return self.sms.sent[-1][1]
            await asyncio.sleep(0.01)
        raise AssertionError("no code came")

    async def execute(self, statement: str, **values: Any) -> Any:
        async with self.database.begin() as db:
            return await db.execute(text(statement), values)

    async def later(self, by: timedelta) -> None:
        """Let time pass for the codes that are there."""
        await self.execute(
            "UPDATE codes SET sent_at = sent_at - :by, expires_at = expires_at - :by", by=by
        )

    async def as_if(self, many: int, *, phone: bool = False) -> None:
        """As if so many more had been asked for: for this phone elsewhere, or from this address."""
        await self.execute(_SAME_PHONE if phone else _SAME_ADDRESS, many=many)

    async def level(self, talk: Talk) -> str | None:
        found = await self.execute(
            "SELECT acr FROM identities WHERE conversation = :id", id=talk.id
        )
        return found.scalar()

    async def sign_in(self, talk: Talk, acr: str, citizen: str = "sub-1") -> None:
        number = "31010119800101001X"
        identity = Identity(uuid.UUID(talk.id), citizen, "王芳", number, acr, datetime.now(UTC))
        async with self.database.begin() as db:
            await identities.bind(db, KEY, identity, datetime.now(UTC))


def done(work: dict[str, Any]) -> dict[str, str]:
    """The work, done."""
    begun = hashlib.sha256(f"{work['challenge']}:".encode())
    for number in itertools.count():
        tried = begun.copy()
        tried.update(str(number).encode())
        if int.from_bytes(tried.digest(), "big") >> (256 - work["bits"]) == 0:
            return {"challenge": work["challenge"], "ending": str(number)}
    raise AssertionError

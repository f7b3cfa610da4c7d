"""Erases again what citizens had erased after a backup was made and a restore brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records import audit
from records.audit import CITIZENS, Act
from records.backup.settings import Settings
from records.privacy.erasure import erase
from records.privacy.holdings import subject_of
from records.tables import person
from records.vault import Unsealable, reference, unseal


async def erase_again(
    database: AsyncEngine, settings: Settings, erased: Sequence[str], now: datetime
) -> int:
    """Erase those that the references name, and put that into the audit log; how many."""
    wanted, done = set(erased), 0
    async with database.begin() as db:
        for citizen, id_number in (await _known(db, settings)).items():
            who = reference(settings.index_hash_key, citizen)
            if who not in wanted:
                continue
            subject = await subject_of(db, citizen, id_number, settings.index_hash_key)
            # No conversation goes on: the receipt was shown when it was asked for.
            receipt = await erase(db, subject, uuid4(), now)
            act = Act(who, "erase", "own", {"receipt": receipt.number, "again": True})
            await audit.append(db, settings.audit_hash_key, CITIZENS, act, now)
            done += 1
    return done


async def _known(db: AsyncConnection, settings: Settings) -> dict[str, str]:
    """The citizens who signed in, with their numbers; empty where no key of ours opens them."""
    identities = person.identities
    found = await db.execute(
        select(identities.c.conversation, identities.c.citizen, identities.c.sealed_id_number)
    )
    known: dict[str, str] = {}
    for row in found.all():
        place = f"identities.id_number:{row.conversation}"
        try:
            known[row.citizen] = unseal(settings.key, bytes(row.sealed_id_number), place)
        except Unsealable:
            known.setdefault(row.citizen, "")
    return known

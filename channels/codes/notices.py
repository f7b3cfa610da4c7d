"""Notices by SMS begin with a code: only who holds a telephone can have them sent there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from channels import refusals
from channels.doors import Parts
from channels.messengers.frame.intake import find_thread
from records import sealed_values
from records.delivery import links, notices, threads
from records.delivery.accounts import Account
from records.delivery.links import Link
from records.identities import Identity
from records.sealed_values import SealedValue
from records.vault import reference, seal, unseal

KIND = "notice_phone"


def account_of(parts: Parts, site: str) -> Account:
    """The site's own account for notices; else `NoNotices`."""
    for account in parts.messengers.accounts.of(notices.CHANNEL):
        if account.site == site:
            return account
    raise refusals.NoNotices


async def remember(
    db: AsyncConnection, parts: Parts, conversation: UUID, index: bytes, phone: str, now: datetime
) -> None:
    """Keep the number sealed until its code comes; it goes with the conversation."""
    name = _name(index)
    sealed = seal(parts.settings.key, phone, sealed_values.place(conversation, name))
    await sealed_values.keep(db, conversation, [SealedValue(name, KIND, sealed)], now)


async def subscribe(
    db: AsyncConnection,
    parts: Parts,
    conversation: UUID,
    site: str,
    index: bytes,
    citizen: Identity,
    now: datetime,
) -> None:
    """From now on the citizen's news is told by SMS to this telephone, and to no other."""
    account, key, name = account_of(parts, site), parts.settings.key, _name(index)
    sealed = await sealed_values.find(db, conversation, name)
    if sealed is None:
        raise refusals.WrongCode
    phone = unseal(key, sealed, sealed_values.place(conversation, name))
    index_key = parts.settings.index_hash_key
    who = reference(index_key, citizen.citizen)
    await notices.end(db, who, "replaced", now)
    thread = await find_thread(parts, account, phone)
    link = Link(who, citizen.name, citizen.acr, now)
    at = threads.index_of(index_key, account.id, phone)
    await links.keep(db, key, thread.account, at, link, now)


def _name(index: bytes) -> str:
    return f"{KIND}:{index.hex()[:24]}"

"""How a message is kept: cleaned, masked, once per delivery, durable before it is acknowledged."""

from __future__ import annotations

import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels import masking
from channels.journey import forms
from channels.refusals import AnotherBody, EmptyText, NoConversation, TooLongText, UnknownChoice
from records import conversations, events, messages, sealed_values
from records.database import Connection, each_at_once
from records.delivery import replies
from records.events import Line
from records.files import filled_forms
from records.messages import Arrival
from records.sealed_values import SealedValue
from records.vault import Key, seal

LONGEST_TEXT = 500


@dataclass(frozen=True)
class Inbound:
    """What a channel took in: words of the citizen, or a choice that we offered."""

    channel: str
    conversation: UUID
    delivery: str
    text: str | None
    choice: str | None
    fields: Mapping[str, str] | None = None  # filled into the form of that choice


@dataclass(frozen=True)
class Kept:
    """The number of the event that shows it, and whether it came for the first time."""

    seq: int
    fresh: bool


class Inbox:
    """Holds the keys and the database."""

    def __init__(self, database: AsyncEngine, key: Key, index_key: bytes) -> None:
        self._database = database
        self._at_once = each_at_once(database)
        self._key = key
        self._index_key = index_key

    async def keep(self, inbound: Inbound) -> Kept:
        """Keep it; a delivery that came before with the same content is found again."""
        fingerprint = self._fingerprint(inbound)
        try:
            return Kept(await self._keep(inbound, fingerprint), fresh=True)
        except (IntegrityError, UniqueViolation):
            return Kept(await self._kept_before(inbound, fingerprint), fresh=False)

    async def keep_answered(self, inbound: Inbound, shown: str, lines: list[Line]) -> bool:
        """Keep a message and its answer at once; False when the delivery came before."""
        arrival = Arrival(
            conversation=inbound.conversation,
            delivery=inbound.delivery,
            fingerprint=self._fingerprint(inbound),
            sender="citizen",
            shown=shown,
            text=shown,
            choice=None,
        )
        now = datetime.now(UTC)
        async with self._database.begin() as db:
            if not await conversations.lock(db, inbound.conversation):
                raise NoConversation
            if await messages.known(db, inbound.conversation, inbound.delivery) is not None:
                return False
            await messages.keep(db, arrival, now)
            kept = await replies.progress(db, inbound.conversation, inbound.delivery)
            if kept is not None:
                await events.answer(db, inbound.conversation, kept.message, lines, "told", now)
        return True

    async def put(
        self, db: AsyncConnection, conversation: UUID, choice: str, delivery: str, shown: str
    ) -> None:
        """Keep a choice that the gateway makes itself, in the caller's transaction."""
        if not await conversations.lock(db, conversation):
            raise NoConversation
        if await messages.known(db, conversation, delivery) is not None:
            return
        fingerprint = hmac.digest(self._index_key, choice.encode(), "sha256")
        arrival = Arrival(conversation, delivery, fingerprint, "system", shown, shown, choice)
        await messages.keep(db, arrival, datetime.now(UTC))

    def _fingerprint(self, inbound: Inbound) -> bytes:
        """Keyed: a plain digest of a text that holds an ID number could be searched for it."""
        said = f"text:{inbound.text}" if inbound.choice is None else f"choice:{inbound.choice}"
        if inbound.fields is not None:
            said += json.dumps(dict(inbound.fields), sort_keys=True)
        return hmac.digest(self._index_key, said.encode("utf-8", "surrogatepass"), "sha256")

    async def _keep(self, inbound: Inbound, fingerprint: bytes) -> int:
        if inbound.fields is not None:
            return await self._keep_form(inbound, inbound.fields, fingerprint)
        words = None if inbound.text is None else legible(inbound.text)
        if words is not None and masking.find(words):
            async with self._database.begin() as db:
                masked = await self._masked(db, inbound.conversation, words)
                return await _insert(db, inbound, fingerprint, masked)
        async with self._at_once.connect() as db:
            shown = words if words is not None else await _title(db, inbound)
            return await _insert(db, inbound, fingerprint, shown)

    async def _keep_form(
        self, inbound: Inbound, fields: Mapping[str, str], fingerprint: bytes
    ) -> int:
        """The fields are sealed for the action; nobody else ever sees them."""
        choice, conversation = inbound.choice or "", inbound.conversation
        async with self._database.begin() as db:
            if not await conversations.lock(db, conversation):
                raise NoConversation
            card = await filled_forms.shown(db, conversation, choice) if is_plain(choice) else None
            if card is None:
                raise UnknownChoice
            seq = await _insert(db, inbound, fingerprint, str(card["submit"]["title"]))
            checked = forms.checked(card, fields)
            await filled_forms.keep(db, self._key, conversation, choice, checked, datetime.now(UTC))
            return seq

    async def _masked(self, db: AsyncConnection, conversation: UUID, words: str) -> str:
        """The text with placeholders; the numbers go into the vault."""
        if not await conversations.lock(db, conversation):
            raise NoConversation
        masked = masking.mask(words, await sealed_values.counts(db, conversation))
        sealed = [
            SealedValue(name, found.kind, self._sealed(conversation, name, found.value))
            for name, found in masked.values.items()
        ]
        await sealed_values.keep(db, conversation, sealed, datetime.now(UTC))
        return masked.text

    def _sealed(self, conversation: UUID, placeholder: str, value: str) -> bytes:
        return seal(self._key, value, sealed_values.place(conversation, placeholder))

    async def _kept_before(self, inbound: Inbound, fingerprint: bytes) -> int:
        async with self._at_once.connect() as db:
            known = await messages.known(db, inbound.conversation, inbound.delivery)
        if known is None:
            raise NoConversation
        if not hmac.compare_digest(known.fingerprint, fingerprint):
            raise AnotherBody
        return known.seq


def legible(text: str) -> str:
    """A citizen's words as we take them: 1 to 500 visible characters, no forged placeholders."""
    kept = clean(text)
    if not kept:
        raise EmptyText
    if len(kept) > LONGEST_TEXT:
        raise TooLongText
    return masking.without_spoofs(kept)


def clean(text: str) -> str:
    """Without control, formatting and broken characters; line ends become blanks."""
    return "".join(map(_character, text)).strip()


def is_plain(text: str) -> bool:
    """Whether nothing is in it that `clean` would take out; the rest cannot be ours anyway."""
    return clean(text) == text


def _character(character: str) -> str:
    if character in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


async def _insert(db: Connection, inbound: Inbound, fingerprint: bytes, shown: str) -> int:
    arrival = Arrival(
        conversation=inbound.conversation,
        delivery=inbound.delivery,
        fingerprint=fingerprint,
        sender="citizen",
        shown=shown,
        text=shown,
        choice=inbound.choice,
    )
    seq = await messages.keep(db, arrival, datetime.now(UTC))
    if seq is None:
        raise NoConversation
    return seq


async def _title(db: Connection, inbound: Inbound) -> str:
    choice = inbound.choice or ""
    title = await events.issued(db, inbound.conversation, choice) if is_plain(choice) else None
    if title is None:
        raise UnknownChoice
    return title

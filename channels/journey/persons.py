"""While one of the staff talks with a citizen the machine is silent, until somebody ends it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.knowledge.notices import (
    HIDDEN,
    PERSON_ENDED,
    PERSON_LEFT,
    SIGNED_OUT,
    SIGNED_OUT_IN_MESSENGER,
    Notice,
    Notices,
)
from channels.watch.metrics import Metrics
from records import audit, conversations, events
from records.audit import Act
from records.database import each_at_once
from records.desk import silence
from records.desk.silence import Alone, Left
from records.events import Line
from records.messages import Message
from records.privacy import leaving

LOG = "staff"  # the console's, where what was done with a request stands
ACTOR = "staff:system"  # as the console names what nobody of the staff did
GONE = {"type": "notice", "level": "person_gone"}
TAKEN_BACK_AT_ONCE = 100
_AROUND = " 　\t\"'“”‘’「」。.!！~～,，;；?？"


@dataclass(frozen=True)
class Words:
    """What is said beside a person, and what of the citizen's words is not for the person alone."""

    left: Notice  # the person is away: it waits again
    ended: Notice  # by the citizen
    signed_out: Notice
    signed_out_in_messenger: Notice
    hidden: Notice  # what stands for what was said before a sign-out
    endings: frozenset[str]
    sign_outs: frozenset[str]


@dataclass(frozen=True)
class Persons:
    """What is needed to stand back for a person, and to come back when they are gone."""

    database: AsyncEngine
    words: Words
    metrics: Metrics
    audit_key: bytes
    patience: timedelta  # with a person who says nothing

    async def hear(self, message: Message) -> Left | None:
        """Leave a message to the person, and heed what ends things; None when nobody is there."""
        now = datetime.now(UTC)
        said = tidied(message.text) if message.choice is None else ""
        async with self.database.begin() as db:
            left = await silence.leave_to_person(db, message.conversation, message.id, now)
            if left is not None and said in self.words.endings:
                await silence.end(db, left.number, now)
                line = _gone(self.words.ended, left.number)
                await events.append(db, message.conversation, "system", [line], now)
                await self._note(db, "finish_handover", left.number, {}, now)
            elif left is not None and said in self.words.sign_outs:
                await self._sign_out(db, message, now)
        return left

    async def _sign_out(self, db: AsyncConnection, message: Message, now: datetime) -> None:
        """The next in the hall must not be the citizen, whoever is there to answer."""
        talk, words = message.conversation, self.words
        if await leaving.leave(db, talk, words.hidden.text, now, message.id):
            elsewhere = await conversations.is_in_messenger(db, talk)
            told = words.signed_out_in_messenger if elsewhere else words.signed_out
            await events.append(db, talk, "system", [Line(told.text)], now)

    async def take_back(self) -> list[UUID]:
        """Come back to those whom their person left alone; their conversations."""
        now = datetime.now(UTC)
        async with each_at_once(self.database).connect() as db:
            many = await silence.count(db)
            alone = await silence.alone(db, now - self.patience, TAKEN_BACK_AT_ONCE)
        self.metrics.persons.labels("waiting").set(many.waiting)
        self.metrics.persons.labels("taken").set(many.taken)
        return [one.conversation for one in alone if await self._come_back(one, now)]

    async def _come_back(self, left: Alone, now: datetime) -> bool:
        waited = {"waited_seconds": round((now - left.since).total_seconds())}
        async with self.database.begin() as db:
            if not await silence.take_back(db, left, now - self.patience):
                return False
            line = _gone(self.words.left, left.number)
            await events.append(db, left.conversation, "system", [line], now)
            await self._note(db, "give_back_handover", left.number, waited, now)
        return True

    async def _note(
        self, db: AsyncConnection, act: str, number: int, fields: Mapping[str, int], now: datetime
    ) -> None:
        entry = Act(ACTOR, act, f"handover:{number}", fields)
        await audit.append(db, self.audit_key, LOG, entry, now)


def words_of(notices: Notices) -> Words:
    """The gateway's sentences; a missing one stops it at its start."""
    return Words(
        notices[PERSON_LEFT],
        notices[PERSON_ENDED],
        notices[SIGNED_OUT],
        notices[SIGNED_OUT_IN_MESSENGER],
        notices[HIDDEN],
        notices.endings,
        notices.sign_outs,
    )


def _gone(notice: Notice, number: int) -> Line:
    return Line(notice.text.format(number=number), GONE)


def tidied(words: str) -> str:
    """Words as they are compared: one width and case, without the marks around them."""
    return " ".join(unicodedata.normalize("NFKC", words).lower().strip(_AROUND).split())

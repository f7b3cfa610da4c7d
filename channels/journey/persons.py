"""While one of the staff talks with a citizen the machine is silent, until somebody ends it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.knowledge.notices import Notice
from channels.watch.metrics import Metrics
from records import audit, events
from records.audit import Act
from records.database import each_at_once
from records.desk import silence
from records.desk.silence import Alone, Left
from records.events import Line
from records.messages import Message

LOG = "staff"  # the console's, where what was done with a request stands
ACTOR = "system:gateway"
GONE = {"type": "notice", "level": "person_gone"}
TAKEN_BACK_AT_ONCE = 100
_AROUND = " 　\t\"'“”‘’「」。.!！~～,，;；?？"


@dataclass(frozen=True)
class Persons:
    """What is needed to stand back for a person, and to come back when they are gone."""

    database: AsyncEngine
    left: Notice  # the person is away: it waits again
    ended: Notice  # by the citizen
    endings: frozenset[str]  # the citizen's words for it
    metrics: Metrics
    audit_key: bytes
    patience: timedelta  # with a person who says nothing

    async def hear(self, message: Message) -> Left | None:
        """Leave a message to the person, or end it by those words; None when nobody is there."""
        now = datetime.now(UTC)
        async with self.database.begin() as db:
            left = await silence.leave_to_person(db, message.conversation, message.id, now)
            if left is not None and message.choice is None and tidied(message.text) in self.endings:
                await silence.end(db, left.number, now)
                line = _gone(self.ended, left.number)
                await events.append(db, message.conversation, "system", [line], now)
                await self._note(db, "finish_handover", left.number, {}, now)
        return left

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
            line = _gone(self.left, left.number)
            await events.append(db, left.conversation, "system", [line], now)
            await self._note(db, "give_back_handover", left.number, waited, now)
        return True

    async def _note(
        self, db: AsyncConnection, act: str, number: int, fields: Mapping[str, int], now: datetime
    ) -> None:
        entry = Act(ACTOR, act, f"handover:{number}", fields)
        await audit.append(db, self.audit_key, LOG, entry, now)


def _gone(notice: Notice, number: int) -> Line:
    return Line(notice.text.format(number=number), GONE)


def tidied(words: str) -> str:
    """Words as they are compared: one width and case, without the marks around them."""
    return " ".join(unicodedata.normalize("NFKC", words).lower().strip(_AROUND).split())

"""action_hand_over and _call_for_help: the way to a person, told even when all else is down."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from actions.knowledge.answers import Knowledge
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import handovers
from records.handovers import Handover

log = logging.getLogger(__name__)

# The telephone number must not wait for a database that does not answer.
DATABASE_SECONDS = 1.5
DISTRESS = "distress"


class HandOver(CitizenAction):
    """Notes the wish and says where people are."""

    action = "action_hand_over"
    sorry = "utter_hand_over"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """12333 and the windows; a ticket number when the wish could be noted."""
        knowledge = await self._parts.shelf.now()
        noted, before = await self._noted(turn)
        if turn.reads_english:
            return [_in_english(knowledge.in_english, noted, before)]
        shown = cards.handoff(knowledge.phrases, noted.id if noted else None, before)
        if noted is None:
            return [Reply("utter_hand_over", {}, shown)]
        values = {"ticket": str(noted.id)}
        if before is None:
            return [Reply("utter_hand_over_noted", values, shown)]
        if before == 0:
            return [Reply("utter_hand_over_next", values, shown)]
        return [Reply("utter_hand_over_queued", {**values, "before": str(before)}, shown)]

    async def _noted(self, turn: Turn) -> tuple[Handover | None, int | None]:
        """The request, and how many wait longer where that means anything."""
        if turn.conversation is None:
            return None, None
        reason, now = _reason(turn), self._parts.now()
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self._parts.database.begin() as db:
                opened = await handovers.request(db, turn.conversation, reason, turn.region, now)
                return opened, await handovers.before(db, opened, now)
        except (SQLAlchemyError, OSError, TimeoutError) as problem:
            log.warning("handover was not noted: %s", type(problem).__name__)
            return None, None


def _reason(turn: Turn) -> str:
    if turn.intent == DISTRESS:
        return handovers.URGENT
    return "unclear" if turn.unclear_turns else "asked"


class CallForHelp(CitizenAction):
    """Stands by who is in despair, and names the numbers to call where a life is in danger."""

    action = "action_call_for_help"
    sorry = "utter_emergency"

    def __init__(self, parts: Parts) -> None:
        """Nothing is needed of the parts: what must be said rests on none of them."""

    async def answer(self, turn: Turn) -> list[Reply]:
        """What is to be done first, in the language of who says it."""
        if turn.intent == DISTRESS:
            return [Reply("utter_distress_english" if turn.reads_english else "utter_distress")]
        return [Reply("utter_emergency_english" if turn.reads_english else "utter_emergency")]


def _in_english(knowledge: Knowledge, noted: Handover | None, before: int | None) -> Reply:
    shown = cards.handoff(knowledge.phrases, noted.id if noted else None, before)
    if noted is None:
        return Reply("utter_hand_over_english", {}, shown)
    return Reply("utter_hand_over_noted_english", {"ticket": str(noted.id)}, shown)

"""action_agree_to_look_ups, action_refuse_look_ups: whether registries may be asked."""

from __future__ import annotations

from actions.access.going_on import waiting
from actions.record.asking import CONSENT_VERSION, transaction, who_is_signed_in
from actions.record.refusals import ConsentFirst
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit, events
from records.database import Connection
from records.own import consents
from records.vault import reference

AGREE = "/agree_to_look_ups"


class AgreeToLookUps(CitizenAction):
    """Keeps the consent and goes on with what was wanted; who was not just asked is asked."""

    action = "action_agree_to_look_ups"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """What waited; else that the consent is noted, or the question in its full words."""
        parts, citizen = self._parts, await who_is_signed_in(self._parts, turn)
        who, now = reference(parts.index_key, citizen.citizen), parts.now()
        async with transaction(parts) as db:
            # Nobody agrees to what they were not just shown.
            if not await events.offered_last(db, citizen.conversation, AGREE):
                return await self._asked(db, who)
            await consents.give(
                db, who, consents.LOOK_UPS, CONSENT_VERSION, citizen.conversation, now
            )
            act = audit.Act(who, "consent", consents.LOOK_UPS, {"version": CONSENT_VERSION})
            await audit.append(db, parts.audit_key, audit.CITIZENS, act, now)
        go_on = waiting(turn.pending)
        if go_on is None:
            return [Reply("utter_consent_noted")]
        return await go_on(parts, turn)

    async def _asked(self, db: Connection, who: str) -> list[Reply]:
        """The question in its full words, unless there is a yes to it already."""
        if await consents.given(db, who, consents.LOOK_UPS, CONSENT_VERSION):
            return [Reply("utter_consent_noted")]
        raise ConsentFirst(await self._parts.shelf.now(), {})


class RefuseLookUps(CitizenAction):
    """Takes a consent back, or notes that there is none."""

    action = "action_refuse_look_ups"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """That nothing is asked."""
        parts, citizen = self._parts, await who_is_signed_in(self._parts, turn)
        who, now = reference(parts.index_key, citizen.citizen), parts.now()
        async with transaction(parts) as db:
            ended = await consents.withdraw(db, who, consents.LOOK_UPS, now)
            act = audit.Act(who, "refuse_consent", consents.LOOK_UPS, {"ended": ended})
            await audit.append(db, parts.audit_key, audit.CITIZENS, act, now)
        return [Reply("utter_consent_refused", {}, None, {"pending": None})]

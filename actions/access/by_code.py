"""The forms for a code by SMS: to sign in, to register a phone, to have notices sent there.

The fields go to the gateway's own calls (`submit.to`), never to the engine or to us.
"""

from __future__ import annotations

from actions.record.asking import assured, transaction
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.delivery import notices
from records.own.assurance import LET_OTHERS, VIEW
from records.vault import reference

REGISTER, NOTICES = "register_phone", "notices"
NOTIFY, STOP = "notify_by_sms", "stop_sms"
_PAYLOADS = {REGISTER: "/register_phone", NOTICES: "/notify_by_sms"}


class SignInByCode(CitizenAction):
    """The form for a telephone that was registered."""

    action = "action_sign_in_by_code"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form; what waits goes on waiting."""
        return [Reply("utter_sign_in_by_code", {}, await _form(self._parts, "sign_in"))]


class RegisterPhone(CitizenAction):
    """The form for a new telephone, for who is known surely enough."""

    action = "action_register_phone"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form."""
        return await ask_phone(self._parts, turn)


class NotifyBySms(CitizenAction):
    """The form for the telephone to which news of one's matters goes."""

    action = "action_notify_by_sms"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form."""
        return await ask_notice_phone(self._parts, turn)


class StopSms(CitizenAction):
    """No more notices by SMS."""

    action = "action_stop_sms"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Whether there was something to stop."""
        return await stop_sms(self._parts, turn)


async def stop_sms(parts: Parts, turn: Turn) -> list[Reply]:
    """End the citizen's notices."""
    citizen = await assured(parts, turn, VIEW, STOP)
    who = reference(parts.index_key, citizen.citizen)
    async with transaction(parts) as db:
        many = await notices.end(db, who, "asked", parts.now())
    return [Reply("utter_sms_stopped" if many else "utter_no_sms", {}, None, {"pending": None})]


async def ask_notice_phone(parts: Parts, turn: Turn) -> list[Reply]:
    """The form, once level and age of the sign-in are enough."""
    await assured(parts, turn, LET_OTHERS, NOTIFY)
    return [Reply("utter_notify_by_sms", {}, await _form(parts, NOTICES), {"pending": None})]


async def ask_phone(parts: Parts, turn: Turn) -> list[Reply]:
    """The form, once level and age of the sign-in are enough."""
    await assured(parts, turn, LET_OTHERS, REGISTER)
    return [Reply("utter_register_phone", {}, await _form(parts, REGISTER), {"pending": None})]


async def _form(parts: Parts, purpose: str) -> Card:
    words = (await parts.shelf.now()).phrases.words["codes"]
    return {
        "type": "form",
        "title": words["titles"][purpose],
        "fields": [{"name": "phone", "label": words["phone"], "kind": "text", "required": True}],
        "submit": {
            "title": words["send"],
            "payload": _PAYLOADS.get(purpose, "/sign_in_by_code"),
            "to": "codes",
            "purpose": purpose,
        },
    }

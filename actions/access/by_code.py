"""action_sign_in_by_code, action_register_phone: the forms for a code by SMS.

The fields go to the gateway's own calls (`submit.to`), never to the engine or to us.
"""

from __future__ import annotations

from actions.record.asking import assured
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.own.assurance import LET_OTHERS

REGISTER = "register_phone"


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
            "payload": "/sign_in_by_code" if purpose == "sign_in" else "/register_phone",
            "to": "codes",
            "purpose": purpose,
        },
    }

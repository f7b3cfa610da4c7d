"""action_say_not_covered: plainly that this is not ours, what is, and who knows more."""

from __future__ import annotations

from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn


class SayNotCovered(CitizenAction):
    """Says what Wenbao does not know."""

    action = "action_say_not_covered"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The sentence, and the way to a person."""
        knowledge = await self._parts.shelf.now()
        shown = cards.choices([cards.human_choice(knowledge.phrases)])
        return [Reply("utter_not_covered", {}, shown, {"pending": None})]

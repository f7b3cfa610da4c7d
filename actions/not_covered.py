"""action_say_not_covered: plainly that this is not ours, what is, and who knows more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

# "她走不动路", "要去哪里办": longer ones tell by themselves what they are about.
FEW_CHARACTERS = 12


class SayNotCovered(CitizenAction):
    """Says what Wenbao does not know."""

    action = "action_say_not_covered"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The sentence, and the way to a person."""
        knowledge = await self._parts.shelf.now()
        if turn.speaks_english:
            shown = cards.choices([cards.human_choice(knowledge.phrases.in_english)])
            return [Reply("utter_not_covered_english", {}, shown, {"pending": None})]
        shown = cards.choices([cards.human_choice(knowledge.phrases)])
        if _goes_on(turn):
            return [Reply("utter_not_followed", {}, shown, {"pending": None})]
        words = "utter_told" if turn.told else "utter_not_covered"
        return [Reply(words, {}, shown, {"pending": None})]


def _goes_on(turn: Turn) -> bool:
    """Whether it may be about what was just spoken of: a few words, right after an answer."""
    if not 0 < len(turn.text) <= FEW_CHARACTERS:
        return False
    shown = (one.card for one in turn.said_before if one.card)
    return any(card.get("type") == "answer" or _offers_items(card) for card in shown)


def _offers_items(card: Mapping[str, Any]) -> bool:
    offered = card.get("choices") or ()
    return any(str(one.get("payload")).startswith("/choose") for one in offered)

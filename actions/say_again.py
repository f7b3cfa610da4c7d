"""The last thing once more, in one sentence, whom to call, where it stands written.

action_say_again, action_say_simply, action_say_phone, action_say_source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.knowledge.answers import Knowledge
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

ANSWER = "answer"  # `type` of a card
PUBLIC = {ANSWER, "choices"}
CITED = {ANSWER, "estimate"}
LEAST_CHARACTERS = 8
# More documents than these are not read; all of them stand on the answer's card.
MOST_SOURCES = 3
_SENTENCES = re.compile(r".+?(?:[。！？]|[.!?](?:\s+|$)|$)", re.DOTALL)


class SayAgain(CitizenAction):
    """Says the policy answer of the turn before once more.

    A record, a certificate or an estimate is not repeated: who asks may not be who signed in.
    """

    action = "action_say_again"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The same words and cards, or the wish that the question be asked again."""
        kinds = {one.card.get("type") for one in turn.said_before if one.card}
        if ANSWER not in kinds or not kinds <= PUBLIC:
            return [Reply("utter_nothing_said")]
        said = [one for one in turn.said_before if one.text]
        return [Reply("utter_again", {"said": one.text}, one.card) for one in said]


class SaySimply(CitizenAction):
    """Says the answer's first sentence alone, and how to hear it from a person."""

    action = "action_say_simply"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """One sentence of the last answer; where there is none, the way to a person."""
        knowledge = await self._parts.shelf.now()
        item = _answered(turn, knowledge)
        if item is None:
            shown = cards.choices([cards.human_choice(knowledge.phrases)])
            return [Reply("utter_not_simpler", {}, shown)]
        if turn.in_english and knowledge.item(item).english:
            knowledge = knowledge.in_english
        given = knowledge.answer_for(item, knowledge.region(turn.region), self._parts.today()).item
        shown = cards.choices([cards.item_choice(given), cards.human_choice(knowledge.phrases)])
        words = "utter_simply_english" if knowledge.english else "utter_simply"
        phone = knowledge.phrases.office(given.office)["phone"]
        return [Reply(words, {"short": _short(given.summary), "phone": phone}, shown)]


class SayPhone(CitizenAction):
    """Says whom to call about what was answered last."""

    action = "action_say_phone"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Office and number; those of the social-insurance office where no item was answered."""
        knowledge = await self._parts.shelf.now()
        if turn.in_english:
            knowledge = knowledge.in_english
        topic = knowledge.items.get(_answered(turn, knowledge) or turn.slots.get("topic") or "")
        office = knowledge.phrases.office(topic.office if topic else "")
        values = {"phone": office["phone"], "office": office["name"]}
        shown = cards.choices([cards.human_choice(knowledge.phrases)])
        words = "utter_phone_english" if knowledge.english else "utter_phone"
        return [Reply(words, values, shown)]


class SaySource(CitizenAction):
    """Says where the last answer stands written, to who doubts it."""

    action = "action_say_source"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Its documents, and who can confirm it; plainly that there was none."""
        knowledge = await self._parts.shelf.now()
        if turn.reads_english:
            knowledge = knowledge.in_english
        phrases, shown = knowledge.phrases, [card for card in turn.cards_before if _cites(card)]
        human = cards.choices([cards.human_choice(phrases)])
        if not shown:
            return [Reply("utter_no_source", {}, human)]
        named = dict.fromkeys(
            phrases.basis(one["title"], one.get("document"), one.get("article"))
            for one in shown[-1]["sources"]
        )
        item = knowledge.items.get(str(shown[-1].get("item")))
        office = dict(phrases.office(item.office if item else ""))
        few = phrases.listed(list(named)[:MOST_SOURCES])
        values = {"sources": few, "phone": office["phone"], "office": office["name"]}
        words = "utter_source_english" if knowledge.english else "utter_source"
        return [Reply(words, values, human)]


def _cites(card: Mapping[str, Any]) -> bool:
    """Whether it is an answer of policy, or a sum by its rules."""
    return card.get("type") in CITED and bool(card.get("sources"))


def _answered(turn: Turn, knowledge: Knowledge) -> str | None:
    """The item that the bot's last turn answered."""
    shown = [one.card for one in turn.said_before if one.card and one.card.get("type") == ANSWER]
    named = [str(card.get("item")) for card in shown if card.get("item") in knowledge.items]
    return named[-1] if named else None


def _short(text: str) -> str:
    """The first sentence, with the next where it is hardly more than a yes."""
    first, *rest = _SENTENCES.findall(text) or [text]
    return first + rest[0] if rest and len(first) < LEAST_CHARACTERS else str(first)

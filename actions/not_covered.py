"""action_say_not_covered: plainly that this is not ours, what is, and who knows more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from actions.knowledge.answers import Item, Knowledge
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

# "她走不动路", "要去哪里办": longer ones tell by themselves what they are about.
FEW_CHARACTERS = 12
# From this chance on the topics of an area are offered; set by hand on 40 sentences.
SURE_AREA = 0.85
MOST_TOPICS = 3


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
        if turn.told:
            return [_what_of_it(turn, knowledge, self._parts.today())]
        return [Reply("utter_not_covered", {}, shown, {"pending": None})]


def _what_of_it(turn: Turn, knowledge: Knowledge, today: date) -> Reply:
    """What somebody wants to know who tells something, with the topics of its area, if any."""
    human = cards.human_choice(knowledge.phrases)
    topics = list(_topics(turn, knowledge))[:MOST_TOPICS]
    shown = cards.choices([*map(cards.item_choice, topics), human])
    words = "utter_told_of" if topics else "utter_told"
    return Reply(words, {"gists": knowledge.in_short(topics, today)}, shown, {"pending": None})


def _topics(turn: Turn, knowledge: Knowledge) -> Iterator[Item]:
    """The likely items of the one area that what is told surely belongs to."""
    likely = [knowledge.items[one] for one in turn.if_ours if one in knowledge.items]
    for area in {one.area for one in likely}:
        named = [one for one in likely if one.area == area]
        if sum(turn.if_ours[one.id] for one in named) >= SURE_AREA:
            yield from (
                one for one in named if knowledge.phrases.may_be_offered(one.id, turn.heard)
            )


def _goes_on(turn: Turn) -> bool:
    """Whether it may be about what was just spoken of: a few words, right after an answer."""
    if not 0 < len(turn.text) <= FEW_CHARACTERS:
        return False
    shown = (one.card for one in turn.said_before if one.card)
    return any(card.get("type") == "answer" or _offers_items(card) for card in shown)


def _offers_items(card: Mapping[str, Any]) -> bool:
    offered = card.get("choices") or ()
    return any(str(one.get("payload")).startswith("/choose") for one in offered)

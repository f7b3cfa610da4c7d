"""action_ask_back: what did the citizen mean? After a second unclear turn, a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from actions.knowledge.answers import Item, Knowledge
from actions.knowledge.phrases import Phrases
from actions.own_case import own_case_by_rule, own_product
from actions.retirement_age import (
    RETIREMENT_AGE,
    ask_for_retirement,
    personal_retirement,
)
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import BORN, Turn

MOST_CHOICES = 3
REFUSED = "deny"
ESTIMATES = "estimate_"


class AskBack(CitizenAction):
    """Offers the likeliest items and what else may be meant, then a person."""

    action = "action_ask_back"
    counts_unclear = True

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Two or three choices and always a way to a person.

        Who says when he was born and may mean his retirement hears that.
        """
        knowledge = await self._parts.shelf.now()
        if turn.speaks_english:
            return [_in_english(turn, knowledge.in_english)]
        retirement = _retirement(turn, knowledge)
        if retirement is not None:
            told = knowledge, turn, retirement, self._parts.today()
            return personal_retirement(*told) or ask_for_retirement(*told)
        reckoned = own_product(knowledge, turn, self._parts.today())
        own = [Reply("utter_own_product", {"said": reckoned})] if reckoned else []
        return [*own, self._choices(knowledge, turn)]

    def _choices(self, knowledge: Knowledge, turn: Turn) -> Reply:
        beside = _beside(turn, knowledge.phrases)
        items = list(_items(turn, knowledge))[: MOST_CHOICES - len(beside)]
        offered = [*map(cards.item_choice, items), *beside]
        shown = cards.choices([*offered, cards.human_choice(knowledge.phrases)])
        gists = {"gists": _gists(items, turn, knowledge, self._parts.today())}
        condoles = bool(items) and _condoles(items[0], turn, knowledge.phrases.condolence)
        if turn.told and offered and not condoles:
            # Nothing was asked that we did not follow.
            return Reply("utter_told_of", gists, shown)
        said = _sentence(turn, bool(offered), condoles)
        office = knowledge.phrases.office(items[0].office if items else "")
        return Reply(said, {"phone": office["phone"], **gists}, shown, _counted(turn))


def _gists(items: Iterable[Item], turn: Turn, knowledge: Knowledge, today: date) -> str:
    """What each comes to in a sentence: for who told numbers, by these."""
    own = ((one, own_case_by_rule(knowledge, turn, one.id, today)) for one in items)
    told = [replace(one, summary=case or one.summary) for one, case in own]
    return knowledge.in_short(told, today)


def _retirement(turn: Turn, knowledge: Knowledge) -> Item | None:
    """The item about one's own retirement, where birth or age is told and it is likely."""
    likely = list(_items(turn, knowledge))[:MOST_CHOICES]
    told = turn.entities.keys() & {"birth_month", "age"} or turn.counts_now.get(BORN)
    for one in likely if told else ():
        near = {one.id, *one.related, *(other.id for other in likely if one.id in other.related)}
        if one.calculator == RETIREMENT_AGE and not one.regional and likely[0].id in near:
            return one
    return None


def _in_english(turn: Turn, knowledge: Knowledge) -> Reply:
    """The items that we tell in English; where none is likely, plainly that we did not follow."""
    items = list(_items(turn, knowledge))[:MOST_CHOICES]
    shown = cards.choices([*map(cards.item_choice, items), cards.human_choice(knowledge.phrases)])
    words = "utter_ask_back_english" if items else "utter_not_covered_english"
    return Reply(words, {}, shown, _counted(turn))


def _items(turn: Turn, knowledge: Knowledge) -> Iterable[Item]:
    """The likeliest; after a "no" to an answer its neighbours, too."""
    ids: Iterable[str] = turn.answers
    if turn.refused in knowledge.items:
        near = knowledge.items[turn.refused].related
        ids = dict.fromkeys((*turn.answers, *near))
    known = [knowledge.items[one] for one in ids if one in knowledge.items]
    return [
        one
        for place, one in enumerate(known)
        if (place == 0 and not turn.told) or knowledge.phrases.may_be_offered(one.id, turn.heard)
    ]


def _beside(turn: Turn, phrases: Phrases) -> list[cards.Card]:
    """The own record, or a calculation, where that may be meant as well."""
    if not turn.beside:
        return []
    word = "calculate" if turn.beside.startswith(ESTIMATES) else "own_record"
    return [cards.choice(phrases.word("choices", word), turn.beside)]


def _condoles(item: Item, turn: Turn, condolence: str) -> bool:
    """Whether sympathy is due: not once more after an answer or a question of ours that had it."""
    answers = (str(card.get("summary") or "") for card in turn.cards_before)
    said = (*answers, *(bubble.text for bubble in turn.said_before))
    begins = item.summary.startswith(condolence)
    return begins and not any(one.startswith(condolence) for one in said)


def _sentence(turn: Turn, has_items: bool, condoles: bool) -> str:
    if turn.unclear_turns >= 1:
        return "utter_offer_person"
    if turn.intent == REFUSED:
        return "utter_ask_back_refused" if has_items else "utter_ask_in_full"
    if condoles:
        return "utter_ask_back_condolence"
    return "utter_ask_back" if has_items else "utter_ask_other_words"


def _counted(turn: Turn) -> dict[str, float]:
    """A second time is enough: the third begins anew with choices."""
    return {"unclear_turns": 0.0 if turn.unclear_turns >= 1 else 1.0}

"""action_answer_question: a policy question's answer for this person's region and today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from actions.asked_again import NO_MORE, UNSAID, Again, asked_again, to_the_point
from actions.knowledge.answers import Answer, Item, Knowledge
from actions.knowledge.figures import Days, days_of
from actions.knowledge.sources import Citation
from actions.own_case import own_case
from actions.retirement_age import RETIREMENT_AGE, ask_for_retirement, personal_retirement
from actions.talk import cards
from actions.talk.errors import NothingAsked
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

# Two answers fit on a screen; a third would bury the first.
MOST_MATTERS = 2
# Where so few places have a verified figure, asking everybody for theirs would promise too much.
FEW_PLACES = 1
# More buttons than these are not read.
MOST_OFFERED = 4
REGION = "region"  # what the slot `pending` holds while we wait for a place


class AnswerQuestion(CitizenAction):
    """Answers the item that the engine ranked best, or both when two things were asked."""

    action = "action_answer_question"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The best item's answer, or those of two matters, each once."""
        asked = list(dict.fromkeys(turn.matters))[:MOST_MATTERS] or list(turn.answers[:1])
        if not asked:
            raise NothingAsked
        replies = []
        for item in asked[:-1]:
            # What is still to be asked for stands behind the last answer only.
            replies += (await answer_item(self._parts, turn, item))[:1]
        return [*replies, *await answer_item(self._parts, turn, asked[-1])]


async def answer_item(parts: Parts, turn: Turn, item: str) -> list[Reply]:
    """One item's answer, and what is still to be asked for a closer one."""
    knowledge, today = await parts.shelf.now(), parts.today()
    if turn.in_english and knowledge.item(item).english:
        knowledge = knowledge.in_english
    asked, own = knowledge.item(item), list[Reply]()
    if asked.calculator == RETIREMENT_AGE:
        own = personal_retirement(knowledge, turn, asked, today)
        if own and not (turn.leans and own[0].card in turn.cards_before):
            return own
    region, then = knowledge.region(turn.region), days_of(turn.entities.get("period"))
    given = _beside_likely(knowledge.answer_for(item, region, today, then), turn)
    case = own_case(knowledge, turn, item, today)
    again = asked_again(asked, turn, knowledge.phrases, case, region)
    if again is None and (case or not given.local):
        again = to_the_point(asked, turn, knowledge.phrases, case)
    if again in (NO_MORE, UNSAID) and not turn.in_english:
        return [_nothing_more(given, knowledge, again)]
    figures = knowledge.phrases.asks_figures(turn.text)
    said = _said(given, knowledge, again, figures=figures)
    elsewhere = _elsewhere(given, knowledge, turn.places, today, then)
    replies = [*_unsure(asked, again), said, *elsewhere]
    if asked.calculator == RETIREMENT_AGE and not own:
        return [*replies, *ask_for_retirement(knowledge, turn, asked, today)]
    if again and again.one and turn.pending == REGION:
        return [replace(replies[0], slots={**replies[0].slots, "pending": REGION})]  # still asked
    about = _about_region(given, knowledge, again)
    return [*replies, *(about if not turn.leans else _asked_for(about))]


async def place_answer(parts: Parts, turn: Turn, item: str) -> list[Reply]:
    """What a place that was told adds to an answer; all of it where it was not just given."""
    knowledge, today = await parts.shelf.now(), parts.today()
    if turn.in_english or item not in {card.get("item") for card in turn.last_cards}:
        return await answer_item(parts, turn, item)
    given = knowledge.answer_for(item, knowledge.region(turn.region), today)
    slots: dict[str, Any] = {"topic": item, "pending": None}
    if not given.local:
        said = [
            replace(one, slots={**slots, **one.slots}) for one in _about_region(given, knowledge)
        ]
        return said or await answer_item(parts, turn, item)
    cited = (Citation(one, None) for one in given.local_sources[:1])
    values = {"local": given.local, "basis": _basis(cited, knowledge)}
    return [Reply("utter_local", values, cards.answer(given, knowledge), slots)]


def _beside_likely(given: Answer, turn: Turn) -> Answer:
    """Where no line of it stood out, what else may have been meant is offered before its kin."""
    if not turn.vague:
        return given
    near = dict.fromkeys((*turn.less_likely, *given.item.related))
    return replace(given, item=replace(given.item, related=tuple(near)[:MOST_OFFERED]))


def _unsure(item: Item, again: Again | None) -> list[Reply]:
    """A bubble of its own: a page shows an answer's card, and not the words beside it."""
    unsure = again is not None and again.unsure
    return [Reply("utter_heard_unsurely", {"title": item.title})] if unsure else []


def _nothing_more(given: Answer, knowledge: Knowledge, again: Again) -> Reply:
    """Plainly that this was all, or that just this is not known; what is near, and who knows."""
    office = dict(knowledge.phrases.office(given.item.office))
    near = [knowledge.items[one] for one in given.item.related if one in knowledge.items]
    offered = [*map(cards.item_choice, near), cards.human_choice(knowledge.phrases)]
    slots = {"topic": given.item.id, "pending": None}
    return Reply(again.response, office, cards.choices(offered), slots)


def _said(given: Answer, knowledge: Knowledge, again: Again | None, *, figures: bool) -> Reply:
    """The answer in words, or what more there is, with one line on where it stands written."""
    if again and again.said:
        more = replace(given.item, summary=again.said, detail=again.rest)
        # A figure stands beside all the steps; in one of them it has a part where it is asked for.
        local = None if again.one and not figures else given.local
        given = replace(given, item=more, local=local)
    of_place = given.local_sources[:1] if given.local else ()
    cited = [given.item.citations[0], *(Citation(one, None) for one in of_place)]
    values = {
        "summary": given.item.summary,
        "basis": _basis(cited, knowledge),
    }
    if given.local:
        values["local"] = given.local
    slots = {"topic": given.item.id, "pending": None}
    return Reply(_response(given, knowledge, again), values, cards.answer(given, knowledge), slots)


def _elsewhere(
    given: Answer, knowledge: Knowledge, places: Iterable[str], today: date, then: Days | None
) -> Iterator[Reply]:
    """The figures of the other places that were named beside the one that is answered for."""
    for code in places if given.item.local else ():
        region = knowledge.region(code)
        if region is None or given.region is None or region.code == given.region.code:
            continue
        there = knowledge.answer_for(given.item.id, region, today, then)
        if there.local:
            cited = (Citation(one, None) for one in there.local_sources[:1])
            yield Reply("utter_local", {"local": there.local, "basis": _basis(cited, knowledge)})
        else:
            office = dict(knowledge.phrases.office(given.item.office))
            yield Reply("utter_no_verified_figure", {"region": region.short, **office})


def _basis(cited: Iterable[Citation], knowledge: Knowledge) -> str:
    phrases = knowledge.phrases
    return phrases.listed(
        phrases.basis(one.source.title, one.source.document, one.article) for one in cited
    )


def _response(given: Answer, knowledge: Knowledge, again: Again | None) -> str:
    if knowledge.english:
        return "utter_answer_english"
    if given.local:
        return "utter_answer_local"
    return again.response if again and again.said else "utter_answer"


def _asked_for(about: list[Reply]) -> list[Reply]:
    """Who goes on is asked for his place, but not told once more that this differs by place."""
    return [one for one in about if one.card is not None]


def _about_region(given: Answer, knowledge: Knowledge, again: Again | None = None) -> list[Reply]:
    if not given.item.regional:
        return []
    if given.region is not None and given.region.outside:
        return [Reply("utter_mainland_only", {"region": given.region.short})]
    if given.choices:
        shown, waits = cards.region_choices(given.choices), {"pending": REGION}
        if len(given.choices) > FEW_PLACES:
            return [Reply("utter_ask_region", {}, shown, waits)]
        places = knowledge.phrases.listed(one.short for one in given.choices)
        office = dict(knowledge.phrases.office(given.item.office))
        return [Reply("utter_ask_whether_there", {"places": places, **office}, shown, waits)]
    if given.local:
        return []
    office = dict(knowledge.phrases.office(given.item.office))
    if given.item.local and given.region is not None:
        return [Reply("utter_no_verified_figure", {"region": given.region.short, **office})]
    if office["phone"] in f"{given.item.summary}{again.said if again else ''}":
        return []  # the answer says it itself
    return [Reply("utter_ask_local_office", office)]

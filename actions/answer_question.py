"""action_answer_question: a policy question's answer for this person's region and today."""

from __future__ import annotations

from dataclasses import replace

from actions.knowledge.answers import Answer, Citation, Item, Knowledge
from actions.retirement_age import RETIREMENT_AGE, ask_for_retirement, personal_retirement
from actions.talk import cards
from actions.talk.errors import NothingAsked
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

# Two answers fit on a screen; a third would bury the first.
MOST_MATTERS = 2


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
    asked = knowledge.item(item)
    if asked.calculator == RETIREMENT_AGE:
        own = personal_retirement(knowledge, turn, asked, today)
        if own:
            return own
    given = knowledge.answer_for(item, knowledge.region(turn.region), today)
    steps = asked.detail if turn.leans and _just_said(asked, turn) else None
    replies = [_said(given, knowledge, steps)]
    if asked.calculator == RETIREMENT_AGE:
        return [*replies, *ask_for_retirement(knowledge, turn, asked)]
    return [*replies, *_about_region(given, knowledge)]


def _just_said(item: Item, turn: Turn) -> bool:
    """Whether the turn before gave this answer in short: then the steps say more."""
    shown = (one.card for one in turn.said_before if one.card)
    return any((card.get("item"), card.get("detail")) == (item.id, item.detail) for card in shown)


def _said(given: Answer, knowledge: Knowledge, steps: str | None) -> Reply:
    """The answer in words, or its steps, with one line on where it stands written."""
    phrases = knowledge.phrases
    if steps:
        given = replace(given, item=replace(given.item, summary=steps, detail=None))
    cited = [given.item.citations[0], *(Citation(one, None) for one in given.local_sources[:1])]
    values = {
        "summary": given.item.summary,
        "basis": phrases.listed(
            phrases.basis(one.source.title, one.source.document, one.article) for one in cited
        ),
    }
    if given.local:
        values["local"] = given.local
    return Reply(
        _response(given, knowledge, bool(steps)),
        values,
        cards.answer(given, knowledge),
        {"topic": given.item.id, "pending": None},
    )


def _response(given: Answer, knowledge: Knowledge, more: bool) -> str:
    if knowledge.english:
        return "utter_answer_english"
    if given.local:
        return "utter_answer_local"
    return "utter_answer_more" if more else "utter_answer"


def _about_region(given: Answer, knowledge: Knowledge) -> list[Reply]:
    if not given.item.regional:
        return []
    if given.region is not None and given.region.outside:
        return [Reply("utter_mainland_only", {"region": given.region.short})]
    if given.choices:
        shown = cards.region_choices(given.choices)
        return [Reply("utter_ask_region", {}, shown, {"pending": "region"})]
    if given.local:
        return []
    office = dict(knowledge.phrases.office(given.item.office))
    if given.item.local and given.region is not None:
        return [Reply("utter_no_verified_figure", {"region": given.region.short, **office})]
    return [Reply("utter_ask_local_office", office)]

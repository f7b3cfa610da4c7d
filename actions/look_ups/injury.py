"""action_look_up_injury: how far the citizen's injury at work (工伤) is, and what comes next."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.pointing import with_basis
from actions.record.tables import iso, money, table
from actions.registries.entries import InjuryCase
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("injury")
RESPONSES = {
    "reported": "utter_injury_reported",
    "recognised": "utter_injury_recognised",
    "not_recognised": "utter_injury_not_recognised",
    "assessed": "utter_injury_assessed",
    "paid": "utter_injury_paid",
}
# An office decides within sixty days; who does not agree asks for a review within sixty days, or
# goes to court within six months.
DECIDE = timedelta(days=60)
REVIEW = timedelta(days=60)
MONTHS_TO_SUE = 6


class LookUpInjury(CitizenAction):
    """Shows the cases, or the way to sign in."""

    action = "action_look_up_injury"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each case and its next step."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.injury_cases(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge = asking.knowledge
    known: Sequence[InjuryCase] = found.entries(SERVICE.name)
    said = [sentence(one, knowledge, parts.today()) for one in known]
    if not said:
        said = [Reply("utter_injury_none", {}, None, {"pending": None})]
    return [*with_basis(said, knowledge), *silent_regions(found, knowledge)]


def sentence(case: InjuryCase, knowledge: Knowledge, today: date) -> Reply:
    """One case in words."""
    phrases = knowledge.phrases
    decided = case.decided_on or case.reported_on
    values = {
        "place": place_name(case.region, knowledge),
        "number": case.number,
        "employer": case.employer,
        "accident": phrases.day(case.accident_on),
        "reported": phrases.day(case.reported_on),
        "decide_by": phrases.day(case.reported_on + DECIDE),
        "decided": phrases.day(decided),
        "review_by": phrases.day(decided + REVIEW),
        "sue_by": phrases.day(_months_later(decided, MONTHS_TO_SUE)),
        "grade": str(case.grade or ""),
        "assessed": _day(case.assessed_on, knowledge),
        "amount": money(case.amount),
        "paid": _day(case.paid_on, knowledge),
        "reason": case.reason or phrases.words["record"]["no_reason"],
    }
    response = RESPONSES[case.state]
    if case.state == "not_recognised" and today > decided + REVIEW:
        response = "utter_injury_review_over"
    return Reply(response, values, _card(case, knowledge), {"pending": None})


def _card(case: InjuryCase, knowledge: Knowledge) -> Card:
    columns = ("number", "employer", "accident", "reported", "decided", "status", "grade", "amount")
    row = (
        case.number,
        case.employer,
        iso(case.accident_on),
        iso(case.reported_on),
        iso(case.decided_on),
        knowledge.phrases.word("injury_states", case.state),
        str(case.grade or ""),
        money(case.amount),
    )
    return table("injury", columns, [row], knowledge)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last where it is shorter."""
    month = Month.of(day.year, day.month).after(months)
    last = monthrange(month.year, month.month)[1]
    return date(month.year, month.month, min(day.day, last))


def _day(day: date | None, knowledge: Knowledge) -> str:
    return knowledge.phrases.day(day) if day else ""

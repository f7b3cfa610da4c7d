"""action_retirement_age: when this person retires, earliest and latest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from actions.counting.born import born
from actions.knowledge.answers import Item, Knowledge
from actions.knowledge.retirement_rules import (
    MONTHS_OF_NOTICE,
    Born,
    Ends,
    Month,
    Retirement,
    ends,
)
from actions.own_case import own_minimum
from actions.record.asking import who_is_signed_in
from actions.record.standing import birth_of, categories
from actions.talk import cards
from actions.talk.errors import Unanswerable
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

RETIREMENT_AGE = "retirement_age"  # `calculator` of an item, and the slot `pending`
UNDECIDED = "female"  # 55 or 50 depends on her post


class RetirementAge(CitizenAction):
    """Counts, or asks for what is missing."""

    action = "action_retirement_age"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The person's own result, or the question that leads to it."""
        return await go_on_with_retirement(self._parts, turn)


async def go_on_with_retirement(parts: Parts, turn: Turn) -> list[Reply]:
    """The own result as soon as birth month and kind of worker are known."""
    knowledge = await parts.shelf.now()
    topic = knowledge.items.get(turn.slots.get("topic") or "")
    own = personal_retirement(knowledge, turn, topic, parts.today())
    if not own and not turn.known("birth_month"):
        known = await _of_the_signed_in(parts, turn)
        # An age that does not go with the record is somebody else's, and so is the kind of work.
        own_birth = born(known, parts.today())
        if own_birth is not None and own_birth.exactly:
            own = personal_retirement(knowledge, known, topic, parts.today())
    return own or ask_for_retirement(knowledge, turn, topic, parts.today())


async def _of_the_signed_in(parts: Parts, turn: Turn) -> Turn:
    """The turn as if whoever is signed in had said birth month and sex; they stay in no slot."""
    try:
        number = (await who_is_signed_in(parts, turn)).id_number
    except Unanswerable:
        return turn
    born = birth_of(number)
    kinds = categories(number, turn.known("worker_category"))
    said = {"birth_month": f"{born:%Y-%m}"} | (
        {"worker_category": kinds[0]} if len(kinds) == 1 else {}
    )
    return replace(turn, slots={**turn.slots, **said})


def personal_retirement(
    knowledge: Knowledge, turn: Turn, topic: Item | None, today: date
) -> list[Reply]:
    """The result for this person; nothing when something is missing."""
    birth, category = born(turn, today), turn.known("worker_category")
    if birth is None:
        return []
    if category == UNDECIDED and knowledge.phrases.pays_alone(turn.heard):
        topic = knowledge.items.get(knowledge.phrases.flexible_item, topic)
    if topic is not None and _place_decides(topic):
        said = turn.entities.get("worker_category")
        if said not in knowledge.rules.categories:
            return [_both(knowledge, birth, topic)]
    if category not in knowledge.rules.categories:
        return []
    lacking = own_minimum(knowledge, turn, today)
    own = [_estimate(ends(knowledge.rules, birth, str(category)), knowledge, today)]
    if lacking:
        own.append(Reply("utter_own_case", {"said": lacking}))
    if not birth.exactly:
        own.append(Reply("utter_retirement_by_age", {}, None, {"pending": RETIREMENT_AGE}))
    return own


def ask_for_retirement(
    knowledge: Knowledge, turn: Turn, topic: Item | None, today: date
) -> list[Reply]:
    """Ask for the birth month, the kind of worker, or which kind of post a woman has."""
    phrases, waits = knowledge.phrases, {"pending": RETIREMENT_AGE}
    category = turn.known("worker_category")
    when = born(turn, today)
    if topic is not None and _place_decides(topic) and not when:
        return [Reply("utter_ask_birth_month", {}, None, waits)]
    if category == UNDECIDED and when:
        kinds = cards.worker_choices(phrases, "female_55", "female_50")
        return [Reply("utter_ask_female_kind", _of_both_posts(knowledge, when), kinds, waits)]
    if category in knowledge.rules.categories or category == UNDECIDED:
        return [Reply("utter_ask_birth_month", {}, None, waits)]
    kinds = cards.worker_choices(phrases, "male", "female_55", "female_50")
    if when:
        return [Reply("utter_ask_worker_category", {}, kinds, waits)]
    return [Reply("utter_ask_birth_and_category", {}, kinds, waits)]


def _place_decides(topic: Item) -> bool:
    """Whether it is about women who pay for themselves: there the place says 55 or 50."""
    return topic.regional and topic.calculator == RETIREMENT_AGE


def _estimate(both: Ends, knowledge: Knowledge, today: date) -> Reply:
    phrases, now, (first, last) = knowledge.phrases, Month.of(today.year, today.month), both
    values = {
        "birth": phrases.months(first.birth, last.birth),
        "worker": phrases.word("workers", last.category),
        "age": phrases.ages(first.age, last.age),
        "month": phrases.months(first.month, last.month),
        "earliest": phrases.months(first.earliest, last.earliest),
        "latest": phrases.months(first.latest, last.latest),
        "years": phrases.spans(first.minimum_contribution, last.minimum_contribution),
        "earliest_years": phrases.spans(first.earliest_contribution, last.earliest_contribution),
        "soonest": phrases.month(_soonest(now)),
    }
    earliest = _earliest(last, now) if first == last else None
    shown = cards.estimate(both, earliest, knowledge)
    return Reply(_sentence(both, now), values, shown, {"pending": None})


def _sentence(both: Ends, now: Month) -> str:
    """What holds for both; where it differs, what is certain."""
    first, last = both
    said = {_sentence_of(one, now) for one in both}
    if len(said) == 1:
        return said.pop()
    if last.month <= now:
        return "utter_retirement_reached"
    return "utter_retirement_about_now" if first.month <= now else "utter_retirement_in_years"


def _sentence_of(found: Retirement, now: Month) -> str:
    if not found.is_concerned:
        return "utter_retirement_before_reform"
    if found.month <= now:
        return "utter_retirement_reached"
    if _soonest(now) >= found.month:
        return "utter_retirement_too_late_for_early"
    if _soonest(now) > found.earliest:
        return "utter_retirement_early_now"
    return "utter_retirement_age"


def _earliest(found: Retirement, now: Month) -> Month | None:
    """From when on may leave who tells the employer today; nothing where it is too late."""
    earliest = max(found.earliest, _soonest(now))
    return earliest if earliest < found.month else None


def _soonest(now: Month) -> Month:
    """The first month in which somebody can leave early who tells the employer today."""
    return now.after(MONTHS_OF_NOTICE)


def _both(knowledge: Knowledge, birth: Born, topic: Item) -> Reply:
    values = _of_both_posts(knowledge, birth)
    return Reply("utter_retirement_both", values, None, {"pending": None, "topic": topic.id})


def _of_both_posts(knowledge: Knowledge, birth: Born) -> dict[str, str]:
    """When a woman of this birth retires, whichever kind of post she has."""
    phrases, values = knowledge.phrases, {}
    for years, category in (("50", "female_50"), ("55", "female_55")):
        first, last = ends(knowledge.rules, birth, category)
        values[f"age_{years}"] = phrases.ages(first.age, last.age)
        values[f"month_{years}"] = phrases.months(first.month, last.month)
    return {**values, "birth": phrases.months(birth.first, birth.last)}

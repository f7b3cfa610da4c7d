"""action_retirement_age: when this person retires, earliest and latest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from actions.knowledge.answers import Item, Knowledge
from actions.knowledge.retirement_rules import Month, Retirement, checked_birth, retirement
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
# Whoever leaves early tells the employer in writing three months before (RET-05).
MONTHS_OF_NOTICE = 3


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
        own = personal_retirement(knowledge, known, topic, parts.today())
    return own or ask_for_retirement(knowledge, turn, topic)


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
    written, category = turn.known("birth_month"), turn.known("worker_category")
    if not written:
        return []
    birth = checked_birth(written, today)
    if category == UNDECIDED and knowledge.phrases.pays_alone(turn.heard):
        topic = knowledge.items.get(knowledge.phrases.flexible_item, topic)
    if topic is not None and _place_decides(topic):
        said = turn.entities.get("worker_category")
        if said not in knowledge.rules.categories:
            return [_both(knowledge, birth, topic)]
    if category not in knowledge.rules.categories:
        return []
    found = retirement(knowledge.rules, birth, str(category))
    lacking = own_minimum(knowledge, turn, today)
    own = [_estimate(found, knowledge, today)]
    return [*own, Reply("utter_own_case", {"said": lacking})] if lacking else own


def ask_for_retirement(knowledge: Knowledge, turn: Turn, topic: Item | None) -> list[Reply]:
    """Ask for the birth month, the kind of worker, or which kind of post a woman has."""
    phrases, waits = knowledge.phrases, {"pending": RETIREMENT_AGE}
    category = turn.known("worker_category")
    if topic is not None and _place_decides(topic) and not turn.known("birth_month"):
        return [Reply("utter_ask_birth_month", {}, None, waits)]
    if category == UNDECIDED and turn.known("birth_month"):
        kinds = cards.worker_choices(phrases, "female_55", "female_50")
        return [Reply("utter_ask_female_kind", {}, kinds, waits)]
    if category in knowledge.rules.categories or category == UNDECIDED:
        return [Reply("utter_ask_birth_month", {}, None, waits)]
    kinds = cards.worker_choices(phrases, "male", "female_55", "female_50")
    if turn.known("birth_month"):
        return [Reply("utter_ask_worker_category", {}, kinds, waits)]
    return [Reply("utter_ask_birth_and_category", {}, kinds, waits)]


def _place_decides(topic: Item) -> bool:
    """Whether it is about women who pay for themselves: there the place says 55 or 50."""
    return topic.regional and topic.calculator == RETIREMENT_AGE


def _estimate(found: Retirement, knowledge: Knowledge, today: date) -> Reply:
    phrases = knowledge.phrases
    values = {
        "birth": phrases.month(found.birth),
        "worker": phrases.word("workers", found.category),
        "age": phrases.age(found.age),
        "month": phrases.month(found.month),
        "earliest": phrases.month(found.earliest),
        "latest": phrases.month(found.latest),
        "years": phrases.span(found.minimum_contribution),
        "earliest_years": phrases.span(found.earliest_contribution),
    }
    now = Month.of(today.year, today.month)
    values["soonest"] = phrases.month(_soonest(now))
    shown = cards.estimate(found, _earliest(found, now), knowledge)
    return Reply(_sentence(found, now), values, shown, {"pending": None})


def _sentence(found: Retirement, now: Month) -> str:
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


def _both(knowledge: Knowledge, birth: Month, topic: Item) -> Reply:
    phrases = knowledge.phrases
    fifty, fifty_five = (
        retirement(knowledge.rules, birth, category) for category in ("female_50", "female_55")
    )
    return Reply(
        "utter_retirement_both",
        {
            "birth": phrases.month(birth),
            "age_50": phrases.age(fifty.age),
            "month_50": phrases.month(fifty.month),
            "age_55": phrases.age(fifty_five.age),
            "month_55": phrases.month(fifty_five.month),
        },
        None,
        {"pending": None, "topic": topic.id},
    )

"""The sentences for one person: by the rule of the item, else what his own numbers come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.own_case import benefits, contributions, pensions
from actions.own_case.case import Case
from actions.talk.turn import Turn

# Beyond it a number was misread: nobody pays longer.
LONGEST_MONTHS = 60 * 12
# These count for who has told no number, but when he was born or where he pays.
WITHOUT_NUMBERS = ("earliest", "latest", "flexible")
# Of no item: for one without a rule, or where its rule lacks a number.
PRODUCT = "product"
RULES: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "annuity": pensions.annuity,
    "deducted": contributions.deducted,
    "earliest": pensions.earliest,
    "flexible": contributions.flexible,
    "injury": benefits.injury,
    "latest": pensions.latest,
    "maternity": benefits.maternity,
    "minimum": pensions.minimum,
    "place": pensions.place,
    PRODUCT: contributions.product,
    "resident": pensions.resident,
    "shares": contributions.shares,
    "survivors": benefits.survivors,
    "survivors_of_a_pensioner": benefits.survivors_of_a_pensioner,
    "unemployment": benefits.unemployment,
    "unemployment_condition": benefits.unemployment_condition,
}


def own_minimum(knowledge: Knowledge, turn: Turn, today: date) -> str | None:
    """What is lacking of the years a pension takes, to who told how long he paid."""
    if "paid_months" not in turn.counts:
        return None
    return _counted("minimum", Case(knowledge, turn, today))


def own_case(knowledge: Knowledge, turn: Turn, item: str, today: date) -> str | None:
    """The sentences for this person; nothing where a number is missing or cannot be."""
    by_rule = own_case_by_rule(knowledge, turn, item, today)
    return by_rule or own_product(knowledge, turn, today)


def own_case_by_rule(knowledge: Knowledge, turn: Turn, item: str, today: date) -> str | None:
    """What the item's rule comes to, if it has one."""
    rule = knowledge.phrases.words["own_case"]["items"].get(item)
    if rule is None or not (turn.counts or rule in WITHOUT_NUMBERS):
        return None
    return _counted(rule, Case(knowledge, turn, today))


def own_product(knowledge: Knowledge, turn: Turn, today: date) -> str | None:
    """What the numbers of this very message come to, whatever they are about."""
    return _counted(PRODUCT, Case(knowledge, turn, today))


def _counted(rule: str, case: Case) -> str | None:
    times = (case.turn.counts.get(name, 0) for name in ("paid_months", "drawn_months"))
    if case.turn.in_english or max(times) > LONGEST_MONTHS:
        return None
    return "".join(RULES[rule](case)) or None

"""What a rule comes to for the numbers that somebody told: "缴了31年领了12年，抚恤金几个月".

Which item counts by which rule, and in which words, stands in `data/knowledge/calculators.yml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from actions.counting import pension as of_pensions
from actions.counting import small as counting
from actions.counting.born import born
from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import MONTHS_OF_NOTICE, Ends, Month, ends
from actions.talk.errors import Unanswerable
from actions.talk.turn import Turn

# Beyond it a number was misread: nobody pays longer.
LONGEST_MONTHS = 60 * 12


@dataclass(frozen=True)
class Case:
    """Who asks, what he told, and what holds today."""

    knowledge: Knowledge
    turn: Turn
    today: date

    @property
    def rules(self) -> Mapping[str, Any]:
        """What the calculators count with."""
        rules: Mapping[str, Any] = self.knowledge.phrases.words["calculators"]
        return rules

    def told(self, name: str) -> int | None:
        """A number, if it was told."""
        return self.turn.counts.get(name)

    def span(self, months: int) -> str:
        """A length of time in words."""
        return self.knowledge.phrases.span(months)

    def say(self, sentence: str, **values: object) -> str:
        """A sentence of the file."""
        written: str = self.knowledge.phrases.words["own_case"]["words"][sentence]
        return written.format(**values)


def own_minimum(knowledge: Knowledge, turn: Turn, today: date) -> str | None:
    """What is lacking of the years a pension takes, to who told how long he paid."""
    if "paid_months" not in turn.counts:
        return None
    return _counted("minimum", Case(knowledge, turn, today))


def own_case(knowledge: Knowledge, turn: Turn, item: str, today: date) -> str | None:
    """The sentences for this person; nothing where a number is missing or cannot be."""
    rule = knowledge.phrases.words["own_case"]["items"].get(item)
    if rule is None or not (turn.counts or rule in BY_BIRTH):
        return None
    return _counted(rule, Case(knowledge, turn, today))


def _counted(rule: str, case: Case) -> str | None:
    times = (case.turn.counts.get(name, 0) for name in ("paid_months", "drawn_months"))
    if case.turn.in_english or max(times) > LONGEST_MONTHS:
        return None
    return "".join(RULES[rule](case)) or None


def _unemployment(case: Case) -> Iterator[str]:
    paid, rules = case.told("paid_months"), case.rules["unemployment"]
    if paid is None:
        return
    most = counting.most_unemployment_months(paid, rules["most"])
    region = case.knowledge.region(case.turn.region)
    own = rules["regions"].get(region.code) if region else None
    if not most:
        yield case.say("unemployment_too_short", paid=case.span(paid))
    elif region and own and own["from"] <= case.today:
        months = counting.own_unemployment_months(paid, own["months_a_year"], own["most"])
        yield case.say(
            "unemployment_region", paid=case.span(paid), region=region.short, months=months
        )
    else:
        yield case.say("unemployment", paid=case.span(paid), months=most)


def _unemployment_condition(case: Case) -> Iterator[str]:
    paid = case.told("paid_months")
    if paid is not None:
        enough = paid >= case.rules["unemployment"]["least_months"]
        said = "unemployment_enough" if enough else "unemployment_too_short"
        yield case.say(said, paid=case.span(paid))


def _maternity(case: Case) -> Iterator[str]:
    babies, rules = case.told("babies"), case.rules["maternity"]
    if babies is not None:
        days = counting.maternity_days("normal", babies, rules["days"], rules["more_days"])
        yield case.say("maternity", babies=babies, days=days)


def _survivors(case: Case) -> Iterator[str]:
    if (paid := case.told("paid_months")) is not None:
        months = counting.survivors_months(paid, case.rules["survivors"])
        yield case.say("survivors", paid=case.span(paid), months=months)


def _survivors_of_a_pensioner(case: Case) -> Iterator[str]:
    paid, drawn, rules = case.told("paid_months"), case.told("drawn_months"), case.rules
    if paid is None:
        return
    least = int(rules["survivors"]["least_of_a_pensioner"])
    before = counting.survivors_months(paid, rules["survivors"])
    if before < least:
        return  # who draws a pension paid for longer: something else is meant
    values = {"paid": case.span(paid), "before": before}
    if drawn is None:
        yield case.say("survivors_drawn_unknown", **values)
        return
    values |= {"drawn": case.span(drawn), "less": drawn // 12}
    if before - drawn // 12 < least:
        yield case.say("survivors_at_least", **values, months=least)
    else:
        yield case.say("survivors_of_a_pensioner", **values, months=before - drawn // 12)


def _minimum(case: Case) -> Iterator[str]:
    year, paid = _leaving_year(case), case.told("paid_months")
    if year is None:
        return
    needed = case.knowledge.rules.minimum_contribution(year)
    yield case.say("minimum", year=year, needed=case.span(needed))
    if paid is not None and paid >= needed:
        yield case.say("minimum_enough", paid=case.span(paid))
    elif paid is not None:
        yield case.say("minimum_lacking", paid=case.span(paid), lacking=case.span(needed - paid))


def _earliest(case: Case) -> Iterator[str]:
    if (both := _ends(case)) is None:
        return
    now, (first, last) = Month.of(case.today.year, case.today.month), both
    soonest = now.after(MONTHS_OF_NOTICE)
    if first.month <= now:
        said = "earliest_reached"
    elif last.month <= soonest:
        said = "earliest_too_late"
    else:
        said = "earliest_now" if last.earliest < soonest else "earliest"
    yield _of_leaving(said, both, case)


def _latest(case: Case) -> Iterator[str]:
    both = _ends(case)
    # Who reached the age before the reform has no choice of it.
    if both is not None and both[0].is_concerned:
        yield _of_leaving("latest", both, case)


def _of_leaving(sentence: str, both: Ends, case: Case) -> str:
    phrases, (first, last) = case.knowledge.phrases, both
    now = Month.of(case.today.year, case.today.month)
    return case.say(
        sentence,
        birth=phrases.months(first.birth, last.birth),
        worker=phrases.word("workers", first.category),
        month=phrases.months(first.month, last.month),
        earliest=phrases.months(first.earliest, last.earliest),
        latest=phrases.months(first.latest, last.latest),
        soonest=phrases.month(now.after(MONTHS_OF_NOTICE)),
    )


def _leaving_year(case: Case) -> int | None:
    """The year that was told, or that of the statutory age of who told his and his kind of work."""
    if year := case.told("leaving_year"):
        return year if year >= case.today.year else None
    # Who may have been born in several months needs at most what the last of them takes.
    both = _ends(case)
    return None if both is None else max(both[1].month.year, case.today.year)


def _ends(case: Case) -> Ends | None:
    """The first and the last retirement of who told his birth or age, and his kind of work."""
    kind = case.turn.known("worker_category") or ""
    try:
        birth = born(case.turn, case.today)
    except Unanswerable:
        return None
    if birth is None or kind not in case.knowledge.rules.categories:
        return None
    return ends(case.knowledge.rules, birth, kind)


def _place(case: Case) -> Iterator[str]:
    if (paid := case.told("paid_months")) is not None:
        enough = paid >= case.rules["place"]["least_months"]
        yield case.say("place_enough" if enough else "place_lacking", paid=case.span(paid))


def _annuity(case: Case) -> Iterator[str]:
    age = case.told("age")
    if age is None:
        return
    try:
        months = of_pensions.annuity(case.rules["annuity"]["months"], age)
    except of_pensions.AnnuityDoubted:
        return
    said = "annuity_between" if age % 12 else "annuity"
    yield case.say(said, age=case.knowledge.phrases.age(age), months=months)
    if balance := _amount(case):
        monthly = round(balance / months)
        yield case.say("annuity_balance", balance=balance, monthly=monthly)


def _injury(case: Case) -> Iterator[str]:
    grade, rules = case.told("grade"), case.rules["injury"]
    if grade is None and case.told("wage"):
        yield _each_grade(case)
    if grade not in rules["once"]:
        return
    months = rules["once"][grade]
    yield case.say("injury", grade=grade, months=months)
    if wage := case.told("wage"):
        yield case.say("injury_amount", wage=wage, amount=wage * months)
    if percent := rules["monthly"].get(grade):
        yield case.say("injury_monthly", percent=percent)
    if percent := rules["monthly_unplaced"].get(grade):
        yield case.say("injury_unplaced", percent=percent)


def _each_grade(case: Case) -> str:
    """What the likeliest grades come to where only the wage is told."""
    wage, once = case.told("wage") or 0, case.rules["injury"]["once"]
    grades = case.rules["injury"]["likeliest"]
    told = (case.say("injury_grade", grade=grade, amount=wage * once[grade]) for grade in grades)
    return case.say("injury_grades", wage=wage, grades=case.knowledge.phrases.listed(told))


def _resident(case: Case) -> Iterator[str]:
    yearly, aged, rules = case.told("yearly"), case.told("aged"), case.rules
    age = int(rules["resident"]["age"])
    until = 12 * (age - aged) if aged is not None else 0
    months = case.told("paid_months") or max(until, 0)
    if not yearly or not months:
        return
    divisor, paid = rules["annuity"]["months"][age], yearly * months // 12
    values = {"yearly": yearly, "years": case.span(months), "paid": paid, "divisor": divisor}
    yield case.say("resident", **values, monthly=round(paid / divisor))


def _amount(case: Case) -> Decimal | None:
    """The amount of money in this very message."""
    try:
        return Decimal(case.turn.entities.get("amount", ""))
    except InvalidOperation:
        return None


# These count for who has told no number but when he was born.
BY_BIRTH = ("earliest", "latest")
RULES: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "annuity": _annuity,
    "earliest": _earliest,
    "injury": _injury,
    "latest": _latest,
    "maternity": _maternity,
    "minimum": _minimum,
    "place": _place,
    "resident": _resident,
    "survivors": _survivors,
    "survivors_of_a_pensioner": _survivors_of_a_pensioner,
    "unemployment": _unemployment,
    "unemployment_condition": _unemployment_condition,
}

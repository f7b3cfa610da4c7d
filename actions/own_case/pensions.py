"""Pensions: years that are lacking, earliest and latest leaving, place, annuity, residents."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from actions.counting import pension as of_pensions
from actions.counting.born import born
from actions.knowledge.retirement_rules import MONTHS_OF_NOTICE, Ends, Month, ends
from actions.own_case.case import Case
from actions.talk.errors import Unanswerable


def minimum(case: Case) -> Iterator[str]:
    """What the year of leaving takes, and what is lacking of it."""
    year, paid = _leaving_year(case), case.told("paid_months")
    if year is None:
        return
    needed = case.knowledge.rules.minimum_contribution(year)
    yield case.say("minimum", year=year, needed=case.span(needed))
    if paid is not None and paid >= needed:
        yield case.say("minimum_enough", paid=case.span(paid))
    elif paid is not None:
        yield case.say("minimum_lacking", paid=case.span(paid), lacking=case.span(needed - paid))


def earliest(case: Case) -> Iterator[str]:
    """From which month on somebody may leave, with the notice that it takes."""
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


def latest(case: Case) -> Iterator[str]:
    """Until which month somebody may stay, if his employer agrees."""
    both = _ends(case)
    # Who reached the age before the reform has no choice of it.
    if both is not None and both[0].is_concerned:
        yield _of_leaving("latest", both, case)


def place(case: Case) -> Iterator[str]:
    """Whether a place where he is not at home pays a pension for the time paid there."""
    if (paid := case.told("paid_months")) is not None:
        enough = paid >= case.rules["place"]["least_months"]
        yield case.say("place_enough" if enough else "place_lacking", paid=case.span(paid))


def annuity(case: Case) -> Iterator[str]:
    """By how many months the account is divided, and what a balance in yuan comes to."""
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


def resident(case: Case) -> Iterator[str]:
    """What yearly payments of a resident come to each month from 60 on, in yuan."""
    yearly, aged, rules = case.told("yearly"), case.told("aged"), case.rules
    age = int(rules["resident"]["age"])
    until = 12 * (age - aged) if aged is not None else 0
    months = case.told("paid_months") or max(until, 0)
    if not yearly or not months:
        return
    divisor, paid = rules["annuity"]["months"][age], yearly * months // 12
    values = {"yearly": yearly, "years": case.span(months), "paid": paid, "divisor": divisor}
    yield case.say("resident", **values, monthly=round(paid / divisor))


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


def _amount(case: Case) -> Decimal | None:
    """The amount of money in this very message."""
    try:
        return Decimal(case.turn.entities.get("amount", ""))
    except InvalidOperation:
        return None

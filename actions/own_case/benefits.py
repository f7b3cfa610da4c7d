"""Benefits: months of unemployment, days of leave, survivors, the grades of an injury."""

from __future__ import annotations

from collections.abc import Iterator

from actions.counting import small as counting
from actions.own_case.case import Case


def unemployment(case: Case) -> Iterator[str]:
    """Months of the benefit for the time paid, by the place's own rule where it has one."""
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


def unemployment_condition(case: Case) -> Iterator[str]:
    """Whether the time paid is enough for the benefit."""
    paid = case.told("paid_months")
    if paid is not None:
        enough = paid >= case.rules["unemployment"]["least_months"]
        said = "unemployment_enough" if enough else "unemployment_too_short"
        yield case.say(said, paid=case.span(paid))


def maternity(case: Case) -> Iterator[str]:
    """Days of leave for more than one baby."""
    babies, rules = case.told("babies"), case.rules["maternity"]
    if babies is not None:
        days = counting.maternity_days("normal", babies, rules["days"], rules["more_days"])
        yield case.say("maternity", babies=babies, days=days)


def survivors(case: Case) -> Iterator[str]:
    """Months of the allowance for somebody who drew no pension yet."""
    if (paid := case.told("paid_months")) is not None:
        months = counting.survivors_months(paid, case.rules["survivors"])
        yield case.say("survivors", paid=case.span(paid), months=months)


def survivors_of_a_pensioner(case: Case) -> Iterator[str]:
    """The same, less a month for each year that the pension was drawn."""
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


def injury(case: Case) -> Iterator[str]:
    """What a grade comes to at once and each month, in yuan where the wage is told."""
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

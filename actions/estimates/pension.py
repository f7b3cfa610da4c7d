"""action_estimate_pension: what somebody's pension may be, with formula, inputs and year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from actions.counting import pension as counting
from actions.estimates import filled
from actions.estimates.filled import Field, FieldWrong
from actions.knowledge.answers import Knowledge
from actions.knowledge.figures import Parameter
from actions.knowledge.retirement_rules import Month, Retirement, checked_birth, retirement
from actions.record import standing
from actions.record.asking import Service, ask, begin
from actions.registries.client import Found
from actions.registries.entries import Contribution
from actions.talk.errors import (
    BirthUnreadable,
    BornInFuture,
    BornTooLately,
    BornTooLongAgo,
    SignInFirst,
    Unanswerable,
)
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

PENSION = "pension"
SERVICE = Service("estimate_pension")
CATEGORIES = ("male", "female_55", "female_50")


class EstimatePension(CitizenAction):
    """Counts, or shows the form with what the record knows."""

    action = "action_estimate_pension"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The estimate of a form that was filled in; else the form."""
        knowledge = await self._parts.shelf.now()
        fields = await filled.read(self._parts, turn, PENSION)
        if fields is None:
            return [await _form(self._parts, turn, knowledge)]
        count = partial(_counted, self._parts, turn, knowledge, fields)
        return await filled.counted(self._parts, turn, PENSION, fields, count)


async def _form(parts: Parts, turn: Turn, knowledge: Knowledge) -> Reply:
    found = await _known(parts, turn)
    known = found or {}
    rules, words = knowledge.phrases.words["calculators"][PENSION], knowledge.phrases.words
    base, told = _base(turn, knowledge), turn.known("worker_category")
    # Both as of today, and so named, or both for the day of retirement.
    months, balance = ("months_today", "balance_today") if known else (None, None)
    fields = [
        Field("birth", "month", known.get("birth") or turn.known("birth_month")),
        Field(
            "category",
            "choice",
            known.get("category") or (told if told in CATEGORIES else None),
            [(words["choices"][one], one) for one in CATEGORIES],
        ),
        Field("months", "number", known.get("months"), label=months),
        Field("balance", "number", known.get("balance"), label=balance),
        Field("index", "choice", "1", [(one, one) for one in rules["indexes"]]),
        Field("pension_base", "number", str(base.value) if base else None),
    ]
    return filled.form(PENSION, fields, knowledge, filled.sentence(found))


async def _known(parts: Parts, turn: Turn) -> Mapping[str, str] | None:
    """From the record of whoever is signed in, None of nobody; empty where it may not be read."""
    try:
        asking = await begin(parts, turn, SERVICE)
        number, regions = asking.subject.id_number, asking.regions
        told = await ask(
            asking,
            {
                "contributions": _months(parts, number, regions),
                "accounts": parts.registries.accounts(number, regions),
            },
        )
    except SignInFirst:
        return None
    except Unanswerable:
        return {}
    born = standing.birth_of(number)
    birth, kinds = Month.of(born.year, born.month), standing.categories(number, None)
    paid = len({one.month for one in told.entries("contributions") if one.counted})
    balance = sum(
        (one.balance for one in told.entries("accounts") if one.insurance == PENSION), Decimal(0)
    )
    known = {"birth": str(birth), "months": str(paid), "balance": f"{balance:.2f}"}
    return {**known, "category": kinds[0]} if len(kinds) == 1 else known


async def _months(parts: Parts, number: str, regions: tuple[str, ...]) -> Found[Contribution]:
    answers = await parts.registries.contributions(number, PENSION, regions)
    return Found(answers.contributions, answers.silent, answers.unknown)


def _base(turn: Turn, knowledge: Knowledge) -> Parameter | None:
    region = knowledge.region(turn.region)
    return knowledge.newest("pension_base", region.code) if region else None


def _counted(parts: Parts, turn: Turn, knowledge: Knowledge, fields: Mapping[str, str]) -> Reply:
    category = fields.get("category", "")
    if category not in CATEGORIES:
        raise FieldWrong(field=knowledge.phrases.words["calculator_words"]["fields"]["category"])
    birth = _birth(fields.get("birth", ""), parts, knowledge)
    when = retirement(knowledge.rules, birth, category)
    months = int(filled.number(fields, "months", knowledge, Decimal(1)))
    balance = filled.number(fields, "balance", knowledge)
    index = filled.number(fields, "index", knowledge, Decimal("0.1"))
    base = filled.number(fields, "pension_base", knowledge, Decimal(1))
    if months < when.minimum_contribution:
        needed = knowledge.phrases.span(when.minimum_contribution)
        return Reply("utter_estimate_pension_too_short", {"needed": needed})
    table: Mapping[int, int] = knowledge.phrases.words["calculators"]["annuity"]["months"]
    try:
        annuity = counting.annuity(table, when.age)
    except counting.AnnuityDoubted:
        return Reply("utter_estimate_pension_doubted")
    found = counting.pension(base, index, months, balance, annuity)
    inputs = {
        "birth": knowledge.phrases.month(birth),
        "age": knowledge.phrases.age(when.age),
        "retire": knowledge.phrases.month(when.month),
        "years": knowledge.phrases.span(months),
        "index": f"{index.normalize():f}",
        "balance": filled.yuan(balance, knowledge),
        "pension_base": filled.yuan(base, knowledge),
        **_year(turn, knowledge, base),
        "annuity": str(annuity),
    }
    return _said(found, when, inputs, knowledge)


def _birth(written: str, parts: Parts, knowledge: Knowledge) -> Month:
    """Wrong here it is a field to mend, not a question about the age of retirement."""
    try:
        return checked_birth(written, parts.today())
    except (BirthUnreadable, BornInFuture, BornTooLately, BornTooLongAgo) as problem:
        label = knowledge.phrases.words["calculator_words"]["fields"]["birth"]
        raise FieldWrong(field=label) from problem


def _year(turn: Turn, knowledge: Knowledge, base: Decimal) -> dict[str, str]:
    """Which region's figure of which year it is, where it is ours."""
    known, region = _base(turn, knowledge), knowledge.region(turn.region)
    if known is None or region is None or known.value != base:
        return {}
    return {"region": region.short, "year": str(known.effective_from.year)}


def _said(
    found: counting.Pension, when: Retirement, inputs: Mapping[str, str], knowledge: Knowledge
) -> Reply:
    written = knowledge.phrases.words["calculator_words"]["formula"]
    values = {
        "pension_base": inputs["pension_base"],
        "index": inputs["index"],
        "years": f"{found.years.normalize():f}",
        "basic": str(found.basic),
        "balance": inputs["balance"],
        "annuity": str(found.annuity),
        "account": str(found.account),
        "total": str(found.total),
        "retire": inputs["retire"],
    }
    formula = [line.format(**values) for line in written[PENSION]]
    if when.age % 12:
        formula.insert(2, written["interpolated"].format(age=inputs["age"]))
    results = [
        ("pension", filled.yuan(found.total, knowledge)),
        ("basic", filled.yuan(found.basic, knowledge)),
        ("account", filled.yuan(found.account, knowledge)),
    ]
    cited = filled.citations(PENSION, knowledge)
    card = filled.estimate(PENSION, inputs, results, formula, cited, knowledge)
    return Reply("utter_estimate_pension", values, card, {"pending": None})

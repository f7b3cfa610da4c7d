"""action_look_up_benefits: what is paid to the citizen, and what became of the last payments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.periods import Period, read_period
from actions.record.pointing import with_basis
from actions.record.tables import iso, money, table
from actions.registries.entries import Benefit, Payment
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("benefits")
MOST_PAYMENTS = 24
NOTHING_KEPT: Mapping[str, None] = {"pending": None, "period": None}
# What is waited for when a period of this look-up was kept over a sign-in.
KEPT_FOR = frozenset((SERVICE.name, "look_up_for_other"))


class LookUpBenefits(CitizenAction):
    """Shows benefits and payments, or the way to sign in."""

    action = "action_look_up_benefits"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each benefit with its newest payments, or with those of a period."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    period = read_period(_period_of(turn), parts.today())
    asking = await begin(parts, turn, SERVICE, period=str(period) if period else None)
    question = parts.registries.benefits(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge = asking.knowledge
    known: Sequence[Benefit] = found.entries(SERVICE.name)
    said = [one for benefit in known for one in sentences(benefit, knowledge, period)]
    if not said:
        said = [Reply("utter_benefits_none", {}, None, NOTHING_KEPT)]
    return [*with_basis(said, knowledge), *silent_regions(found, knowledge)]


def _period_of(turn: Turn) -> str | None:
    """The period that was said now; one from before only where this look-up goes on."""
    kept = turn.slots.get("period") if turn.pending in KEPT_FOR else None
    return turn.entities.get("period") or kept


def sentences(
    benefit: Benefit, knowledge: Knowledge, period: Period | None = None
) -> Iterable[Reply]:
    """What is paid, in all or in a period, and what went wrong with it."""
    values = _values(benefit, knowledge)
    if period is None:
        yield Reply(_main(benefit), values, _card(benefit, knowledge), NOTHING_KEPT)
    else:
        benefit = _within(benefit, period)
        yield _of_period(benefit, period, knowledge)
    wrong = [one for one in benefit.payments if one.status in ("returned", "suspended")]
    if benefit.status == "suspended" or any(one.status == "suspended" for one in wrong):
        yield _trouble("utter_benefit_suspended", benefit, wrong, knowledge)
    elif wrong:
        yield _trouble("utter_benefit_returned", benefit, wrong, knowledge)
    coming = [one for one in benefit.payments if one.status == "scheduled"]
    if coming:
        month = knowledge.phrases.month(Month.read(coming[0].month))
        amount = money(coming[0].amount)
        yield Reply("utter_benefit_scheduled", {**values, "month": month, "amount": amount})


def _within(benefit: Benefit, period: Period) -> Benefit:
    """The benefit as if only these months had been; how it is today says nothing of them."""
    months = tuple(
        one for one in benefit.payments if period.first <= Month.read(one.month) <= period.last
    )
    return replace(benefit, payments=months, status="active")


def _of_period(benefit: Benefit, period: Period, knowledge: Knowledge) -> Reply:
    values = _values(benefit, knowledge)
    values["period"] = knowledge.phrases.months(period.first, period.last)
    paid = any(one.status == "paid" for one in benefit.payments)
    response = "utter_benefit_period" if paid else "utter_benefit_period_none"
    return Reply(response, values, _card(benefit, knowledge), NOTHING_KEPT)


def _main(benefit: Benefit) -> str:
    if benefit.monthly_amount is None:
        return "utter_benefit_lump_sum"
    if benefit.status == "ended":
        return "utter_benefit_ended"
    paid = any(one.status == "paid" for one in benefit.payments)
    return "utter_benefit" if paid else "utter_benefit_unpaid"


def _values(benefit: Benefit, knowledge: Knowledge) -> dict[str, str]:
    phrases = knowledge.phrases
    paid = [one for one in benefit.payments if one.status == "paid"]
    values = {
        "place": place_name(benefit.region, knowledge),
        "benefit": phrases.word("benefit_kinds", benefit.kind),
        "start": phrases.month(Month.read(benefit.first)),
        "monthly": money(benefit.monthly_amount),
        "total": money(_sum(paid)),
        "times": str(len(paid)),
    }
    if paid:
        values["month"] = phrases.month(Month.read(paid[-1].month))
        values["amount"] = money(paid[-1].amount)
    return values


def _sum(payments: Iterable[Payment]) -> Decimal:
    return sum((one.amount for one in payments), start=Decimal(0))


def _trouble(
    response: str, benefit: Benefit, wrong: Sequence[Payment], knowledge: Knowledge
) -> Reply:
    phrases = knowledge.phrases
    months = [Month.read(one.month) for one in wrong]
    reasons = dict.fromkeys(one.reason for one in wrong if one.reason)
    return Reply(
        response,
        {
            "place": place_name(benefit.region, knowledge),
            "benefit": phrases.word("benefit_kinds", benefit.kind),
            "months": phrases.months(min(months), max(months)) if months else "",
            "many": str(len(months)),
            "total": money(_sum(wrong)),
            "reason": phrases.listed(reasons) or phrases.words["record"]["no_reason"],
        },
    )


def _card(benefit: Benefit, knowledge: Knowledge) -> Card:
    """The newest payments first; its title says when there are more."""
    newest = sorted(benefit.payments, key=lambda one: one.month, reverse=True)[:MOST_PAYMENTS]
    rows = (
        (
            one.month,
            money(one.amount),
            knowledge.phrases.word("payment_states", one.status),
            iso(one.paid_on),
        )
        for one in newest
    )
    title, many = knowledge.phrases.word("benefit_kinds", benefit.kind), len(benefit.payments)
    if many > MOST_PAYMENTS:
        cut = knowledge.phrases.words["record"]["lines"]["cut"]
        title = cut.format(title=title, shown=MOST_PAYMENTS, many=many)
    return table(title, ("month", "amount", "status", "paid_on"), rows, knowledge)

"""action_look_up_benefits: what is paid to the citizen, and what became of the last payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record.asking import Service, ask, begin, place_name, silent_regions
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


class LookUpBenefits(CitizenAction):
    """Shows benefits and payments, or the way to sign in."""

    action = "action_look_up_benefits"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each benefit with its newest payments."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.benefits(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge = asking.knowledge
    known: Sequence[Benefit] = found.entries(SERVICE.name)
    said = [one for benefit in known for one in sentences(benefit, knowledge)]
    if not said:
        said = [Reply("utter_benefits_none", {}, None, {"pending": None})]
    return [*with_basis(said, knowledge), *silent_regions(found, knowledge)]


def sentences(benefit: Benefit, knowledge: Knowledge) -> Iterable[Reply]:
    """What is paid, and what went wrong with it."""
    values = _values(benefit, knowledge)
    card, slots = _card(benefit, knowledge), {"pending": None}
    yield Reply(_main(benefit), values, card, slots)
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
    """The newest payments first."""
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
    title = knowledge.phrases.word("benefit_kinds", benefit.kind)
    return table(title, ("month", "amount", "status", "paid_on"), rows, knowledge)

"""Turns the bodies of docs/registry-api.yaml into our dataclasses, one function for each."""

from __future__ import annotations

from actions.registries.entries import (
    Account,
    Benefit,
    Card,
    Certificate,
    CertifiedPeriod,
    Contribution,
    Enrolment,
    InjuryCase,
    Payment,
    Person,
    Transfer,
    TransferStep,
    UnemploymentClaim,
)
from actions.registries.errors import WrongShape
from actions.registries.fields import Fields

INSURANCES = frozenset(
    ("pension", "medical", "unemployment", "injury", "maternity", "occupational_injury")
    + ("resident_pension", "resident_medical")
)
_KINDS = frozenset(("employer", "flexible", "resident"))
_ENROLMENT = frozenset(("active", "suspended", "ended"))
_CONTRIBUTION = frozenset(("paid", "arrears", "deferred", "refunded"))
_BENEFITS = frozenset(
    ("pension", "resident_pension", "survivor", "disability", "unemployment")
    + ("injury", "maternity_allowance")
)
_PAYMENT = frozenset(("paid", "returned", "suspended", "scheduled"))
_UNEMPLOYMENT = frozenset(("drawing", "paused", "used_up", "ended"))
_STEPS = ("audit", "transfer_out", "transfer_in")
_STEP_STATES = frozenset(("waiting", "under_way", "done", "late", "refused"))
_TRANSFER = frozenset(("under_way", "stuck", "refused", "finished"))
_CARD = frozenset(("issued", "lost", "expired", "blocked"))
_INJURY = frozenset(("reported", "recognised", "not_recognised", "assessed", "paid"))


def persons(body: Fields, region: str) -> tuple[Person, ...]:
    """The person whom the region found."""
    return (
        Person(
            region=region,
            name=body.text("name"),
            birth_date=body.day("birth_date"),
            death_date=body.day("death_date") if body.has("death_date") else None,
        ),
    )


def enrolments(body: Fields, region: str) -> tuple[Enrolment, ...]:
    """Where and as what insured."""
    return tuple(
        Enrolment(
            region=region,
            insurance=one.one_of("insurance", INSURANCES),
            kind=one.one_of("kind", _KINDS),
            employer=one.text("employer"),
            first=one.day("from"),
            last=one.day("to") if one.has("to") else None,
            status=one.one_of("status", _ENROLMENT),
        )
        for one in body.each("enrolments")
    )


def contributions(body: Fields, region: str) -> tuple[Contribution, ...]:
    """The months."""
    return tuple(
        Contribution(
            month=one.month("month"),
            region=region,
            insurance=one.one_of("insurance", INSURANCES),
            employer=one.text("employer"),
            base=one.amount("base"),
            personal=one.amount("personal"),
            employer_part=one.amount("employer_part"),
            status=one.one_of("status", _CONTRIBUTION),
            counted=one.flag("counted"),
            deemed=one.flag("deemed"),
        )
        for one in body.each("contributions")
    )


def accounts(body: Fields, region: str) -> tuple[Account, ...]:
    """The balances."""
    return tuple(
        Account(
            region=region,
            insurance=one.one_of("insurance", INSURANCES),
            balance=one.amount("balance"),
            as_of=one.day("as_of"),
        )
        for one in body.each("accounts")
    )


def benefits(body: Fields, region: str) -> tuple[Benefit, ...]:
    """The benefits with their payments."""
    return tuple(
        Benefit(
            region=region,
            kind=one.one_of("kind", _BENEFITS),
            status=one.one_of("status", _ENROLMENT),
            first=one.month("from"),
            monthly_amount=one.amount("monthly_amount") if one.has("monthly_amount") else None,
            payments=tuple(_payment(each) for each in one.each("payments")),
        )
        for one in body.each("benefits")
    )


def _payment(one: Fields) -> Payment:
    return Payment(
        month=one.month("month"),
        amount=one.amount("amount"),
        status=one.one_of("status", _PAYMENT),
        paid_on=one.day("date") if one.has("date") else None,
        reason=one.text("reason") if one.has("reason") else None,
    )


def unemployment(body: Fields, region: str) -> tuple[UnemploymentClaim, ...]:
    """The rights to unemployment benefit."""
    return tuple(
        UnemploymentClaim(
            region=region,
            status=one.one_of("status", _UNEMPLOYMENT),
            first=one.month("from"),
            entitled=one.whole("months_entitled"),
            drawn=one.whole("months_drawn"),
            left=one.whole("months_left"),
            monthly_amount=one.amount("monthly_amount"),
            until=one.month("until"),
        )
        for one in body.each("unemployment")
    )


def transfers(body: Fields, region: str) -> tuple[Transfer, ...]:
    """The transfers with their three steps."""
    return tuple(
        Transfer(
            region=region,
            number=one.text("number"),
            insurance=one.one_of("insurance", INSURANCES),
            from_region=one.text("from_region"),
            to_region=one.text("to_region"),
            applied_on=one.day("applied"),
            status=one.one_of("status", _TRANSFER),
            steps=_steps(one),
            reason=one.text("reason") if one.has("reason") else None,
        )
        for one in body.each("transfers")
    )


def _steps(transfer: Fields) -> tuple[TransferStep, ...]:
    steps = tuple(
        TransferStep(
            step=one.text("step"),
            state=one.one_of("state", _STEP_STATES),
            reached_on=one.day("date") if one.has("date") else None,
            due=one.day("due") if one.has("due") else None,
        )
        for one in transfer.each("steps")
    )
    if tuple(one.step for one in steps) != _STEPS:
        raise WrongShape(f"{transfer.place}.steps")
    return steps


def cards(body: Fields, region: str) -> tuple[Card, ...]:
    """The card, where there is one."""
    if not body.has("card"):
        return ()
    one = body.inner("card")
    return (
        Card(
            region=region,
            status=one.one_of("status", _CARD),
            bank=one.text("bank"),
            bank_active=one.flag("bank_active"),
            valid_to=one.day("valid_to"),
        ),
    )


def injury_cases(body: Fields, region: str) -> tuple[InjuryCase, ...]:
    """The injuries at work."""
    return tuple(
        InjuryCase(
            region=region,
            number=one.text("number"),
            employer=one.text("employer"),
            accident_on=one.day("accident"),
            state=one.one_of("state", _INJURY),
            reported_on=one.day("reported"),
            decided_on=one.day("decided") if one.has("decided") else None,
            grade=one.whole("grade") if one.has("grade") else None,
            assessed_on=one.day("assessed") if one.has("assessed") else None,
            amount=one.amount("amount") if one.has("amount") else None,
            paid_on=one.day("paid") if one.has("paid") else None,
            reason=one.text("reason") if one.has("reason") else None,
        )
        for one in body.each("injury_cases")
    )


def certificates(body: Fields, region: str) -> tuple[Certificate, ...]:
    """The data of the certificate."""
    one = body.inner("certificate")
    return (
        Certificate(
            region=region,
            number=one.text("number"),
            office=one.text("office"),
            issued_on=one.day("issued"),
            valid_until=one.day("valid_until"),
            name=one.text("name"),
            masked_id_number=one.text("masked_id_number"),
            insurance=one.one_of("insurance", INSURANCES),
            months=one.whole("months"),
            deemed_months=one.whole("deemed_months"),
            periods=tuple(_certified(each) for each in one.each("periods")),
            verification_code=one.text("verification_code"),
        ),
    )


def _certified(one: Fields) -> CertifiedPeriod:
    return CertifiedPeriod(
        employer=one.text("employer"),
        first=one.month("from"),
        last=one.month("to"),
        months=one.whole("months"),
    )

"""What back offices know, as frozen dataclasses: the words are those of docs/registry-api.yaml.

Amounts are yuan, months are written YYYY-MM. `region` is the code of the region that said it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Person:
    """Who the region has on record."""

    region: str
    name: str
    birth_date: date
    death_date: date | None


@dataclass(frozen=True)
class Enrolment:
    """Insured there, from and to; without an end while it lasts."""

    region: str
    insurance: str
    kind: str  # employer | flexible | resident
    employer: str
    first: date
    last: date | None
    status: str  # active | suspended | ended


@dataclass(frozen=True)
class Contribution:
    """One month at one employer."""

    month: str
    region: str
    insurance: str
    employer: str
    base: Decimal
    personal: Decimal
    employer_part: Decimal
    status: str  # paid | arrears | deferred | refunded
    counted: bool
    deemed: bool = False  # settled without money (视同缴费), as years of service are


@dataclass(frozen=True)
class Account:
    """The balance of a personal account at the end of a day."""

    region: str
    insurance: str
    balance: Decimal
    as_of: date


@dataclass(frozen=True)
class Payment:
    """One payment of a benefit."""

    month: str
    amount: Decimal
    status: str  # paid | returned | suspended | scheduled
    paid_on: date | None
    reason: str | None


@dataclass(frozen=True)
class Benefit:
    """A benefit; a lump sum has no monthly amount."""

    region: str
    kind: str
    status: str  # active | suspended | ended
    first: str
    monthly_amount: Decimal | None
    payments: tuple[Payment, ...]


@dataclass(frozen=True)
class UnemploymentClaim:
    """A right to unemployment benefit, in months."""

    region: str
    status: str  # drawing | paused | used_up | ended
    first: str
    entitled: int
    drawn: int
    left: int
    monthly_amount: Decimal
    until: str


@dataclass(frozen=True)
class TransferStep:
    """One of the three steps of a transfer."""

    step: str  # audit | transfer_out | transfer_in
    state: str  # waiting | under_way | done | late | refused
    reached_on: date | None
    due: date | None


@dataclass(frozen=True)
class Transfer:
    """A transfer of insurance from one region to another (关系转移)."""

    region: str
    number: str
    insurance: str
    from_region: str
    to_region: str
    applied_on: date
    status: str  # under_way | stuck | refused | finished
    steps: tuple[TransferStep, ...]
    reason: str | None


@dataclass(frozen=True)
class Card:
    """The social-security card (社会保障卡)."""

    region: str
    status: str  # issued | lost | expired | blocked
    bank: str
    bank_active: bool
    valid_to: date


@dataclass(frozen=True)
class InjuryCase:
    """An injury at work, from the report to the money."""

    region: str
    number: str
    employer: str
    accident_on: date
    state: str  # reported | recognised | not_recognised | assessed | paid
    reported_on: date
    decided_on: date | None
    grade: int | None  # of disability, 1 the worst, 10 the lightest
    assessed_on: date | None
    amount: Decimal | None
    paid_on: date | None
    reason: str | None


@dataclass(frozen=True)
class CertifiedPeriod:
    """Months in a row at one employer, on a certificate."""

    employer: str
    first: str
    last: str
    months: int


@dataclass(frozen=True)
class Certificate:
    """What a contribution certificate (参保缴费证明) says."""

    region: str
    number: str
    office: str
    issued_on: date
    valid_until: date
    name: str
    masked_id_number: str
    insurance: str
    months: int
    deemed_months: int
    periods: tuple[CertifiedPeriod, ...]
    verification_code: str

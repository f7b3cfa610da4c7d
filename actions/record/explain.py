"""Explains a contribution record (缴费记录): how far paid, how much, where it is broken or double.

A month counts once, however often it was paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from actions.knowledge.retirement_rules import Month


@dataclass(frozen=True)
class Paid:
    """One month at one employer, as a registry has it."""

    month: Month
    region: str
    employer: str
    base: Decimal
    personal: Decimal
    status: str
    counts: bool  # False while it is owed
    deemed: bool = False  # counts without having been paid (视同缴费)


@dataclass(frozen=True)
class Period:
    """Months in a row at one employer in one region."""

    first: Month
    last: Month
    region: str
    employer: str


@dataclass(frozen=True)
class Gap:
    """Months in a row without a contribution, between two that have one."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        """How many."""
        return self.last.number - self.first.number + 1


@dataclass(frozen=True)
class Overlap:
    """A month that was paid in more than one region."""

    month: Month
    regions: tuple[str, ...]


# States of months that an employer has not paid yet.
OWED = frozenset(("arrears", "deferred"))


@dataclass(frozen=True)
class Record:
    """What the months amount to."""

    months: tuple[Paid, ...]  # newest first
    paid_to: Month | None
    total: int
    periods: tuple[Period, ...]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    owed: tuple[Paid, ...]
    deemed: int = 0  # of the total, the months that nobody paid for


def explain(months: Iterable[Paid]) -> Record:
    """The record behind these months, in whatever order they come."""
    known = sorted(months, key=lambda one: (-one.month.number, one.region, one.employer))
    paid = [one for one in known if one.counts]
    distinct = sorted({one.month for one in paid})
    return Record(
        months=tuple(known),
        paid_to=distinct[-1] if distinct else None,
        total=len(distinct),
        periods=tuple(_periods(paid)),
        # What an employer owes is told as owed, and is no month without a record.
        gaps=tuple(gaps_of([*distinct, *(one.month for one in known if one.status in OWED)])),
        overlaps=tuple(_overlaps(paid)),
        owed=tuple(one for one in known if not one.counts),
        deemed=len(distinct) - len({one.month for one in paid if not one.deemed}),
    )


def _periods(paid: Iterable[Paid]) -> list[Period]:
    months: dict[tuple[str, str], set[Month]] = defaultdict(set)
    for one in paid:
        months[one.region, one.employer].add(one.month)
    found: list[Period] = []
    for (region, employer), worked in months.items():
        for first, last in runs(sorted(worked)):
            found.append(Period(first, last, region, employer))
    return sorted(found, key=lambda period: (period.first, period.region))


def runs(months: list[Month]) -> list[tuple[Month, Month]]:
    """First and last of each row of months without a break."""
    found: list[tuple[Month, Month]] = []
    for month in months:
        if found and found[-1][1].after(1) == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


def gaps_of(months: Iterable[Month]) -> list[Gap]:
    """The months in between that have no contribution."""
    there = runs(sorted(set(months)))
    return [
        Gap(last.after(1), first.after(-1))
        for (_, last), (first, _) in zip(there, there[1:], strict=False)
    ]


def _overlaps(paid: Iterable[Paid]) -> list[Overlap]:
    regions: dict[Month, set[str]] = defaultdict(set)
    for one in paid:
        regions[one.month].add(one.region)
    return [
        Overlap(month, tuple(sorted(where)))
        for month, where in sorted(regions.items())
        if len(where) > 1
    ]

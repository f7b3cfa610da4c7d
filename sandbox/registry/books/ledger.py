"""Spells of work, written short in people.yml, as the contract lists them month by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.registry.books.months import Span, at, first_day, last_day, span, yuan
from sandbox.registry.books.people import Record, Region

FIVE = ("pension", "medical", "unemployment", "injury", "maternity")


@dataclass(frozen=True)
class Entry:
    """One month of one insurance."""

    month: str
    insurance: str
    kind: str
    employer: str
    base: Decimal
    personal: Decimal
    employer_part: Decimal
    status: str
    deemed: bool

    @property
    def counted(self) -> bool:
        """Whether it adds to the years."""
        return self.status == "paid"

    def written(self) -> dict[str, Any]:
        """As in the contract."""
        return {
            "month": self.month,
            "insurance": self.insurance,
            "employer": self.employer,
            "base": str(self.base),
            "personal": str(self.personal),
            "employer_part": str(self.employer_part),
            "status": self.status,
            "counted": self.counted,
            "deemed": self.deemed,
        }


def entries(record: Record, region: Region, insurance: str | None = None) -> list[Entry]:
    """The months of one insurance or of all, oldest first."""
    found = [
        entry
        for spell in record.get("work", ())
        for covered in spell.get("for", FIVE)
        if insurance in (None, covered)
        for entry in _entries(spell, covered, region)
    ]
    return sorted(found, key=lambda one: (one.month, one.insurance, one.employer))


def _entries(spell: Mapping[str, Any], insurance: str, region: Region) -> Iterator[Entry]:
    for month in span(spell["months"]).months:
        base, personal, employer_part = _parts(spell, insurance, month, region)
        yield Entry(
            month=month,
            insurance=insurance,
            kind=spell.get("kind", "employer"),
            employer=spell["employer"],
            base=base,
            personal=personal,
            employer_part=employer_part,
            status=spell.get("status", "paid"),
            deemed=spell.get("deemed", False),
        )


def _parts(
    spell: Mapping[str, Any], insurance: str, month: str, region: Region
) -> tuple[Decimal, Decimal, Decimal]:
    """Base, what the person pays, what the employer or the state adds."""
    if "yearly" in spell:
        own = _month_of_a_year(spell["yearly"], month)
        return own, own, _month_of_a_year(spell["subsidy"], month)
    base = at(spell["base"], month)
    if spell.get("kind") == "flexible":
        return base, _percent(base, region.flexible[insurance]), yuan(0)
    personal, employer = region.rates[insurance]
    return base, _percent(base, personal), _percent(base, employer)


def _month_of_a_year(amount: float, month: str) -> Decimal:
    """A twelfth; December has what rounding left, so that the year is right."""
    twelfth = yuan(Decimal(str(amount)) / 12)
    return yuan(amount) - 11 * twelfth if month.endswith("-12") else twelfth


def _percent(base: Decimal, rate: float) -> Decimal:
    return yuan(base * Decimal(str(rate)) / 100)


def enrolments(record: Record) -> list[dict[str, Any]]:
    """From the first to the last month at each employer, and those without a month yet."""
    spells: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for spell in record.get("work", ()):
        if spell.get("status") == "refunded" or spell.get("deemed"):
            continue
        for insurance in spell.get("for", FIVE):
            key = (insurance, spell.get("kind", "employer"), spell["employer"])
            spells.setdefault(key, []).append(spell)
    found = [_enrolment(key, same) for key, same in spells.items()]
    found += [_written_out(one) for one in record.get("enrolments", ())]
    return sorted(found, key=lambda one: (one["from"], one["insurance"], one["employer"]))


def _enrolment(key: tuple[str, str, str], spells: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    insurance, kind, employer = key
    spans: list[tuple[Span, bool]] = [
        (span(one["months"]), one.get("suspended", False)) for one in spells
    ]
    goes_on = any(one.goes_on for one, _ in spans)
    suspended = any(stopped for _, stopped in spans)
    last = max(one.months[-1] for one, _ in spans)
    return {
        "insurance": insurance,
        "kind": kind,
        "employer": employer,
        "from": first_day(min(one.months[0] for one, _ in spans)).isoformat(),
        "to": None if goes_on else last_day(last).isoformat(),
        "status": "active" if goes_on else "suspended" if suspended else "ended",
    }


def _written_out(one: Mapping[str, Any]) -> dict[str, Any]:
    until: date | None = one.get("to")
    return {
        "insurance": one["insurance"],
        "kind": one["kind"],
        "employer": one["employer"],
        "from": one["from"].isoformat(),
        "to": until.isoformat() if until else None,
        "status": "ended" if until else "active",
    }

"""Keeps the books up to date: people.yml is written as of one day, and looked up on a later one.

What is over stays where it is. What has happened lately goes on with the calendar, so that a case
stays what its sentence says: who pays has paid until last month, who waits still waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sandbox.registry.books.months import first_day, later, months_from
from sandbox.registry.books.people import Citizen, Record

# The day as of which people.yml is written.
WRITTEN = date(2026, 11, 24)
# Whatever lies before this is history.
LATELY = "2025-07"
# Payments of a month are made by the middle of it, and the month's entries are closed then.
CLOSED_AFTER = timedelta(days=14)
WEEK = timedelta(weeks=1)
SPANS = ("paid", "returned", "suspended", "scheduled")
Entry = Mapping[str, Any]


def as_of(citizen: Citizen, today: date) -> Citizen:
    """The citizen with the records as they would be written on this day."""
    if today <= WRITTEN:
        return citizen
    records = {region: _record(record, today) for region, record in citizen.records.items()}
    return replace(citizen, records=records)


def _record(record: Record, today: date) -> Record:
    begun, closed = _months(WRITTEN, today), _months(WRITTEN, today - CLOSED_AFTER)
    weeks = -((WRITTEN - today) // WEEK) * WEEK
    return {
        **record,
        "work": [_spell(one, begun, closed) for one in record.get("work", ())],
        "enrolments": [_dated_by_months(one, begun) for one in record.get("enrolments", ())],
        "benefits": [_benefit(one, closed) for one in record.get("benefits", ())],
        "unemployment": [_unemployment(one, closed) for one in record.get("unemployment", ())],
        "transfers": [_transfer(one, weeks) for one in record.get("transfers", ())],
        "injury_cases": [_dated_by_months(one, closed) for one in record.get("injury_cases", ())],
    }


def _months(start: date, end: date) -> int:
    return max(0, months_from(f"{start:%Y-%m}", f"{end:%Y-%m}"))


def _spell(spell: Entry, begun: int, closed: int) -> Entry:
    """An open end is last month's; residents pay by the year."""
    written = str(spell["months"])
    moved = _span(written, closed)
    if written.endswith("+"):
        last = written[-8:-1]
        ahead = begun if "yearly" not in spell else 12 * _years(begun)
        moved = f"{moved[:-8]}{later(last, ahead)}+"
    return {**spell, "months": moved}


def _years(months: int) -> int:
    """How often a new year has begun."""
    return (WRITTEN.month - 1 + months) // 12


def _span(written: str, months: int) -> str:
    """The notation of months, with what is lately moved on."""
    return ", ".join(
        "..".join(_month(month.strip(), months) for month in part.split(".."))
        for part in written.split(",")
    )


def _month(written: str, months: int) -> str:
    month, mark = written[:7], written[7:]
    return (later(month, months) if month >= LATELY else month) + mark


def _benefit(benefit: Entry, months: int) -> Entry:
    moved = {name: _span(benefit[name], months) for name in SPANS if name in benefit}
    return {**benefit, **moved, "from": _month(benefit["from"], months)}


def _unemployment(one: Entry, months: int) -> Entry:
    return {**one, "from": _month(one["from"], months), "until": _month(one["until"], months)}


def _dated_by_months(entry: Entry, months: int) -> Entry:
    return {name: _by_months(value, months) for name, value in entry.items()}


def _by_months(value: Any, months: int) -> Any:
    if not isinstance(value, date) or f"{value:%Y-%m}" < LATELY:
        return value
    # The 28th is the last day that each month has.
    return first_day(later(f"{value:%Y-%m}", months)).replace(day=min(value.day, 28))


def _transfer(transfer: Entry, weeks: timedelta) -> Entry:
    """By whole weeks, and at least by one: a step stays due on a day of the week, ahead."""
    moved = {**transfer, "applied": transfer["applied"] + weeks}
    moved["dates"] = [one + weeks if one else None for one in transfer["dates"]]
    return moved | {name: transfer[name] + weeks for name in ("due",) if transfer.get(name)}

"""Figures of one place and time, and the time that somebody asks about."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from actions.knowledge.retirement_rules import Month
from actions.knowledge.sources import Source


@dataclass(frozen=True)
class Parameter:
    """A figure of one region and time; `display` is how it stands in a sentence."""

    name: str
    region: str
    display: str
    effective_from: date
    effective_to: date | None
    source: Source | None
    value: int | None = None  # where it is one number
    confidence: str = "high"

    def holds(self, day: date) -> bool:
        """Whether it is the figure of this day."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


class Days(NamedTuple):
    """A time, both days included."""

    first: date
    last: date


def days_of(period: str | None) -> Days | None:
    """The days of the engine's period (2025-01/2025-12), also of one to come; None for none."""
    first, slash, last = (period or "").partition("/")
    if not slash:
        return None
    try:
        begin, end = Month.read(first), Month.read(last)
    except ValueError:
        return None
    last_day = monthrange(end.year, end.month)[1]
    return Days(date(begin.year, begin.month, 1), date(end.year, end.month, last_day))


def days_to_look(asked: Days | None, today: date) -> tuple[date, ...]:
    """The days whose figures answer, the best first: today's where it is within what is asked."""
    if asked is None or asked.first <= today <= asked.last:
        return (today,)
    return (asked.last, asked.first)


def valid(figures: Sequence[Parameter]) -> Days | None:
    """When all of those hold that change each year; None where none does."""
    yearly = [(one.effective_from, one.effective_to) for one in figures if one.effective_to]
    if not yearly:
        return None
    return Days(max(first for first, _ in yearly), min(last for _, last in yearly if last))

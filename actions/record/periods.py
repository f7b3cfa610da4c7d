"""The period that a citizen asks about, in the engine's spelling: 2025-01/2025-12."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actions.knowledge.retirement_rules import Month


@dataclass(frozen=True)
class Period:
    """Months, the first and the last included."""

    first: Month
    last: Month

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


def read_period(written: str | None, today: date) -> Period | None:
    """The period that an entity or a slot holds; None for none, and for one still to come."""
    now = Month.of(today.year, today.month)
    first, slash, last = (written or "").partition("/")
    try:
        found = Period(Month.read(first), Month.read(last)) if slash else None
    except ValueError:
        return None
    if found is None or found.first > found.last or found.first > now:
        return None
    return Period(found.first, min(found.last, now))

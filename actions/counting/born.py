"""When the person was born of whom it is asked: in a month that was told, or by the age."""

from __future__ import annotations

from datetime import date

from actions.knowledge.retirement_rules import (
    OLDEST_YEARS,
    YOUNGEST_YEARS,
    Born,
    born_by_age,
    checked_birth,
)
from actions.talk.turn import AGED, BORN, Turn

MONTHS = 12


def born(turn: Turn, today: date) -> Born | None:
    """When the person was born of whom it is asked: the month or year that was told, or by the age.

    What was said last counts, but an age or a year that goes with the month told adds nothing.
    Where somebody else is asked for now, nothing that was told before holds.
    """
    written = turn.entities.get("birth_month") if turn.another else turn.known("birth_month")
    span = _span(turn, today)
    if written is None:
        return span
    birth = checked_birth(written, today)
    # The engine counts no year any more once a month is told: a year was said after the month.
    said_since = "age" in turn.entities or BORN in turn.counts
    if span is None or not said_since or "birth_month" in turn.entities:
        return Born(birth, birth)
    return Born(birth, birth) if span.first <= birth <= span.last else span


def _span(turn: Turn, today: date) -> Born | None:
    """Between which months, by the year or the age that was told; what was said now counts."""
    year, years = turn.counts.get(BORN), None if turn.another else aged(turn)
    if year and (turn.counts_now.get(BORN) or years is None or turn.counts_now.get(AGED) is None):
        first, last = (checked_birth(f"{year}-{month:02}", today) for month in (1, MONTHS))
        return Born(first, last)
    return None if years is None else born_by_age(years, today)


def aged(turn: Turn) -> int | None:
    """The full years that were told, of who is neither a child nor older than anybody."""
    told = turn.entities.get("age") or turn.counted(AGED) or ""
    years = int(told) if told.isdecimal() else 0
    return years if YOUNGEST_YEARS <= years < OLDEST_YEARS else None

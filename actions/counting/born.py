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
from actions.talk.turn import Turn

MONTHS = 12
BORN = "born_year"  # the year that was told without a month
AGED = "aged"  # the full years that were told, as the engine counts them


def born(turn: Turn, today: date) -> Born | None:
    """When the person was born of whom it is asked: the month or year that was told, or by the age.

    What was said last counts, but an age or a year that goes with the month told adds nothing.
    Where somebody else is asked for now (the engine counts an age of 0), nothing told before holds.
    """
    another = turn.counts_now.get(AGED) == 0
    written = turn.entities.get("birth_month") if another else turn.known("birth_month")
    span = _span(turn, today, another=another)
    if written is None:
        return span
    birth = checked_birth(written, today)
    said_now = "age" in turn.entities or turn.counts_now.get(BORN)
    if span is None or not said_now or "birth_month" in turn.entities:
        return Born(birth, birth)
    return Born(birth, birth) if span.first <= birth <= span.last else span


def _span(turn: Turn, today: date, *, another: bool) -> Born | None:
    """Between which months, by the year or the age that was told; what was said now counts."""
    year = (turn.counts_now if another else turn.counts).get(BORN)
    years = None if another else aged(turn)
    if year and (turn.counts_now.get(BORN) or years is None):
        first, last = (checked_birth(f"{year}-{month:02}", today) for month in (1, MONTHS))
        return Born(first, last)
    return None if years is None else born_by_age(years, today)


def aged(turn: Turn) -> int | None:
    """The full years that were told, of who is neither a child nor older than anybody."""
    told = turn.entities.get("age") or turn.counted(AGED) or ""
    years = int(told) if told.isdecimal() else 0
    return years if YOUNGEST_YEARS <= years < OLDEST_YEARS else None

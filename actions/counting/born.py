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

AGED = "aged"  # the full years that were told, as the engine counts them


def born(turn: Turn, today: date) -> Born | None:
    """When the person was born of whom it is asked: the month that was told, or by the age.

    What was said last counts, but an age that goes with the month that was told adds nothing.
    """
    written, years = turn.known("birth_month"), aged(turn)
    said = turn.entities.get("age") is not None and "birth_month" not in turn.entities
    if written and not (years is not None and said):
        birth = checked_birth(written, today)
        return Born(birth, birth)
    if years is None:
        return None
    by_age = born_by_age(years, today)
    if not written or not by_age.first <= (birth := checked_birth(written, today)) <= by_age.last:
        return by_age
    return Born(birth, birth)


def aged(turn: Turn) -> int | None:
    """The full years that were told, of who is neither a child nor older than anybody."""
    if turn.counts_now.get(AGED) == 0:
        return None  # an age was named, and is not that of one person who asks or is asked for
    told = turn.entities.get("age") or turn.counted(AGED) or ""
    years = int(told) if told.isdecimal() else 0
    return years if YOUNGEST_YEARS <= years < OLDEST_YEARS else None

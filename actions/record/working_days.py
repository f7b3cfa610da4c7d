"""Working days in China, with its holidays and the weekends that are worked instead."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

# A step of a transfer takes so many at most (REG_AGENCY, 12).
STEP_DAYS = 15


def due_after(start: date, days: int = STEP_DAYS) -> date:
    """The last of so many working days behind `start`."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day


def between(start: date, end: date) -> int:
    """Working days behind `start` up to and including `end`."""
    return sum(is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def is_working(day: date) -> bool:
    """By the calendar of the State Council; where that is not out yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        return day.weekday() < 5

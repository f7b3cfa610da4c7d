"""Working days, and the check digit of an ID number."""

from __future__ import annotations

from datetime import date

import pytest

from actions.record.id_numbers import NotAnIdNumber, read_id_number
from actions.record.working_days import between, due_after, is_working


def test_fifteen_working_days_leave_out_the_national_holidays() -> None:
    assert due_after(date(2026, 11, 12)) == date(2026, 12, 3)
    # The week of the national day is free, and some weekends around it are worked.
    due = due_after(date(2026, 9, 21))
    assert between(date(2026, 9, 21), due) == 15
    assert not is_working(date(2026, 10, 1))
    assert due > date(2026, 10, 12)


def test_beyond_the_calendar_it_is_monday_to_friday() -> None:
    assert is_working(date(2040, 1, 2))
    assert not is_working(date(2040, 1, 7))


def test_id_numbers() -> None:
    today = date(2026, 11, 24)
    assert read_id_number("310199 19900315 0241", today) == "310199199003150241"
    for wrong in ("310199199003150242", "310199199013150241", "31019919900315024", "", "x" * 18):
        with pytest.raises(NotAnIdNumber):
            read_id_number(wrong, today)

"""The books go on with the calendar: a case stays what its sentence says on later days."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from tests.sandbox.running import TODAY, RunningRegistry


def told(registry: RunningRegistry, caller: httpx.Client, login: str, path: str) -> Any:
    """What a region (the path's first part) says about a citizen."""
    region, subject = path.split("/")
    number = {"id_number": registry.number(login)}
    person = caller.post(f"/{region}/person-lookups", json=number).json()["person"]
    (answer,) = caller.get(f"/{region}/persons/{person}/{subject}").json().values()
    return answer


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-11-24", "2026-10"),
        ("2026-11-30", "2026-10"),
        ("2026-12-01", "2026-11"),
        ("2027-01-20", "2026-12"),
        ("2027-12-31", "2027-11"),
    ],
)
def test_who_pays_has_paid_until_last_month(
    registry: RunningRegistry, caller: httpx.Client, day: str, last: str
) -> None:
    registry.calendar.today = date.fromisoformat(day)
    months = told(registry, caller, "wangfang", "310000/contributions?insurance=pension")
    assert [months[0]["month"], months[-1]["month"]] == ["2018-07", last]
    (enrolled,) = {
        (one["from"], one["to"], one["status"])
        for one in told(registry, caller, "wangfang", "310000/enrolments")
    }
    assert enrolled == ("2018-07-01", None, "active")


@pytest.mark.parametrize("day", ["2026-11-25", "2026-12-01", "2026-12-02", "2027-05-31"])
def test_a_step_of_a_transfer_stays_ahead_and_on_its_day_of_the_week(
    registry: RunningRegistry, caller: httpx.Client, day: str
) -> None:
    (before,) = told(registry, caller, "xuhui", "440000/transfers")
    registry.calendar.today = date.fromisoformat(day)
    (one,) = told(registry, caller, "xuhui", "440000/transfers")
    moved = [
        (date.fromisoformat(new) - date.fromisoformat(old)).days
        for new, old in [
            (one["applied"], before["applied"]),
            *zip(
                [step["date"] or step["due"] for step in one["steps"]],
                [step["date"] or step["due"] for step in before["steps"]],
                strict=True,
            ),
        ]
    ]
    (days,) = set(moved)
    assert days % 7 == 0
    assert 0 <= days - (registry.calendar.today - TODAY).days < 7
    assert one["steps"][2]["due"] > day


def test_payments_are_made_by_the_middle_of_the_month(
    registry: RunningRegistry, caller: httpx.Client
) -> None:
    def paid_and_to_come(day: str) -> list[str]:
        registry.calendar.today = date.fromisoformat(day)
        (pension,) = told(registry, caller, "zhaoguilan", "310000/benefits")
        assert pension["payments"][0]["month"] == "2014-06"
        return [one["month"] for one in pension["payments"][-2:]]

    assert paid_and_to_come("2026-12-14") == ["2026-11", "2026-12"]
    assert paid_and_to_come("2026-12-15") == ["2026-12", "2027-01"]
    (returned,) = told(registry, caller, "sunjianguo", "510000/benefits")
    assert [one["month"] for one in returned["payments"] if one["status"] == "returned"] == [
        "2026-11",
        "2026-12",
    ]


def test_what_is_long_over_stays(registry: RunningRegistry, caller: httpx.Client) -> None:
    old = told(registry, caller, "douyue", "440000/contributions?insurance=pension")
    gap = told(registry, caller, "liqiang", "440000/contributions?insurance=pension")
    registry.calendar.today = date(2027, 3, 20)
    assert told(registry, caller, "douyue", "440000/contributions?insurance=pension") == old
    later = told(registry, caller, "liqiang", "440000/contributions?insurance=pension")
    assert later[: len(gap)] == gap


def test_residents_pay_by_the_year(registry: RunningRegistry, caller: httpx.Client) -> None:
    def last_month(day: str) -> str:
        registry.calendar.today = date.fromisoformat(day)
        months = told(registry, caller, "shenxiulan", "510000/contributions")
        return str(months[-1]["month"])

    assert [last_month(day) for day in ("2026-12-31", "2027-01-01", "2028-02-01")] == [
        *("2025-12", "2026-12", "2027-12"),
    ]

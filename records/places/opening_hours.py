"""Whether a service centre is open, by its weekly hours, public holidays and 调休 workdays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
# A working day on a weekend keeps the hours of an ordinary Monday.
WORKDAY = 1


def is_open(
    hours: Sequence[Mapping[str, Any]], holidays: Sequence[Mapping[str, Any]], now: datetime
) -> bool:
    """Whether somebody is there at `now`."""
    here = now.astimezone(CHINA)
    special = next((day for day in holidays if day["date"] == here.date().isoformat()), None)
    if special is not None and not special["open"]:
        return False
    weekday = here.isoweekday() if special is None else _as_workday(hours, here.isoweekday())
    clock = here.strftime("%H:%M")
    return any(weekday in span["days"] and span["from"] <= clock < span["to"] for span in hours)


def _as_workday(hours: Sequence[Mapping[str, Any]], weekday: int) -> int:
    return weekday if any(weekday in span["days"] for span in hours) else WORKDAY

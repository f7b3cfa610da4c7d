"""Months (YYYY-MM) and the short notation of people.yml: ranges of months, amounts in steps."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
# A number, or a number for each month from which it holds.
Steps = Mapping[str, float] | float


@dataclass(frozen=True)
class Span:
    """Months in order, and whether it goes on after the last of them."""

    months: tuple[str, ...]
    goes_on: bool


def span(written: str) -> Span:
    """From ``2018-07..2020-01, 2020-05, 2021-01..2026-10+``."""
    months: list[str] = []
    for part in written.removesuffix("+").split(","):
        first, _, last = part.strip().partition("..")
        months += between(first, last or first)
    return Span(tuple(months), written.endswith("+"))


def between(first: str, last: str) -> list[str]:
    """All months from the first to the last."""
    return [_written(number) for number in range(_number(first), _number(last) + 1)]


def later(month: str, months: int) -> str:
    """So many months on."""
    return _written(_number(month) + months)


def months_from(first: str, last: str) -> int:
    """How many months the last comes behind the first."""
    return _number(last) - _number(first)


def runs(months: Iterable[str]) -> list[tuple[str, str]]:
    """First and last of each row of months without a break."""
    found: list[tuple[str, str]] = []
    for month in sorted(set(months)):
        if found and _number(found[-1][1]) + 1 == _number(month):
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


def at(steps: Steps, month: str) -> Decimal:
    """The amount that holds in a month."""
    if not isinstance(steps, Mapping):
        return yuan(steps)
    begun = [start for start in steps if start <= month]
    return yuan(steps[max(begun)])


def yuan(amount: float | Decimal) -> Decimal:
    """Rounded to the fen."""
    return Decimal(str(amount)).quantize(FEN, ROUND_HALF_UP)


def first_day(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The last day of a month."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _number(month: str) -> int:
    day = first_day(month)
    return day.year * 12 + day.month - 1


def _written(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"

"""Contributions of the self-employed, months of benefits, maternity allowance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FEN = Decimal("0.01")


@dataclass(frozen=True)
class Flexible:
    """Yuan a month; without a medical part where the place's rate is not known."""

    pension: Decimal
    account: Decimal
    medical: Decimal | None

    @property
    def month(self) -> Decimal:
        """All of it."""
        return self.pension + (self.medical or 0)


def flexible(base: Decimal, percents: Mapping[str, int]) -> Flexible:
    """What somebody pays who pays alone; `percents` of pension, account and maybe medical."""
    medical = percents.get("medical")
    return Flexible(
        pension=_percent(base, percents["pension"]),
        account=_percent(base, percents["account"]),
        medical=None if medical is None else _percent(base, medical),
    )


def flexible_percents(rules: Mapping[str, Any], region: str | None, today: date) -> dict[str, int]:
    """Percent of pension and account, and the medical part where that of the place is known.

    `rules` are those of `calculators.yml`; `region` is a code of GB/T 2260.
    """
    percents = {"pension": rules["pension_percent"], "account": rules["account_percent"]}
    known = rules["medical_percent"].get(region)
    if known and known["from"] <= today:
        percents["medical"] = known["percent"]
    return percents


def most_unemployment_months(paid: int, steps: Iterable[Mapping[str, int]]) -> int:
    """The law's longest time for so many months of contributions; 0 below the first step."""
    reached = [one["months"] for one in steps if paid >= one["years"] * 12]
    return max(reached, default=0)


def own_unemployment_months(paid: int, months_a_year: int, most: int) -> int:
    """A region's conversion of full years."""
    return min(paid // 12 * months_a_year, most)


def survivors_months(paid: int, rules: Mapping[str, Any]) -> int:
    """Months of the survivors' allowance (抚恤金) for so many months paid (MOHRSS_2021_18)."""
    years = paid // 12
    first: int = max(step["months"] for step in rules["months"] if years >= step["years"])
    most: int = rules["most"]
    return min(first + max(0, years - int(rules["each_year_beyond"])), most)


def maternity_days(kind: str, babies: int, days: Mapping[str, int], more: Mapping[str, int]) -> int:
    """Days of leave by national rule (REG_FEM, 7)."""
    if kind in ("miscarriage_early", "miscarriage_late"):
        return days[kind]
    difficult = more["difficult"] if kind == "difficult" else 0
    return days["normal"] + difficult + more["each_more_baby"] * (babies - 1)


def maternity_allowance(wage: Decimal, days: int, days_of_a_month: int) -> Decimal:
    """Monthly mean wage of the employer by the day."""
    return (wage / days_of_a_month * days).quantize(FEN, ROUND_HALF_UP)


def _percent(base: Decimal, percent: int) -> Decimal:
    return (base * percent / 100).quantize(FEN, ROUND_HALF_UP)

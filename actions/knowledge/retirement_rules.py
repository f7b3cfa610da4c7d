"""The statutory retirement age (法定退休年龄): the reform of 2025 as an algorithm.

All counting is in months; a `Month` is years × 12 + month, so that months can be added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from actions.talk.errors import BirthUnreadable, BornInFuture, BornTooLately, BornTooLongAgo

# Nobody older asks; for a child nobody can promise that the rules stay.
OLDEST_YEARS = 120
YOUNGEST_YEARS = 16
# Whoever leaves early tells the employer in writing three months before (RET-05).
MONTHS_OF_NOTICE = 3
_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year."""

    number: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month, counted from 1."""
        return cls(year * 12 + month - 1)

    @classmethod
    def read(cls, written: str) -> Month:
        """From ``1972-08``; `ValueError` for anything else."""
        return _month(written)

    @property
    def year(self) -> int:
        """The year."""
        return self.number // 12

    @property
    def month(self) -> int:
        """The month of the year, from 1."""
        return self.number % 12 + 1

    def after(self, months: int) -> Month:
        """So many months later."""
        return Month(self.number + months)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@lru_cache(maxsize=4096)
def _month(written: str) -> Month:
    """Remembered: a record names the same months over and over."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        raise ValueError(written)
    return Month.of(int(match[1]), int(match[2]))


@dataclass(frozen=True)
class Born:
    """Between which months somebody was born; both are the same where the month is known."""

    first: Month
    last: Month

    @property
    def exactly(self) -> bool:
        """Whether the month is known."""
        return self.first == self.last


@dataclass(frozen=True)
class Category:
    """How the age rises for one kind of worker."""

    base_age: int  # years, before the reform
    first_birth: Month  # the first birth that is concerned
    step_months: int  # births per month of delay
    cap_months: int  # the longest delay


@dataclass(frozen=True)
class Rules:
    """`data/knowledge/retirement.yml`."""

    categories: Mapping[str, Category]
    flexible_months: int
    last_low_year: int  # until then `low_months` of contributions are enough
    low_months: int
    step_months: int  # more for each year after it
    high_months: int

    def minimum_contribution(self, year: int) -> int:
        """Months of contributions that whoever retires in `year` needs."""
        more = max(0, year - self.last_low_year) * self.step_months
        return min(self.low_months + more, self.high_months)


@dataclass(frozen=True)
class Retirement:
    """When somebody may retire. Ages in months."""

    birth: Month
    category: str
    base_age: int
    delay: int
    age: int
    month: Month
    earliest_age: int
    earliest: Month
    latest_age: int
    latest: Month
    minimum_contribution: int  # months; who leaves early needs that of the earlier year
    earliest_contribution: int

    @property
    def is_concerned(self) -> bool:
        """Whether the reform changes anything for this birth."""
        return self.delay > 0


def retirement(rules: Rules, birth: Month, category: str) -> Retirement:
    """When a person of this birth and category retires, earliest and latest."""
    row = rules.categories[category]
    waited = birth.number - row.first_birth.number
    delay = 0 if waited < 0 else min(waited // row.step_months + 1, row.cap_months)
    base = row.base_age * 12
    age = base + delay
    earliest_age = max(age - rules.flexible_months, base)
    latest_age = age + rules.flexible_months
    month, earliest = birth.after(age), birth.after(earliest_age)
    return Retirement(
        birth=birth,
        category=category,
        base_age=base,
        delay=delay,
        age=age,
        month=month,
        earliest_age=earliest_age,
        earliest=earliest,
        latest_age=latest_age,
        latest=birth.after(latest_age),
        minimum_contribution=rules.minimum_contribution(month.year),
        earliest_contribution=rules.minimum_contribution(earliest.year),
    )


def born_by_age(age: int, today: date) -> Born:
    """When somebody was born who is `age` full years old today."""
    now = Month.of(today.year, today.month)
    return Born(now.after(-12 * (age + 1)), now.after(-12 * age))


# Of who was born first, and of who was born last.
Ends = tuple[Retirement, Retirement]


def ends(rules: Rules, born: Born, category: str) -> Ends:
    """The first and the last retirement that it may be."""
    return retirement(rules, born.first, category), retirement(rules, born.last, category)


def checked_birth(written: str, today: date) -> Month:
    """The birth month, if somebody of that age can ask."""
    try:
        birth = Month.read(written)
    except ValueError as problem:
        raise BirthUnreadable from problem
    said = {"birth": written}
    age = Month.of(today.year, today.month).number - birth.number
    if age < 0:
        raise BornInFuture(**said)
    if age > OLDEST_YEARS * 12:
        raise BornTooLongAgo(**said)
    if age < YOUNGEST_YEARS * 12:
        raise BornTooLately(**said)
    return birth

"""The pension at retirement (GF_2005_38, 6): the basic part and the personal account's part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
TENTH = Decimal("0.1")


class AnnuityDoubted(Exception):
    """For this age the months are not known for sure."""


@dataclass(frozen=True)
class Pension:
    """Yuan a month."""

    years: Decimal
    annuity: Decimal
    basic: Decimal
    account: Decimal

    @property
    def total(self) -> Decimal:
        """Both parts."""
        return self.basic + self.account


def pension(
    base: Decimal, index: Decimal, months: int, balance: Decimal, annuity: Decimal
) -> Pension:
    """One percent of the mean of base and indexed wage for each year, and the account's part."""
    years = Decimal(months) / 12
    basic = (base + base * index) / 2 * years / 100
    return Pension(
        years=years.quantize(FEN, ROUND_HALF_UP),
        annuity=annuity,
        basic=basic.quantize(FEN, ROUND_HALF_UP),
        account=(balance / annuity).quantize(FEN, ROUND_HALF_UP),
    )


def annuity(months_by_age: Mapping[int, int], age: int) -> Decimal:
    """The months for an age in months; between whole years along a straight line."""
    years, over = divmod(age, 12)
    try:
        lower = Decimal(months_by_age[years])
        if not over:
            return lower
        upper = Decimal(months_by_age[years + 1])
    except KeyError as problem:
        raise AnnuityDoubted from problem
    return (lower + (upper - lower) * over / 12).quantize(TENTH, ROUND_HALF_UP)

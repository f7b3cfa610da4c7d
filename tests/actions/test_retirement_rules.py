"""The algorithm of the retirement age against every vector and band."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.knowledge.retirement_rules import Month, retirement
from actions.knowledge.shelf import read_knowledge

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (HERE / "retirement_vectors.yml").read_text(encoding="utf-8")
)
RULES = read_knowledge(ROOT / "data/knowledge").rules


def test_the_table_is_whole() -> None:
    assert (len(TABLE["vectors"]), len(TABLE["bands"])) == (34, 132)


@pytest.mark.parametrize(
    "row", TABLE["vectors"], ids=lambda row: f"{row['category']}-{row['birth']}"
)
def test_a_birth_retires_in_its_month(row: dict[str, Any]) -> None:
    found = retirement(RULES, Month.read(row["birth"]), row["category"])
    assert found.delay == row["delay_months"]
    assert divmod(found.age, 12) == (row["age_years"], row["age_months"])
    assert str(found.month) == row["retire"]
    assert found.minimum_contribution == row["min_contribution_years"] * 12


@pytest.mark.parametrize("row", TABLE["bands"], ids=lambda row: f"{row['category']}-{row['from']}")
def test_every_birth_of_a_band_has_its_age(row: dict[str, Any]) -> None:
    first = Month.read(row["from"])
    last = Month.read(row["to"] or "2005-12")
    for number in range(first.number, last.number + 1):
        found = retirement(RULES, Month(number), row["category"])
        assert found.delay == row["delay_months"]
        assert divmod(found.age, 12) == (row["age_years"], row["age_months"])
    assert str(retirement(RULES, first, row["category"]).month) == row["retire_from"]
    if row["to"]:
        assert str(retirement(RULES, last, row["category"]).month) == row["retire_to"]


@pytest.mark.parametrize(
    ("birth", "category", "earliest", "latest"),
    [
        ("1965-01", "male", "2025-01", "2028-02"),  # never before the old age of 60
        ("1972-08", "male", "2032-08", "2037-07"),
        ("1976-09", "male", "2036-09", "2042-09"),
        ("1984-11", "female_50", "2036-11", "2042-11"),
        ("1981-09", "female_55", "2036-09", "2042-09"),
    ],
)
def test_one_may_leave_three_years_early_or_late(
    birth: str, category: str, earliest: str, latest: str
) -> None:
    found = retirement(RULES, Month.read(birth), category)
    assert (str(found.earliest), str(found.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    ("year", "months"),
    [(2024, 180), (2029, 180), (2030, 186), (2034, 210), (2038, 234), (2039, 240), (2050, 240)],
)
def test_the_needed_contributions_rise_by_half_a_year(year: int, months: int) -> None:
    assert RULES.minimum_contribution(year) == months


@pytest.mark.parametrize("written", ["", "1972", "1972-13", "1972-00", "72-08", "1972-8", "x"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="^" + written):
        Month.read(written)

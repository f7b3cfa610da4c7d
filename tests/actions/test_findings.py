"""The rules that no synthetic citizen meets; the others are met in record_of_everybody.yml."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from actions.knowledge.shelf import read_knowledge
from actions.record.findings import Rows, findings
from actions.registries.entries import Person
from tests.actions.stage import ROOT
from tests.actions.stand_in_registries import paid

KNOWLEDGE = read_knowledge(ROOT / "data/knowledge")
ROWS = Rows("pension", (), (), date(1980, 1, 1), "张三", date(2026, 11, 24))


def kinds(rows: Rows) -> list[str]:
    return [one.kind for one in findings(rows, KNOWLEDGE)]


def test_an_ordinary_record_has_none() -> None:
    assert kinds(replace(ROWS, months=paid("310000", "2026-01", 10))) == []


def test_months_before_sixteen_are_doubtful_and_before_the_birth_wrong() -> None:
    months = [*paid("310000", "1979-12", 2), *paid("310000", "2026-01", 10)]
    assert kinds(replace(ROWS, months=months)) == ["before_birth", "before_sixteen"]


def test_months_to_come_are_wrong() -> None:
    assert kinds(replace(ROWS, months=paid("310000", "2026-10", 4))) == ["to_come"]


def test_another_birth_or_name_at_a_registry_is_a_defect() -> None:
    other = Person("440000", "张叁", date(1980, 1, 2), None)
    found = findings(replace(ROWS, persons=(other,)), KNOWLEDGE)
    assert [(one.kind, one.regions, one.defect) for one in found] == [
        ("names_differ", ("440000",), True),
        ("births_differ", ("440000",), True),
    ]


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("2026-10", []),
        ("2026-09", ["medical_gap"]),
        ("2026-07", ["medical_gap"]),
        ("2026-06", ["medical_gap_long"]),
    ],
)
def test_an_interrupted_medical_insurance_says_until_when(last: str, found: list[str]) -> None:
    months = [replace(one, insurance="medical") for one in paid("310000", last, 1)]
    told = findings(replace(ROWS, insurance="medical", months=months), KNOWLEDGE)
    assert [one.kind for one in told] == found
    if last == "2026-07":
        assert told[0].values["until"] == "2026年10月"


def test_a_base_is_judged_only_where_the_floor_is_known() -> None:
    low = [replace(one, base=Decimal(100)) for one in paid("310000", "2026-06", 2)]
    [found] = findings(replace(ROWS, months=low), KNOWLEDGE)
    # June belongs to the year before, whose floor we do not have.
    assert (found.kind, found.values["many"], found.values["floor"]) == ("below_floor", "1", "7546")
    elsewhere = [replace(one, base=Decimal(100)) for one in paid("440000", "2026-06", 2)]
    assert kinds(replace(ROWS, months=elsewhere)) == []

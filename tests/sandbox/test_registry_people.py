"""The synthetic citizens: nobody's, well formed, and one for each case that matters."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from sandbox.registry.books.people import read_regions
from sandbox.registry.settings import PEOPLE

EVERYBODY: list[dict[str, Any]] = yaml.safe_load(PEOPLE.read_text(encoding="utf-8"))["people"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CASES = (
    *("regular", "one gap", "many gaps", "two employers at once", "double enrolment"),
    *("pension arrives", "came back", "platform rider", "flexible", "arrears", "deferred"),
    *("below the floor", "over 15 but below 20", "misses 31 months", "resident pension only"),
    *("resident medical insurance only", "drawing unemployment", "used up", "first step"),
    *("second step", "third step", "stuck", "finished", "refused", "reported lost", "expired"),
    *("never activated", "accident is reported", "recognised as an injury", "not recognised"),
    *("assessed at grade", "lump sum is paid", "maternity", "before the birth"),
    *("after the day of death", "written differently", "counts them twice", "overlaps"),
    *("never enrolled", "guangdong only", "three regions", "since january 1992"),
    *("deemed years", "qualification check"),
)


def check_digit(digits: str) -> str:
    """GB 11643, written out as the standard does."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def test_there_are_enough_and_no_two_are_alike() -> None:
    assert len(EVERYBODY) >= 40
    for field in ("sub", "login", "id_number"):
        assert len({one[field] for one in EVERYBODY}) == len(EVERYBODY), field


@pytest.mark.parametrize("case", CASES)
def test_the_case_is_there(case: str) -> None:
    assert [one for one in EVERYBODY if case in one["case"].lower()]


@pytest.mark.parametrize("one", EVERYBODY, ids=[one["login"] for one in EVERYBODY])
def test_a_citizen_is_well_formed_and_nobody(one: dict[str, Any]) -> None:
    number = one["id_number"]
    assert re.fullmatch(r"[0-9]{4}99(19|20)[0-9]{9}[0-9X]", number)
    assert number[17] == check_digit(number[:17])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one["sub"])
    assert re.fullmatch(r"[a-z]+[0-9]?", one["login"])
    assert re.fullmatch(r"urn:wenbao:acr:loa[234]", one["acr"])
    assert one["case"].endswith(".")
    assert set(one["records"]) <= set(read_regions())


def test_every_employer_is_an_example() -> None:
    outside = {"灵活就业人员", "城乡居民", "服兵役（视同缴费）"}
    for one in EVERYBODY:
        for record in one["records"].values():
            for spell in record.get("work", ()):
                assert "示例" in spell["employer"] or spell["employer"] in outside

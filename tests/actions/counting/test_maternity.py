"""The days of maternity leave, and the allowance for them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.counting import small
from actions.talk.parts import Parts
from tests.actions.counting.filling import RULES, filled
from tests.actions.stage import Stage


@pytest.mark.parametrize(
    ("kind", "babies", "days"),
    [("normal", 1, 98), ("difficult", 1, 113), ("normal", 2, 113), ("difficult", 3, 143)]
    + [("miscarriage_early", 1, 15), ("miscarriage_late", 1, 42)],
)
def test_days_of_maternity_leave(kind: str, babies: int, days: int) -> None:
    rules = RULES["maternity"]
    assert small.maternity_days(kind, babies, rules["days"], rules["more_days"]) == days


def test_the_allowance() -> None:
    assert small.maternity_allowance(Decimal(9000), 98, 30) == Decimal("29400.00")


async def test_the_maternity_allowance(desk: Stage, parts: Parts) -> None:
    said = await filled(
        desk, parts, "maternity", {"wage": "9000", "kind": "difficult", "babies": "1"}
    )
    assert "33900.00元" in said.text


@pytest.mark.parametrize("wage", ["", "a", "-1", "NaN", "Infinity", "1e999"])
async def test_a_field_that_is_no_number_is_asked_for_again(
    desk: Stage, parts: Parts, wage: str
) -> None:
    said = await filled(desk, parts, "maternity", {"wage": wage, "kind": "normal", "babies": "1"})
    assert said.responses == ["utter_estimate_field_wrong"]


@pytest.mark.parametrize(("written", "yuan"), [("9,000", 9000), ("9000元", 9000), ("1.2万", 12000)])
async def test_an_amount_may_have_its_commas_and_its_unit(
    desk: Stage, parts: Parts, written: str, yuan: int
) -> None:
    fields = {"wage": written, "kind": "normal", "babies": "1个"}
    said = await filled(desk, parts, "maternity", fields)
    assert f"工资{yuan}.00元" in said.text

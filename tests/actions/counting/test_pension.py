"""What a pension comes to, and by how many months an account is divided."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.counting import pension
from actions.talk.parts import Parts
from tests.actions.conftest import SignIn
from tests.actions.counting.filling import RULES, filled
from tests.actions.stage import Stage
from tests.actions.stand_in_registries import StandInRegistries, paid

ANNUITY = RULES["annuity"]["months"]


@pytest.mark.parametrize(
    ("age", "months"),
    [(50 * 12, "195"), (55 * 12, "170"), (60 * 12, "139"), (63 * 12, "117")]
    + [(60 * 12 + 1, "138.4"), (50 * 12 + 1, "194.6"), (61 * 12 + 6, "128.5")],
)
def test_months_of_the_annuity(age: int, months: str) -> None:
    assert pension.annuity(ANNUITY, age) == Decimal(months)


@pytest.mark.parametrize("age", [47 * 12, 46 * 12 + 1, 47 * 12 + 5, 39 * 12, 71 * 12])
def test_an_age_whose_months_are_doubted_is_not_used(age: int) -> None:
    with pytest.raises(pension.AnnuityDoubted):
        pension.annuity(ANNUITY, age)


def test_a_pension() -> None:
    found = pension.pension(Decimal(10000), Decimal("0.6"), 360, Decimal(100000), Decimal(139))
    assert (found.basic, found.account) == (Decimal("2400.00"), Decimal("719.42"))
    assert found.total == Decimal("3119.42")


async def test_a_pension_is_estimated_from_the_form(desk: Stage, parts: Parts) -> None:
    desk.slots["region"] = "110000"
    form = (await desk.play("action_estimate_pension", "estimate_pension")).card("form")
    assert {one["name"]: one.get("value") for one in form["fields"]}["pension_base"] == "12049"
    said = await filled(
        desk,
        parts,
        "pension",
        {"birth": "1972-08", "category": "male", "months": "300", "balance": "150000"}
        | {"index": "1", "pension_base": "12049"},
    )
    assert said.responses == ["utter_estimate_pension"]
    card = said.card("estimate")
    assert card["inputs"]["计发基数的年度"] == "2025"
    assert any("不是整岁" in line for line in card["formula"])
    assert card["results"][1]["value"] == "3012.25元"
    assert "birth_month" not in desk.slots


async def test_too_few_months_give_no_pension(desk: Stage, parts: Parts) -> None:
    said = await filled(
        desk,
        parts,
        "pension",
        {"birth": "1972-08", "category": "male", "months": "100", "balance": "1", "index": "1"}
        | {"pension_base": "9000"},
    )
    assert said.responses == ["utter_estimate_pension_too_short"]


async def test_the_form_knows_what_the_record_says(
    desk: Stage, sign_in: SignIn, registries: StandInRegistries
) -> None:
    registries.months = paid("310000", "2016-11", 120)
    await sign_in("31010119800101001X")
    said = await desk.play("action_estimate_pension", "estimate_pension")
    assert said.responses == ["utter_estimate_form_known"]
    form = said.card("form")
    known = {one["name"]: one.get("value") for one in form["fields"]}
    assert (known["birth"], known["category"]) == ("1980-01", "male")
    # Months and balance are of the same day, and say of which.
    assert (known["months"], known["balance"]) == ("120", "0.00")
    labels = {one["name"]: one["label"] for one in form["fields"]}
    assert all("到今天为止" in labels[name] for name in ("months", "balance"))


async def test_the_form_of_who_is_not_signed_in_asks_for_the_day_of_retirement(
    desk: Stage,
) -> None:
    form = (await desk.play("action_estimate_pension", "estimate_pension")).card("form")
    fields = {one["name"]: one for one in form["fields"]}
    for name in ("months", "balance"):
        assert "退休时" in fields[name]["label"]
        assert "value" not in fields[name]


async def test_who_is_signed_in_need_not_say_when_they_were_born(
    desk: Stage, sign_in: SignIn
) -> None:
    await sign_in("31010119800101001X")
    said = await desk.play("action_retirement_age", "inform")
    assert said.card("estimate")["inputs"]["出生年月"] == "1980年1月"
    assert not desk.slots.get("birth_month")
    own = await desk.play("action_retirement_age", "inform", entities={"age": "46"})
    assert own.card("estimate")["inputs"]["出生年月"] == "1980年1月"
    # Nobody of 70 was born then: neither month nor sex of the record is the other person's.
    other = await desk.play("action_retirement_age", "inform", entities={"age": "70"})
    assert other.responses == ["utter_ask_worker_category"]

"""The calculators' arithmetic, and their forms."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
import yaml

from actions.counting import pension, small
from actions.knowledge.shelf import Shelf
from actions.record.id_numbers import NotAnIdNumber, read_id_number
from actions.record.working_days import between, due_after, is_working
from actions.talk.parts import Parts
from records import events
from records.events import Line
from records.files import filled_forms
from tests.actions.conftest import KEY, SignIn
from tests.actions.stage import ROOT, Said, Stage
from tests.actions.stand_in_registries import StandInRegistries, paid

RULES = yaml.safe_load((ROOT / "data/knowledge/calculators.yml").read_text(encoding="utf-8"))[
    "calculators"
]
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


def test_what_the_self_employed_pay() -> None:
    found = small.flexible(Decimal(7546), {"pension": 20, "account": 8, "medical": 10})
    assert (found.pension, found.account, found.medical) == (
        Decimal("1509.20"),
        Decimal("603.68"),
        Decimal("754.60"),
    )
    assert found.month == Decimal("2263.80")
    assert small.flexible(Decimal(7546), {"pension": 20, "account": 8}).medical is None


@pytest.mark.parametrize(
    ("paid_months", "most", "shanghai"),
    [(11, 0, 0), (12, 12, 2), (23, 12, 2), (59, 12, 8), (60, 18, 10), (119, 18, 18)]
    + [(120, 24, 20), (144, 24, 24), (400, 24, 24)],
)
def test_months_of_unemployment_benefit(paid_months: int, most: int, shanghai: int) -> None:
    rules = RULES["unemployment"]
    own = rules["regions"]["310000"]
    assert small.most_unemployment_months(paid_months, rules["most"]) == most
    found = small.own_unemployment_months(paid_months, own["months_a_year"], own["most"])
    assert found == shanghai


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


def test_fifteen_working_days_leave_out_the_national_holidays() -> None:
    assert due_after(date(2026, 11, 12)) == date(2026, 12, 3)
    # The week of the national day is free, and some weekends around it are worked.
    due = due_after(date(2026, 9, 21))
    assert between(date(2026, 9, 21), due) == 15
    assert not is_working(date(2026, 10, 1))
    assert due > date(2026, 10, 12)


def test_beyond_the_calendar_it_is_monday_to_friday() -> None:
    assert is_working(date(2040, 1, 2))
    assert not is_working(date(2040, 1, 7))


def test_id_numbers() -> None:
    today = date(2026, 11, 24)
    assert read_id_number("310199 19900315 0241", today) == "310199199003150241"
    for wrong in ("310199199003150242", "310199199013150241", "31019919900315024", "", "x" * 18):
        with pytest.raises(NotAnIdNumber):
            read_id_number(wrong, today)


@pytest.fixture
async def desk(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]], parts: Parts, stage: Stage
) -> Stage:
    """The stage with the real knowledge."""
    real = replace(parts, shelf=Shelf(ROOT / "data/knowledge"))
    return Stage(await serve(real), stage.clock, stage.conversation)


async def filled(desk: Stage, parts: Parts, calculator: str, fields: dict[str, str]) -> Said:
    """Fill the form in, as the gateway keeps it."""
    async with parts.database.begin() as db:
        await filled_forms.keep(
            db, KEY, uuid.UUID(desk.conversation), f"/count_{calculator}", fields, desk.clock()
        )
    return await desk.play(f"action_estimate_{calculator}", f"count_{calculator}")


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


@pytest.mark.parametrize(
    ("region", "base", "response"),
    [
        ("310000", "7546", "utter_estimate_flexible"),
        ("310000", "100", "utter_estimate_flexible_outside"),
        ("440000", "5000", "utter_estimate_flexible_pension_only"),
    ],
)
async def test_what_one_pays_alone(
    desk: Stage, parts: Parts, region: str, base: str, response: str
) -> None:
    desk.slots["region"] = region
    said = await filled(desk, parts, "flexible", {"base": base})
    assert said.responses == [response]


@pytest.mark.parametrize(
    ("region", "response"),
    [("310000", "utter_estimate_unemployment"), ("510000", "utter_estimate_unemployment_most")],
)
async def test_months_that_could_be_drawn(
    desk: Stage, parts: Parts, region: str, response: str
) -> None:
    desk.slots["region"] = region
    said = await filled(desk, parts, "unemployment", {"paid_months": "96"})
    assert said.responses == [response]
    assert "16个月" in said.text or "18个月" in said.text


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


@pytest.mark.parametrize(
    ("written", "months"),
    [("96", 96), ("8年", 96), ("8年6个月", 102), ("96个月", 96), ("９６", 96), ("7.5年", 90)],
)
async def test_months_may_be_written_in_years(
    desk: Stage, parts: Parts, written: str, months: int
) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": written})
    assert said.card("estimate")["inputs"]["失业保险一共缴多少个月"] == f"{months}个月"


@pytest.mark.parametrize(("written", "yuan"), [("9,000", 9000), ("9000元", 9000), ("1.2万", 12000)])
async def test_an_amount_may_have_its_commas_and_its_unit(
    desk: Stage, parts: Parts, written: str, yuan: int
) -> None:
    fields = {"wage": written, "kind": "normal", "babies": "1个"}
    said = await filled(desk, parts, "maternity", fields)
    assert f"工资{yuan}.00元" in said.text


@pytest.mark.parametrize("written", ["8年6", "8岁", "年", "8年个月", "1-2年"])
async def test_months_with_what_is_no_unit_are_asked_for_again(
    desk: Stage, parts: Parts, written: str
) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": written})
    assert said.responses == ["utter_estimate_field_wrong"]


PENSION = {"birth": "1972-08", "category": "male", "months": "300", "balance": "150000"} | {
    "index": "1",
    "pension_base": "12049",
}


async def shown(desk: Stage, parts: Parts, calculator: str) -> dict[str, Any]:
    """Show the form, as the gateway keeps what it shows."""
    form = (await desk.play(f"action_estimate_{calculator}", f"estimate_{calculator}")).card("form")
    async with parts.database.begin() as db:
        conversation, line = uuid.UUID(desk.conversation), Line("x", form)
        await events.append(db, conversation, "bot", [line], desk.clock())
    return form


@pytest.mark.parametrize(
    ("calculator", "fields", "label"),
    [
        ("maternity", {"wage": "0", "kind": "normal", "babies": "2"}, "单位上年度职工月平均工资"),
        ("maternity", {"wage": "9000", "kind": "normal", "babies": "7"}, "几个宝宝"),
        ("flexible", {"base": "很多"}, "缴费基数"),
        ("unemployment", {"paid_months": "-3"}, "失业保险一共缴多少个月"),
        ("unemployment", {"paid_months": "721"}, "失业保险一共缴多少个月"),
        ("unemployment", {"paid_months": "61年"}, "失业保险一共缴多少个月"),
        ("pension", {**PENSION, "months": "99999"}, "退休时一共缴多少个月"),
        ("pension", {**PENSION, "months": "0"}, "退休时一共缴多少个月"),
        ("pension", {**PENSION, "birth": "2027-01"}, "出生年月"),
        ("pension", {**PENSION, "birth": "1880-01"}, "出生年月"),
        ("pension", {**PENSION, "birth": "2020-01"}, "出生年月"),
        ("pension", {**PENSION, "birth": "昨天"}, "出生年月"),
    ],
)
async def test_a_wrong_field_is_named_above_the_form_as_it_was_filled_in(
    desk: Stage, parts: Parts, calculator: str, fields: dict[str, str], label: str
) -> None:
    form = await shown(desk, parts, calculator)
    said = await filled(desk, parts, calculator, fields)
    assert said.responses == ["utter_estimate_field_again"]
    assert label in said.text
    again = said.card("form")
    assert {one["name"]: one["value"] for one in again["fields"]} == fields
    for one in [*form["fields"], *again["fields"]]:
        one.pop("value", None)
    assert again == form
    assert "birth_month" not in desk.slots


@pytest.mark.parametrize(
    ("calculator", "fields", "response"),
    [
        ("pension", {**PENSION, "months": "100"}, "utter_estimate_pension_too_short"),
        ("flexible", {"base": "100"}, "utter_estimate_flexible_outside"),
    ],
)
async def test_what_cannot_be_counted_leaves_the_form_to_count_with_another_number(
    desk: Stage, parts: Parts, calculator: str, fields: dict[str, str], response: str
) -> None:
    desk.slots["region"] = "310000"
    await shown(desk, parts, calculator)
    said = await filled(desk, parts, calculator, fields)
    assert said.responses == [response]
    assert {one["name"]: one["value"] for one in said.card("form")["fields"]} == fields


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


@pytest.mark.parametrize(
    ("calculator", "signed", "agreed", "response"),
    [
        ("pension", False, False, "utter_estimate_form"),
        ("pension", True, False, "utter_estimate_form_plain"),
        ("pension", True, True, "utter_estimate_form_known"),
        ("unemployment", False, False, "utter_estimate_form"),
        ("unemployment", True, False, "utter_estimate_form_plain"),
        ("unemployment", True, True, "utter_estimate_form_known"),
        ("flexible", False, False, "utter_estimate_form_plain"),
        ("maternity", False, False, "utter_estimate_form_plain"),
    ],
)
async def test_signing_in_is_offered_where_it_helps_and_to_who_has_not(
    desk: Stage, sign_in: SignIn, calculator: str, signed: bool, agreed: bool, response: str
) -> None:
    if signed:
        await sign_in("31010119800101001X", agreed=agreed)
    said = await desk.play(f"action_estimate_{calculator}", f"estimate_{calculator}")
    assert said.responses == [response]
    assert ("登录以后" in said.text) is (response == "utter_estimate_form")


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


@pytest.mark.parametrize(
    ("action", "told", "entities", "fields"),
    [
        ("action_estimate_maternity", {"babies": 2}, {}, {"babies": "2", "kind": "normal"}),
        ("action_estimate_maternity", {}, {}, {"babies": "1", "kind": "normal"}),
        (
            "action_estimate_pension",
            {},
            {"birth_month": "1970-03", "worker_category": "male"},
            {"birth": "1970-03", "category": "male", "index": "1"},
        ),
        # Which of the two kinds of post she has is still to be chosen.
        (
            "action_estimate_pension",
            {},
            {"birth_month": "1975-03", "worker_category": "female"},
            {"birth": "1975-03", "index": "1"},
        ),
    ],
)
async def test_the_form_knows_what_was_told(
    stage: Stage,
    action: str,
    told: dict[str, int],
    entities: dict[str, str],
    fields: dict[str, str],
) -> None:
    shown = (await stage.play(action, counts=told, entities=entities)).card("form")
    assert {one["name"]: one["value"] for one in shown["fields"] if "value" in one} == fields


async def test_nobody_paid_for_more_than_sixty_years(desk: Stage, parts: Parts) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": "60年"})
    assert said.card("estimate")["inputs"]["失业保险一共缴多少个月"] == "720个月"
    said = await desk.play("action_estimate_unemployment", counts={"paid_months": 721})
    assert "value" not in said.card("form")["fields"][0]


async def test_who_tells_the_months_needs_no_form(stage: Stage) -> None:
    said = await stage.play("action_estimate_unemployment", counts={"paid_months": 96})
    assert said.card("estimate")["results"] == [{"label": "最多可以领", "value": "18个月"}]
    # Told some messages ago they count as well: the sum says for how long.
    told = {"event": "user", "text": "交了8年", "counts": {"paid_months": 96}}
    said = await stage.play("action_estimate_unemployment", events=[told])
    assert "8年" in "".join(said.card("estimate")["formula"])
    twice = {"event": "user", "text": "3年 4年", "counts": {"paid_months": 0}}
    said = await stage.play("action_estimate_unemployment", events=[told, twice])
    assert "value" not in said.card("form")["fields"][0]

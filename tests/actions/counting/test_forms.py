"""The forms of the calculators: what they know already, and what is wrong in them."""

from __future__ import annotations

import pytest

from actions.talk.parts import Parts
from tests.actions.conftest import SignIn
from tests.actions.counting.filling import PENSION, filled, shown
from tests.actions.stage import Stage


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

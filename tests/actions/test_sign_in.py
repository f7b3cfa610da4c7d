"""Signing in and out, and going on with what was asked before."""

from __future__ import annotations

import dataclasses

import pytest

from actions.access.sign_in import masked
from tests.actions.conftest import SignIn
from tests.actions.stage import Stage
from tests.actions.stand_in_registries import StandInRegistries, paid

ID_NUMBER = "31010119800101001X"


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "*三"), ("欧阳娜娜", "***娜"), ("王", "*"), ("", "*")]
)
def test_a_name_shows_its_last_character(name: str, shown: str) -> None:
    assert masked(name) == shown


async def test_the_way_to_sign_in_is_offered(stage: Stage) -> None:
    said = await stage.play("action_sign_in", "sign_in")
    assert said.responses == ["utter_sign_in"]
    assert said.card("sign_in")["reason"] == "contributions"


async def test_who_is_signed_in_already_hears_so(stage: Stage, sign_in: SignIn) -> None:
    await sign_in(ID_NUMBER)
    said = await stage.play("action_sign_in", "sign_in")
    assert said.responses == ["utter_already_signed_in"]
    assert "*三" in said.text


async def test_after_signing_in_the_pending_record_comes_at_once(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    registries.months = [
        dataclasses.replace(one, insurance="unemployment") for one in paid("310000", "2026-01", 6)
    ]
    await stage.play(
        "action_look_up_contributions", "look_up", entities={"insurance": "unemployment"}
    )
    await sign_in(ID_NUMBER)
    said = await stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_in", "utter_contributions"]
    assert said.texts[0].startswith("*三")
    assert "张三" not in said.text
    assert registries.heard[0][1] == "unemployment"
    assert said.slots["pending"] is None


async def test_the_period_that_was_asked_for_is_kept_over_the_sign_in(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    registries.months = paid("310000", "2026-01", 6)
    period = {"period": "2026-02/2026-03"}
    await stage.play("action_look_up_contributions", "look_up", entities=period)
    await sign_in(ID_NUMBER)
    said = await stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_in", "utter_contributions_period"]
    assert said.card("contributions")["months_total"] == 2
    # The next question is about all of it again.
    said = await stage.play("action_look_up_contributions", "look_up")
    assert said.card("contributions")["months_total"] == 6


async def test_signing_in_without_a_wish_only_greets(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    said = await stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_in"]
    assert registries.heard == []


async def test_signing_out_ends_it(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    assert (await stage.play("action_sign_out", "sign_out")).responses == ["utter_signed_out"]
    assert (await stage.play("action_sign_out", "sign_out")).responses == ["utter_not_signed_in"]
    said = await stage.play("action_look_up_contributions", "x")
    assert said.responses == ["utter_sign_in_first"]
    assert registries.heard == []

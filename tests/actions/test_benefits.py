"""What was paid of a benefit: as a whole, and in the period that was asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from actions.registries.entries import Benefit, Payment
from actions.talk.parts import Parts
from tests.actions.conftest import SignIn
from tests.actions.stage import Said, Stage
from tests.actions.stand_in_registries import StandInRegistries

LOOK_UP, INTENT = "action_look_up_benefits", "look_up_benefits"
ID_NUMBER = "31010119600101001X"
OF_2022 = {"entities": {"period": "2022-01/2022-12"}}


def payment(year: int, month: int, amount: str, status: str = "paid") -> Payment:
    """One month of a pension."""
    reason = "未做资格认证" if status == "suspended" else None
    return Payment(f"{year}-{month:02d}", Decimal(amount), status, date(year, month, 15), reason)


@pytest.fixture
def pension(registries: StandInRegistries) -> list[Payment]:
    """Since 2021-12; 3000 yuan, from 2023 on 3200, the last of all on 2026-11."""
    payments = [payment(2021, 12, "3000.00")]
    payments += [payment(2022, month, "3000.00") for month in range(1, 13)]
    for year in (2023, 2024, 2025, 2026):
        payments += [payment(year, month, "3200.00") for month in range(1, 13 - (year == 2026))]
    told(registries, payments)
    return payments


def told(registries: StandInRegistries, payments: list[Payment], status: str = "active") -> None:
    """Let the back office of Shanghai say this."""
    one = Benefit("310000", "pension", status, "2021-12", Decimal("3200.00"), tuple(payments))
    registries.entries["benefits"] = [one]


def months(said: Said) -> list[str]:
    return [row[0] for row in said.card("table")["rows"]]


async def test_the_sum_of_a_period_is_told(
    stage: Stage, sign_in: SignIn, pension: list[Payment]
) -> None:
    await sign_in(ID_NUMBER)
    said = await stage.play(LOOK_UP, INTENT, **OF_2022)
    assert said.responses == ["utter_benefit_period"]
    assert "2022年1月到2022年12月一共发了12笔，合计36000.00元" in said.text
    assert "3200" not in said.text
    assert months(said) == [f"2022-{month:02d}" for month in range(12, 0, -1)]
    assert stage.slots.get("period") is None


async def test_the_title_says_when_a_table_is_cut(
    stage: Stage, sign_in: SignIn, pension: list[Payment], registries: StandInRegistries
) -> None:
    await sign_in(ID_NUMBER)
    said = await stage.play(LOOK_UP, INTENT)
    assert said.responses == ["utter_benefit"]
    assert said.card("table")["title"] == "基本养老金（最近24笔，共60笔）"
    assert (len(months(said)), months(said)[0]) == (24, "2026-11")
    told(registries, pension[-24:])
    assert (await stage.play(LOOK_UP, INTENT)).card("table")["title"] == "基本养老金"


async def test_a_period_without_a_payment_is_said_to_have_none(
    stage: Stage, sign_in: SignIn, pension: list[Payment]
) -> None:
    await sign_in(ID_NUMBER)
    period = {"period": "2020-01/2020-12"}
    said = await stage.play(LOOK_UP, INTENT, entities=period)
    assert said.responses == ["utter_benefit_period_none"]
    assert "从2021年12月起领的" in said.text
    assert months(said) == []


async def test_what_went_wrong_is_told_of_the_period_only(
    stage: Stage, sign_in: SignIn, pension: list[Payment], registries: StandInRegistries
) -> None:
    await sign_in(ID_NUMBER)
    late = payment(2026, 10, "3200.00", "suspended")
    told(registries, [*pension[:-2], late], status="suspended")
    assert (await stage.play(LOOK_UP, INTENT, **OF_2022)).responses == ["utter_benefit_period"]
    said = await stage.play(LOOK_UP, INTENT, entities={"period": "2026-01/2026-12"})
    assert said.responses[:2] == ["utter_benefit_period", "utter_benefit_suspended"]
    assert "2026年10月的1笔没有发" in said.text


async def test_a_period_is_kept_over_the_sign_in_and_nothing_is_asked_before(
    stage: Stage,
    sign_in: SignIn,
    pension: list[Payment],
    registries: StandInRegistries,
    parts: Parts,
) -> None:
    first = await stage.play(LOOK_UP, INTENT, **OF_2022)
    assert first.responses == ["utter_sign_in_first"]
    assert registries.asked == []
    async with parts.database.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM lookups"))).scalar() == 0
    await sign_in(ID_NUMBER)
    said = await stage.play("action_signed_in", "signed_in")
    assert "utter_benefit_period" in said.responses
    assert "36000.00" in said.text
    assert (await stage.play(LOOK_UP, INTENT)).responses == ["utter_benefit"]


async def test_a_period_of_another_look_up_is_not_taken_for_this_one(
    stage: Stage, sign_in: SignIn, pension: list[Payment]
) -> None:
    await stage.play("action_look_up_contributions", "look_up_contributions", **OF_2022)
    assert stage.slots["period"] == "2022-01/2022-12"
    await sign_in(ID_NUMBER)
    assert (await stage.play(LOOK_UP, INTENT)).responses == ["utter_benefit"]

"""The own record: only for who is signed in, always with an audit row."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text

from actions.talk.parts import Parts
from records.database import open_database
from records.identities import sign_out
from tests.actions.conftest import SignIn
from tests.actions.stage import Clock, Said, Stage
from tests.actions.stand_in_registries import StandInRegistries, paid
from tests.stand_ins.serving import free_port

LOOK_UP = "action_look_up_contributions"
REGIONS = ("310000", "440000", "510000")
ID_NUMBER = "31010119800101001X"


async def audit(parts: Parts) -> list[tuple[str, ...]]:
    async with parts.database.connect() as db:
        rows = await db.execute(
            text("""
                SELECT service, region, outcome, citizen FROM lookups
                WHERE service = 'contributions' ORDER BY id
            """)
        )
        return [tuple(row) for row in rows]


def told(said: Said) -> list[str]:
    """The responses, without how far the pension is: that has tests of its own."""
    return [one for one in said.responses if not one.startswith("utter_months_")]


async def nothing_happened(parts: Parts, registries: StandInRegistries) -> bool:
    return registries.heard == [] and await audit(parts) == []


async def test_who_is_not_signed_in_is_led_to_sign_in(
    stage: Stage, parts: Parts, registries: StandInRegistries
) -> None:
    said = await stage.play(LOOK_UP, "look_up_contributions", entities={"insurance": "medical"})
    assert said.responses == ["utter_sign_in_first"]
    assert said.card("sign_in") == {"type": "sign_in", "reason": "contributions"}
    assert (said.slots["pending"], said.slots["insurance"]) == ("contributions", "medical")
    assert await nothing_happened(parts, registries)


async def test_a_sender_that_is_no_conversation_is_nobody(
    stage: Stage, parts: Parts, registries: StandInRegistries
) -> None:
    stage.conversation = "31010119800101001X"
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert said.responses == ["utter_sign_in_first"]
    assert await nothing_happened(parts, registries)


async def test_another_conversation_does_not_borrow_the_sign_in(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    stage.conversation = str(uuid.uuid4())
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert said.responses == ["utter_sign_in_first"]
    assert await nothing_happened(parts, registries)


async def test_a_slot_or_entity_is_no_identity(
    stage: Stage, parts: Parts, registries: StandInRegistries
) -> None:
    stage.slots.update({"citizen": "sub-1", "id_number": ID_NUMBER, "signed_in": True})
    said = await stage.play("action_signed_in", "signed_in", entities={"id_number": ID_NUMBER})
    assert said.responses == ["utter_sign_in_first"]
    assert await nothing_happened(parts, registries)


async def test_after_fifteen_idle_minutes_one_has_to_sign_in_again(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    stage.clock.now += timedelta(minutes=15, seconds=1)
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert said.responses == ["utter_sign_in_first"]
    assert await nothing_happened(parts, registries)


async def test_who_signed_out_is_nobody(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    async with parts.database.begin() as db:
        assert await sign_out(db, uuid.UUID(stage.conversation), stage.clock())
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert said.responses == ["utter_sign_in_first"]
    assert await nothing_happened(parts, registries)


async def test_the_record_is_told_and_audited_for_every_region(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2024-01", 34)
    registries.unknown = {"440000", "510000"}
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said) == ["utter_contributions"]
    for part in ("职工养老保险", "2026年10月", "34个月", "2年10个月"):
        assert part in said.text
    assert registries.heard == [(ID_NUMBER, "pension", REGIONS)]
    citizen = f"sub-{ID_NUMBER}"
    assert await audit(parts) == [
        ("contributions", "310000", "found", citizen),
        ("contributions", "440000", "unknown_person", citizen),
        ("contributions", "510000", "unknown_person", citizen),
    ]


async def test_the_card_holds_every_month_newest_first(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2026-08", 3)
    card = (await stage.play(LOOK_UP, "look_up_contributions")).card("contributions")
    assert card["insurance"] == {"code": "pension", "name": "职工养老保险"}
    assert (card["as_of"], card["paid_to"], card["months_total"]) == ("2026-11-24", "2026-10", 3)
    assert [one["month"] for one in card["months"]] == ["2026-10", "2026-09", "2026-08"]
    assert card["months"][0] == {
        "month": "2026-10",
        "region": "310000",
        "employer": "甲公司",
        "base": "8000.00",
        "personal": "640.00",
        "status": "paid",
    }
    assert card["regions"][0] == {
        "code": "310000",
        "name": "上海",
        "status": "answered",
        "months": 3,
    }


async def test_gaps_are_named(stage: Stage, registries: StandInRegistries, sign_in: SignIn) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [*paid("310000", "2025-01", 2), *paid("310000", "2025-05", 3)]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said) == ["utter_contributions", "utter_contributions_gaps"]
    assert "2025年3月到2025年4月，共2个月" in said.text
    assert said.card("contributions")["gaps"] == [{"from": "2025-03", "to": "2025-04", "months": 2}]


async def test_of_many_gaps_the_newest_three_are_named(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [
        one for month in range(1, 11, 2) for one in paid("310000", f"2025-{month:02d}", 1)
    ]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said)[1] == "utter_contributions_many_gaps"
    assert "2025年4月、2025年6月、2025年8月" in said.text
    assert "2025年2月" not in said.text
    assert "断过4次" in said.text


async def test_double_enrolment_is_said_and_counted_once(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [*paid("310000", "2026-01", 6), *paid("440000", "2026-05", 6)]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert "utter_contributions_double" in said.responses
    assert "上海、广东" in said.text
    card = said.card("contributions")
    assert card["months_total"] == 10
    assert [one["month"] for one in card["overlaps"]] == ["2026-05", "2026-06"]


async def test_all_double_months_are_within_what_is_named(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [*paid("310000", "2023-01", 12), *paid("440000", "2023-04", 7)]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert "有7个月在上海、广东两边都交了：2023年4月到2023年10月。" in said.text


async def test_of_many_double_spells_the_newest_three_are_named_as_such(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [
        *paid("310000", "2023-01", 12),
        *(one for month in (1, 3, 5, 7) for one in paid("440000", f"2023-{month:02d}", 1)),
    ]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert "utter_contributions_double_many" in said.responses
    assert "有4个月" in said.text
    assert "最近的是：2023年3月、2023年5月、2023年7月。" in said.text


async def test_deemed_months_are_told_from_those_that_were_paid(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    deemed = [
        dataclasses.replace(one, deemed=True, personal=Decimal(0), employer="乙单位")
        for one in paid("310000", "2010-01", 12)
    ]
    registries.months = [*deemed, *paid("310000", "2010-12", 6)]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said)[:2] == ["utter_contributions", "utter_contributions_deemed"]
    assert "一共交了17个月" in said.text
    assert "有11个月是视同缴费" in said.text
    assert "实际交了6个月" in said.text
    of_a_year = {"entities": {"period": "2010-01/2010-12"}}
    said = await stage.play(LOOK_UP, "look_up_contributions", **of_a_year)
    assert "实际交了1个月" in said.text
    registries.months = paid("310000", "2010-12", 6)
    stage.slots.clear()
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert "视同缴费" not in said.text


async def test_owed_months_do_not_count(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [
        *paid("310000", "2026-01", 6),
        *paid("310000", "2026-07", 3, status="arrears"),
    ]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert "2026年6月" in said.texts[0]
    assert said.responses[-1] == "utter_contributions_owed"
    assert "有3个月单位还没有交上（2026年7月到2026年9月）" in said.text
    assert said.card("contributions")["months_total"] == 6


async def test_months_that_were_given_back_are_shown_but_not_called_owed(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = [
        *paid("310000", "2026-01", 6),
        *paid("310000", "2026-07", 3, status="refunded"),
    ]
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said) == ["utter_contributions"]
    card = said.card("contributions")
    assert card["months_total"] == 6
    assert [one["status"] for one in card["months"]].count("refunded") == 3


@pytest.mark.parametrize("insurance", ["pension", "medical"])
async def test_who_is_insured_as_a_resident_only_is_told_of_that(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn, insurance: str
) -> None:
    await sign_in(ID_NUMBER)
    own, named = f"resident_{insurance}", {"entities": {"insurance": insurance}}
    registries.months = [
        dataclasses.replace(one, insurance=own) for one in paid("310000", "2026-01", 6)
    ]
    said = await stage.play(LOOK_UP, "look_up_contributions", **named)
    assert told(said) == ["utter_contributions"]
    assert said.card("contributions")["insurance"]["code"] == own
    assert "6个月" in said.text
    registries.months = []
    said = await stage.play(LOOK_UP, "look_up_contributions", **named)
    assert told(said) == ["utter_contributions_none"]
    assert "职工" in said.text


async def test_another_insurance_than_the_one_that_was_named_is_not_asked_for(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2026-01", 6)
    said = await stage.play(
        LOOK_UP, "look_up_contributions", entities={"insurance": "unemployment"}
    )
    assert told(said) == ["utter_contributions_none"]
    assert [insurance for _, insurance, _ in registries.heard] == ["unemployment"]


async def test_a_silent_region_is_named_and_audited(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months, registries.silent = paid("310000", "2026-01", 6), {"510000"}
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert said.responses[-1] == "utter_contributions_silent"
    assert "四川" in said.texts[-1]
    assert ("contributions", "510000", "unavailable", f"sub-{ID_NUMBER}") in await audit(parts)


async def test_when_all_are_silent_nothing_is_claimed_but_it_is_audited(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.silent = set(REGIONS)
    said = await stage.play(LOOK_UP, "look_up_contributions")
    assert told(said) == ["utter_lookup_failed"]
    assert "12333" in said.text
    assert [row[2] for row in await audit(parts)] == ["unavailable"] * 3


async def test_nobody_is_known_only_when_everybody_answered(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.unknown = set(REGIONS)
    assert told(await stage.play(LOOK_UP, "x")) == ["utter_nobody_knows"]
    registries.unknown, registries.silent = {"310000", "440000"}, {"510000"}
    said = await stage.play(LOOK_UP, "x")
    assert told(said) == ["utter_contributions_none", "utter_contributions_silent"]


async def test_the_sixth_look_up_of_a_minute_is_refused(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2026-01", 6)
    for _ in range(5):
        stage.clock.now += timedelta(seconds=1)
        assert told(await stage.play(LOOK_UP, "x")) == ["utter_contributions"]
    rows = len(await audit(parts))
    said = await stage.play(LOOK_UP, "x")
    assert told(said) == ["utter_too_many_lookups"]
    assert (len(registries.heard), len(await audit(parts))) == (5, rows)
    stage.clock.now += timedelta(minutes=1)
    assert told(await stage.play(LOOK_UP, "x")) == ["utter_contributions"]


async def test_without_an_audit_row_there_is_no_answer(
    stage: Stage, parts: Parts, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2026-01", 6)
    async with parts.database.begin() as db:
        await db.execute(text("ALTER TABLE lookups RENAME COLUMN outcome TO gone"))
    try:
        said = await stage.play(LOOK_UP, "x")
    finally:
        async with parts.database.begin() as db:
            await db.execute(text("ALTER TABLE lookups RENAME COLUMN gone TO outcome"))
    assert told(said) == ["utter_lookup_failed"]
    assert said.cards == []


async def test_without_a_database_no_registry_is_asked(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]],
    parts: Parts,
    registries: StandInRegistries,
    clock: Clock,
) -> None:
    away = open_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    stage = Stage(await serve(dataclasses.replace(parts, database=away)), clock)
    said = await stage.play(LOOK_UP, "x")
    assert told(said) == ["utter_lookup_failed"]
    assert registries.heard == []
    await away.dispose()


async def test_nothing_personal_goes_into_a_slot(
    stage: Stage, registries: StandInRegistries, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    registries.months = paid("310000", "2026-01", 6)
    await stage.play(LOOK_UP, "x")
    await stage.play("action_signed_in", "signed_in")
    assert set(stage.slots) <= {"pending", "insurance", "period", "unclear_turns", "topic"}
    assert not [value for value in stage.slots.values() if value in (ID_NUMBER, "张三")]

"""Signing in and out, and going on with what was asked before."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from actions.access.sign_in import masked
from actions.talk.parts import Parts
from records import events, identities, messages
from records.events import Line
from records.messages import Arrival
from records.privacy import leaving
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


WIPED = "登录期间的内容已经清除。"


async def tell_the_record(parts: Parts, stage: Stage) -> None:
    """What a conversation holds after a question, a sign-in and a look-up."""
    conversation = UUID(stage.conversation)
    async with parts.database.begin() as db:
        await events.append(db, conversation, "bot", [Line("政策")], stage.clock())
        stage.clock.now += timedelta(seconds=1)
        await db.execute(
            text("""
                INSERT INTO messages (conversation, delivery, fingerprint, seq, text, choice,
                    received_at)
                VALUES (:id, 'd', 'x', 2, '登录成功。', '/signed_in', :now)
            """),
            {"id": conversation, "now": stage.clock()},
        )
        lines = [Line("交了66个月", {"type": "contributions"})]
        await events.append(db, conversation, "bot", lines, stage.clock())
    stage.clock.now += timedelta(seconds=1)


async def shown(parts: Parts, stage: Stage) -> list[str]:
    async with parts.database.connect() as db:
        found = await events.after(db, UUID(stage.conversation), 0)
    assert found is not None
    assert [one.card for one in found.events if one.text == WIPED and one.card] == []
    return [one.text for one in found.events]


async def orders(parts: Parts) -> list[UUID]:
    """Conversations that the engine has to forget."""
    async with parts.database.connect() as db:
        return list((await db.execute(text("SELECT conversation FROM erasures"))).scalars())


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=20), timedelta(hours=9)])
async def test_signing_out_wipes_what_was_said_also_long_after(
    stage: Stage, parts: Parts, sign_in: SignIn, later: timedelta
) -> None:
    await sign_in(ID_NUMBER)
    await tell_the_record(parts, stage)
    stage.clock.now += later
    assert (await stage.play("action_sign_out", "sign_out")).responses == ["utter_signed_out"]
    assert await shown(parts, stage) == ["政策", WIPED]
    assert await orders(parts) == [UUID(stage.conversation)]


async def test_signing_out_wipes_what_a_sign_out_elsewhere_left(
    stage: Stage, parts: Parts, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    await tell_the_record(parts, stage)
    async with parts.database.begin() as db:
        await identities.sign_out_everywhere(db, f"sub-{ID_NUMBER}", stage.clock())
    stage.clock.now += timedelta(seconds=1)
    assert (await stage.play("action_sign_out", "sign_out")).responses == ["utter_signed_out"]
    assert await shown(parts, stage) == ["政策", WIPED]


async def test_what_is_said_after_signing_out_stays(
    stage: Stage, parts: Parts, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    await tell_the_record(parts, stage)
    conversation = UUID(stage.conversation)
    async with parts.database.begin() as db:
        await leaving.leave(db, conversation, WIPED, stage.clock())
        await db.execute(text("DELETE FROM erasures"))
        stage.clock.now += timedelta(seconds=1)
        await events.append(db, conversation, "bot", [Line("已经退出")], stage.clock())
    said = await stage.play("action_sign_out", "sign_out")
    assert said.responses == ["utter_not_signed_in"]
    assert await shown(parts, stage) == ["政策", WIPED, "已经退出"]
    assert await orders(parts) == []


async def test_the_words_that_sign_out_stay_and_those_before_go(
    stage: Stage, parts: Parts, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    await tell_the_record(parts, stage)
    conversation = UUID(stage.conversation)
    async with parts.database.begin() as db:
        await db.execute(text("UPDATE messages SET answered_at = received_at, seq = 0"))
        for said in ("我工资8000", "退出登录"):
            arrival = Arrival(conversation, said, b"x", "citizen", said, said, None)
            await messages.keep(db, arrival, stage.clock())
            if said != "退出登录":
                await db.execute(text("UPDATE messages SET answered_at = received_at"))
            stage.clock.now += timedelta(seconds=1)
    await stage.play("action_sign_out", "sign_out")
    assert await shown(parts, stage) == ["政策", WIPED, WIPED, "退出登录"]
    async with parts.database.connect() as db:
        kept = await db.execute(text("SELECT text FROM messages ORDER BY id"))
        assert list(kept.scalars()) == ["登录成功。", "", "退出登录"]


async def test_in_a_messenger_it_is_said_what_is_not_ours_to_remove(
    stage: Stage, parts: Parts, sign_in: SignIn
) -> None:
    await sign_in(ID_NUMBER)
    await tell_the_record(parts, stage)
    async with parts.database.begin() as db:
        await db.execute(text("UPDATE conversations SET pushed = true"))
    said = await stage.play("action_sign_out", "sign_out")
    assert said.responses == ["utter_signed_out_in_messenger"]
    assert "聊天软件" in said.text
    assert await shown(parts, stage) == ["政策", WIPED]
    said = await stage.play("action_sign_out", "sign_out")
    assert said.responses == ["utter_not_signed_in"]

"""The way to a person, also when the records are away."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from actions.talk.parts import Parts
from records import handovers
from records.database import open_database
from tests.actions.stage import Clock, Stage
from tests.stand_ins.serving import free_port

HAND_OVER = "action_hand_over"


async def test_the_wish_is_noted_once_and_numbered(stage: Stage, parts: Parts) -> None:
    first = await stage.play(HAND_OVER, "human", entities={"region": "310000"})
    again = await stage.play(HAND_OVER, "human")
    assert first.responses == ["utter_hand_over_noted"]
    ticket = first.card("handoff")["ticket"]
    assert f"编号是{ticket}" in first.text
    assert "12333" in first.text
    assert again.card("handoff")["ticket"] == ticket
    async with parts.database.connect() as db:
        rows = (await db.execute(text("SELECT reason, region FROM handovers"))).all()
    assert [tuple(row) for row in rows] == [("asked", "310000")]


async def test_once_staff_have_closed_it_the_next_wish_has_a_number_of_its_own(
    stage: Stage, parts: Parts
) -> None:
    first = (await stage.play(HAND_OVER, "human")).card("handoff")["ticket"]
    async with parts.database.begin() as db:
        await handovers.close(db, first, parts.now())
    assert (await stage.play(HAND_OVER, "human")).card("handoff")["ticket"] > first


async def waits(parts: Parts, site: str, ago: timedelta, closed: timedelta | None = None) -> None:
    """Somebody of this site who asked so long ago, and was called back so long ago."""
    now, person = parts.now(), uuid.uuid4()
    async with parts.database.begin() as db:
        await db.execute(
            text(
                "INSERT INTO sites (key, name, created_at) VALUES (:site, :site, :now)"
                " ON CONFLICT DO NOTHING"
            ),
            {"site": site, "now": now},
        )
        await db.execute(
            text(
                "INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)"
                " VALUES (:id, :site, 'web', 'x', 'zh-CN', :now)"
            ),
            {"id": person, "site": site, "now": now},
        )
        opened = await handovers.request(db, person, "asked", None, now - ago)
        if closed is not None:
            await handovers.close(db, opened.id, now - closed)


HOUR = timedelta(hours=1)


async def test_who_waits_is_told_how_many_wait_longer_at_the_same_site(
    stage: Stage, parts: Parts, clock: Clock
) -> None:
    await waits(parts, "demo", 5 * HOUR, closed=4 * HOUR)
    first = await stage.play(HAND_OVER, "human")
    assert first.card("handoff")["position"] == 0
    assert "下一位就是您。工作人员来了，会在这里直接和您说" in first.text
    await waits(parts, "demo", 3 * HOUR)
    await waits(parts, "demo", 2 * HOUR)
    await waits(parts, "elsewhere", 3 * HOUR)
    await waits(parts, "demo", -HOUR)  # came later
    again = await stage.play(HAND_OVER, "human")
    assert again.card("handoff")["position"] == 2
    assert "前面还有2位" in again.text
    assert again.card("handoff")["ticket"] == first.card("handoff")["ticket"]


async def test_who_despairs_is_spoken_with_first(stage: Stage, parts: Parts, clock: Clock) -> None:
    await waits(parts, "demo", 3 * HOUR)
    asked = await stage.play(HAND_OVER, "human")
    ticket = asked.card("handoff")["ticket"]
    again = await stage.play(HAND_OVER, "distress")
    assert again.card("handoff")["ticket"] == ticket
    async with parts.database.begin() as db:
        first, second = (await handovers.waiting(db, 10))[0]
    assert (first.id, first.reason, second.reason) == (ticket, "distress", "asked")


@pytest.mark.parametrize(
    ("site", "closed"), [("demo", None), ("elsewhere", HOUR), ("demo", timedelta(days=8))]
)
async def test_where_nobody_closes_requests_no_place_is_told(
    stage: Stage, parts: Parts, site: str, closed: timedelta | None
) -> None:
    await waits(parts, "demo", 3 * HOUR)
    await waits(parts, site, timedelta(days=9), closed=closed)
    said = await stage.play(HAND_OVER, "human")
    assert said.responses == ["utter_hand_over_noted"]
    assert "position" not in said.card("handoff")
    assert "ticket" in said.card("handoff")


async def test_after_unclear_turns_that_is_the_reason(stage: Stage, parts: Parts) -> None:
    stage.slots["unclear_turns"] = 1.0
    await stage.play(HAND_OVER, "human")
    async with parts.database.connect() as db:
        assert (await db.execute(text("SELECT reason FROM handovers"))).scalar_one() == "unclear"


async def test_the_card_says_where_people_are(stage: Stage) -> None:
    card = (await stage.play(HAND_OVER, "human")).card("handoff")
    assert card["phone"] == "12333"
    assert [place["name"] for place in card["places"]]


async def test_a_conversation_nobody_knows_still_gets_the_telephone(stage: Stage) -> None:
    for stranger in ("9b0e0c1e-0000-4000-8000-000000000000", "not-a-conversation"):
        stage.conversation = stranger
        said = await stage.play(HAND_OVER, "human")
        assert said.responses == ["utter_hand_over"]
        assert "ticket" not in said.card("handoff")


async def test_without_a_database_the_telephone_comes_at_once(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]], parts: Parts, clock: Clock
) -> None:
    away = open_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    stage = Stage(await serve(dataclasses.replace(parts, database=away)), clock)
    began = time.monotonic()
    said = await stage.play(HAND_OVER, "human")
    assert time.monotonic() - began < 3
    assert said.responses == ["utter_hand_over"]
    assert "12333" in said.text
    await away.dispose()


async def test_who_asks_in_english_is_led_to_a_person_in_english(stage: Stage) -> None:
    said = await stage.play(HAND_OVER, "human", text="I want to talk to a person", locale="en")
    assert said.responses == ["utter_hand_over_noted_english"]
    assert said.card("handoff")["places"][0] == {"name": "Local social insurance counter"}
    assert (await stage.play(HAND_OVER, "human", locale="zh-CN")).responses == [
        "utter_hand_over_noted"
    ]


@pytest.mark.parametrize(
    ("intent", "words", "response"),
    [
        ("distress", "我不想活了", "utter_distress"),
        ("distress", "I want to die", "utter_distress_english"),
        ("emergency", "快救命，有人晕倒了", "utter_emergency"),
        ("emergency", "He is not breathing", "utter_emergency_english"),
    ],
)
async def test_help_is_called_for_in_the_words_of_who_needs_it(
    stage: Stage, intent: str, words: str, response: str
) -> None:
    said = await stage.play("action_call_for_help", intent, text=words)
    assert said.responses == [response]
    assert "120" in said.text

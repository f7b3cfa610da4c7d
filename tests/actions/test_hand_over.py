"""The way to a person, also when the records are away."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Awaitable, Callable

import httpx
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

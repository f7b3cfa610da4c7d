"""One of the staff talks with a citizen: the machine is silent, and comes back afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from records import events, handovers
from records.events import Line
from records.handovers import NotOpen
from tests.cards import check_card
from tests.channels.test_processes import opened, process
from tests.conftest import Gateway, OpenGateway, Talk, running_valkey
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.serving import free_port

HERE = {"type": "notice", "level": "person_here"}
GONE = {"type": "notice", "level": "person_gone"}
STAFF = "agent-1"


async def take(gateway: Gateway, talk: Talk) -> int:
    """Take the wish of this citizen as the console does; its number."""
    async with gateway.database() as db:
        now = datetime.now(UTC)
        wish = await handovers.request(db, UUID(talk.id), "asked", None, now)
        await handovers.take(db, wish.id, STAFF, now)
        await events.append(db, wish.conversation, "system", [Line("来了", HERE)], now)
    return wish.id


async def speak(gateway: Gateway, number: int, words: str) -> None:
    """Have that person say something."""
    async with gateway.database() as db:
        await handovers.say(db, number, STAFF, Line(words), datetime.now(UTC))


def rows(gateway: Gateway, query: str) -> list[Any]:
    """What the database has."""
    with psycopg.connect(gateway.settings.database_url.get_secret_value()) as db:
        return db.execute(query).fetchall()


async def settled(gateway: Gateway, many: int) -> None:
    """So many messages are left to a person."""
    until = time.monotonic() + 10
    query = "SELECT count(*) FROM messages WHERE outcome = 'person' AND answered_at IS NOT NULL"
    while rows(gateway, query) != [(many,)]:
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


def texts(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Who said what."""
    return [(one["from"], one["text"]) for one in found]


@pytest.fixture
async def beside(open_gateway: OpenGateway) -> AsyncIterator[Gateway]:
    """A second gateway."""
    async with open_gateway() as running:
        yield running


async def test_the_machine_is_silent_and_what_the_person_says_arrives(
    gateway: Gateway, beside: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    await talk.ask("人工")
    number = await take(gateway, talk)
    await talk.send(text="我想问养老金")
    talk.http = beside.http
    await talk.send(text="每月多少")
    await settled(gateway, 2)
    waiting = asyncio.create_task(talk.events(5, wait=20))
    await asyncio.sleep(0.5)
    said = time.monotonic()
    await speak(gateway, number, "您好，我来帮您看")
    assert texts(await waiting) == [("agent", "您好，我来帮您看")]
    assert time.monotonic() - said < 2
    assert engine.texts == ["人工"]
    seen = await talk.events()
    assert [one["from"] for one in seen] == [
        *("citizen", "bot", "system", "citizen", "citizen"),
        "agent",
    ]
    assert rows(gateway, "SELECT count(*) FROM understandings") == [(0,)]
    figures = (await gateway.http.get("/metrics")).text
    assert 'wenbao_answers_total{outcome="person"}' in figures


async def test_a_choice_that_is_tapped_is_read_by_the_person_and_not_by_the_engine(
    gateway: Gateway, engine: StandInEngine
) -> None:
    buttons = [{"title": "查缴费", "payload": "/look_up"}]
    engine.says = lambda heard: [{"text": "要办什么", "buttons": buttons}]
    talk = await gateway.talk()
    await talk.ask("人工")
    number = await take(gateway, talk)
    assert (await talk.send(choice="/look_up")).status_code == 202
    await settled(gateway, 1)
    assert engine.texts == ["人工"]
    async with gateway.database() as db:
        told = await handovers.dossier(db, number, 3)
    assert [(one.sender, one.text) for one in told.lines] == [("citizen", "查缴费")]


@pytest.mark.parametrize("words", ["结束人工", " “回到问保”。", "Back  to the Assistant!"])
async def test_the_citizen_ends_it_and_the_machine_answers_on(
    gateway: Gateway, engine: StandInEngine, words: str
) -> None:
    talk = await gateway.talk()
    number = await take(gateway, talk)
    await talk.send(text="怎么结束人工")
    await talk.send(text=words)
    end = (await talk.until(4))[3]
    assert (end["from"], end["card"]) == ("system", GONE)
    assert f"编号{number}" in end["text"]
    check_card(end["card"])
    assert (await talk.ask("养老金怎么领"))["text"] == "答：养老金怎么领"
    assert engine.texts == ["养老金怎么领"]
    async with gateway.database() as db:
        with pytest.raises(NotOpen):
            await handovers.say(db, number, STAFF, Line("还在吗"), datetime.now(UTC))
    acts = rows(gateway, "SELECT actor, act, object FROM audit_entries WHERE log = 'staff'")
    assert acts == [("staff:system", "finish_handover", f"handover:{number}")]


async def test_who_only_waits_is_answered_by_the_machine_whatever_they_say(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    number = await take(gateway, talk)
    async with gateway.database() as db:
        await handovers.give_back(db, number, STAFF, datetime.now(UTC))
    assert (await talk.ask("结束人工"))["from"] == "bot"
    assert engine.texts == ["结束人工"]
    assert rows(gateway, "SELECT closed_at FROM handovers") == [(None,)]


async def test_a_person_who_says_nothing_has_it_no_more_and_the_last_words_are_answered(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(agent_seconds=2) as gateway, open_gateway(agent_seconds=2):
        talk = await gateway.talk()
        number = await take(gateway, talk)
        for words in ("在吗", "养老金怎么领"):
            await talk.send(text=words)
        found = await talk.until(5)
        assert texts(found)[1:3] == [("citizen", "在吗"), ("citizen", "养老金怎么领")]
        assert found[3]["card"] == GONE
        assert f"编号{number}" in found[3]["text"]
        assert texts(found)[4] == ("bot", "答：养老金怎么领")
        await asyncio.sleep(1.5)  # both gateways looked again
        assert len(await talk.events()) == 5
        assert engine.texts == ["养老金怎么领"]
        noted = rows(gateway, "SELECT actor, act, object, fields FROM audit_entries")
        [(actor, act, what, fields)] = noted
        assert (actor, act, what) == (
            *("staff:system", "give_back_handover"),
            f"handover:{number}",
        )
        assert 2 <= fields["waited_seconds"] < 10
        async with gateway.database() as db:
            [again], _ = await handovers.waiting(db, 9)
        assert (again.id, again.taken_by) == (number, None)


async def test_a_person_who_spoke_keeps_it_however_long_the_citizen_thinks(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(agent_seconds=0.5) as gateway:
        talk = await gateway.talk()
        number = await take(gateway, talk)
        await talk.send(text="在吗")
        await settled(gateway, 1)
        await speak(gateway, number, "在的")
        await asyncio.sleep(1.5)
        figures = (await gateway.http.get("/metrics")).text
        assert 'wenbao_persons{state="taken"} 1.0' in figures
        assert 'wenbao_persons{state="waiting"} 0.0' in figures
        assert texts(await talk.events())[1:] == [("citizen", "在吗"), ("agent", "在的")]
    assert engine.heard == []


async def test_without_redis_it_is_the_same(
    open_gateway: OpenGateway, engine: StandInEngine, tmp_path: Path
) -> None:
    port = free_port()
    with running_valkey(port, tmp_path) as url:
        pass
    async with open_gateway(redis_url=url, agent_seconds=2) as gateway:
        talk = await gateway.talk()
        number = await take(gateway, talk)
        await talk.send(text="在吗")
        await settled(gateway, 1)
        waiting = asyncio.create_task(talk.events(2, wait=10))
        await speak(gateway, number, "在的")
        assert texts(await waiting) == [("agent", "在的")]
        await talk.send(text="好")
        assert (await talk.until(6))[5]["text"] == "答：好"
    assert engine.texts == ["好"]


@pytest.mark.timeout(120)
async def test_what_a_killed_process_left_is_the_persons_once_they_are_there(
    environment: dict[str, Any], open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    engine.seconds = 3
    async with process(environment) as (victim, http):
        talk = await opened(http)
        await talk.send(text="问")
        await asyncio.sleep(0.3)
        victim.kill()
        victim.wait()
    asked = len(engine.heard)
    async with open_gateway(sweep_seconds=60) as quiet:
        talk.http = quiet.http
        await take(quiet, talk)
    async with process(environment) as (_, http):
        await settled(quiet, 1)
        talk.http = http
        assert [one["from"] for one in await talk.events()] == ["citizen", "system"]
    assert len(engine.heard) == asked == 1


async def test_an_erased_conversation_takes_the_person_out_and_leaves_nothing(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    number = await take(gateway, talk)
    await speak(gateway, number, "您好")
    await talk.http.delete(talk.path, headers=talk.headers)
    async with gateway.database() as db:
        for refused in (
            handovers.say(db, number, STAFF, Line("还在吗"), datetime.now(UTC)),
            handovers.dossier(db, number, 0),
        ):
            with pytest.raises(NotOpen):
                await refused
    for table in ("events", "handovers", "messages"):
        assert rows(gateway, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    assert engine.heard == []


async def test_who_is_not_signed_in_says_these_words_to_the_person(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    await take(gateway, talk)
    await talk.send(text="退出")
    await settled(gateway, 1)
    assert texts(await talk.events())[1:] == [("citizen", "退出")]
    assert engine.heard == []


async def test_a_person_who_came_while_the_engine_was_away_has_the_message_that_waited(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    engine.served.stop()
    async with open_gateway(engine_outage_seconds=3) as gateway:
        talk = await gateway.talk()
        await talk.send(text="养老金怎么领")
        await asyncio.sleep(0.3)
        await take(gateway, talk)
        await settled(gateway, 1)
        assert texts(await talk.events()) == [("citizen", "养老金怎么领"), ("system", "来了")]

"""What a citizen sees when something behind the gateway is away."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import OpenGateway, running_valkey
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.serving import free_port

QUICK = {"engine_seconds": 0.5, "engine_outage_seconds": 1.0}


def is_outage(event: dict[str, Any]) -> bool:
    """An honest word with a way to go on."""
    return event["card"] == {"type": "notice", "level": "outage", "phone": "12333"} and (
        "12333" in event["text"]
    )


@pytest.mark.parametrize("mode", ["empty", "broken", "malformed"])
async def test_what_is_no_answer_is_asked_twice_and_then_an_outage(
    open_gateway: OpenGateway, engine: StandInEngine, mode: str
) -> None:
    engine.mode = mode
    async with open_gateway(**QUICK) as gateway:
        answer = await (await gateway.talk()).ask("问")
        figures = (await gateway.http.get("/metrics")).text
    assert is_outage(answer)
    assert len(engine.heard) == 2
    assert engine.heard[0] == engine.heard[1]
    assert 'wenbao_answers_total{outcome="outage"} 1.0' in figures


async def test_a_slow_engine_is_not_waited_for_longer_than_agreed(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    engine.seconds = 3
    started = time.monotonic()
    async with open_gateway(**QUICK) as gateway:
        assert is_outage(await (await gateway.talk()).ask("问"))
        assert time.monotonic() - started < 3


async def test_one_failure_is_not_noticed(open_gateway: OpenGateway, engine: StandInEngine) -> None:
    engine.fails_next = 1
    async with open_gateway(**QUICK) as gateway:
        answer = await (await gateway.talk()).ask("问")
    assert answer["text"] == "答：问"
    assert engine.heard[0]["metadata"]["message"] == engine.heard[1]["metadata"]["message"]


async def test_an_engine_that_comes_back_in_time_answers_what_waited(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(engine_outage_seconds=12) as gateway:
        talk = await gateway.talk()
        await talk.ask("一")
        engine.served.stop()
        sends = [await talk.send(text=f"问{n}") for n in range(3)]
        assert {sent.status_code for sent in sends} == {202}
        await asyncio.sleep(0.5)
        engine.served.start()
        found = await talk.until(8)
    assert [event["text"] for event in found[5:]] == ["答：问0", "答：问1", "答：问2"]


async def test_in_a_long_outage_only_the_first_waits_it_out(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    engine.served.stop()
    async with open_gateway(engine_outage_seconds=1.5) as gateway:
        talk = await gateway.talk()
        started = time.monotonic()
        for _ in range(4):
            await talk.send(text="问")
        found = await talk.until(8)
        took = time.monotonic() - started
        engine.served.start()
        assert (await talk.ask("又来了"))["text"] == "答：又来了"
    assert [is_outage(event) for event in found if event["from"] == "bot"] == [True] * 4
    assert took < 5


async def test_a_message_over_which_processes_die_is_given_up(
    open_gateway: OpenGateway, engine: StandInEngine, database_url: str
) -> None:
    import psycopg

    engine.mode = "broken"
    async with open_gateway(engine_outage_seconds=30, drain_seconds=0) as gateway:
        talk = await gateway.talk()
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "INSERT INTO messages (conversation, delivery, fingerprint, seq, text, attempts,"
            " received_at) VALUES (%s, 'd', 'x', 1, '问', 9, now() - interval '1 minute')",
            (talk.id,),
        )
        db.execute("UPDATE conversations SET last_seq = 1")
        db.execute(
            'INSERT INTO events (conversation, seq, at, "from", text)'
            " VALUES (%s, 1, now(), 'citizen', '问')",
            (talk.id,),
        )
    async with open_gateway() as gateway:
        talk.http = gateway.http
        assert is_outage((await talk.until(2))[1])
    assert engine.heard == []


async def test_without_redis_nothing_is_lost_and_nothing_stops(
    open_gateway: OpenGateway, tmp_path: Path
) -> None:
    port = free_port()
    with running_valkey(port, tmp_path) as url:
        async with open_gateway(redis_url=url) as gateway:
            talk = await gateway.talk()
            await talk.ask("一")
            store = running_valkey(port, tmp_path)
    async with open_gateway(redis_url=url) as one, open_gateway(redis_url=url) as two:
        talk.http = one.http
        assert (await talk.ask("二"))["text"] == "答：二"
        # The other process hears of it by looking at the database.
        talk.http = two.http
        waiting = asyncio.create_task(talk.events(4, wait=10))
        await asyncio.sleep(0.2)
        talk.http = one.http
        await talk.send(text="三")
        assert (await waiting)[0]["text"] == "三"
        ready = await one.http.get("/readyz")
        # Everything is answered without it: no balancer may take us out.
        assert (ready.status_code, ready.json()["parts"]["redis"]) == (200, False)
        with store:
            await asyncio.sleep(2.5)
            assert (await one.http.get("/readyz")).status_code == 200
            assert (await talk.ask("四"))["text"] == "答：四"


async def test_news_reach_those_who_wait_at_another_process(open_gateway: OpenGateway) -> None:
    async with open_gateway() as one, open_gateway() as two:
        talk = await one.talk()
        await asyncio.sleep(0.3)
        talk.http = two.http
        waiting = asyncio.create_task(talk.events(0, wait=20))
        await asyncio.sleep(0.3)
        talk.http = one.http
        started = time.monotonic()
        await talk.send(text="你好")
        assert (await waiting)[0]["text"] == "你好"
        assert time.monotonic() - started < 0.9


async def test_readiness_names_the_missing_part(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway() as gateway:
        well = await gateway.http.get("/readyz")
        assert (well.status_code, well.json()["parts"]) == (
            200,
            {"database": True, "redis": True, "engine": True},
        )
        engine.served.stop()
        await asyncio.sleep(1.1)
        ill = await gateway.http.get("/readyz")
        assert (ill.status_code, ill.json()["error"]) == (503, "not_ready")
        assert ill.json()["parts"]["engine"] is False
        assert (await gateway.http.get("/healthz")).status_code == 200


async def test_an_engine_that_is_up_but_answers_nothing_is_not_ready(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    engine.mode = "empty"
    async with open_gateway() as gateway:
        assert (await gateway.http.get("/readyz")).json()["parts"]["engine"] is False


async def test_without_the_database_a_message_is_honestly_not_taken(
    open_gateway: OpenGateway, engine: StandInEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_gateway() as gateway:
        talk = await gateway.talk()

    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    async with open_gateway(database_url=nowhere) as gateway:
        talk.http = gateway.http
        refused = await talk.send(text="问")
        assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
        assert "12333" in refused.json()["message"]
        assert refused.headers["retry-after"] == "5"
    assert engine.heard == []

"""How often one may ask, with Redis and without."""

from __future__ import annotations

import uuid
from pathlib import Path

import psycopg
import pytest
from redis.asyncio import Redis

from channels.limits import WINDOW, Limit, Limits
from channels.refusals import TooMany
from tests.conftest import OpenGateway, running_valkey
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.serving import free_port

OPEN = "/api/chat/conversations"


async def test_a_conversation_that_asks_too_often_is_asked_to_wait(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(messages_per_minute=3) as gateway:
        talk, other = await gateway.talk(), await gateway.talk()
        statuses = [(await talk.send(text=f"问{n}")).status_code for n in range(4)]
        refused = await talk.send(text="再问")
        assert statuses[:3] == [202, 202, 202]
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "12333" in refused.json()["message"]
        assert (await other.send(text="问")).status_code == 202
        assert len(await talk.until(6)) == 6
    assert "再问" not in engine.texts


async def test_an_address_may_not_ask_for_everyone(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(address_messages_per_minute=2) as gateway:
        talks = [await gateway.talk() for _ in range(3)]
        statuses = [(await talk.send(text="问")).status_code for talk in talks]
        await talks[0].until(2)
        await talks[1].until(2)
    assert statuses == [202, 202, 429]
    assert len(engine.heard) == 2


async def test_a_hall_behind_one_address_has_a_figure_of_its_own(
    open_gateway: OpenGateway, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "INSERT INTO sites (key, name, messages_per_minute, openings_per_minute, created_at)"
            " VALUES ('hall', '大厅', 4, 3, now())"
        )
    limits = {"address_messages_per_minute": 1, "address_openings_per_minute": 2}
    async with open_gateway(**limits) as gateway:
        hall = [await gateway.talk(site="hall") for _ in range(3)]
        refused = await gateway.http.post(OPEN, json={"site": "hall"})
        assert refused.status_code == 429
        statuses = [(await hall[n % 3].send(text="问")).status_code for n in range(5)]
        assert statuses == [202, 202, 202, 202, 429]
        home = await gateway.talk()
        assert (await home.send(text="问")).status_code == 202
        assert (await home.send(text="问")).status_code == 429


async def test_too_many_openings_from_one_address_open_nothing(
    open_gateway: OpenGateway, database_url: str
) -> None:
    async with open_gateway(address_openings_per_minute=2) as gateway:
        statuses = [
            (await gateway.http.post(OPEN, json={"site": "demo"})).status_code for _ in range(4)
        ]
    assert statuses == [201, 201, 429, 429]
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (2,)


@pytest.mark.parametrize(
    ("proxies", "first", "second", "together"),
    [
        ("", "1.1.1.1", "2.2.2.2", True),
        ("127.0.0.0/8", "1.1.1.1", "2.2.2.2", False),
        ("127.0.0.0/8", "9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1", True),
        ("127.0.0.0/8,10.0.0.0/8", "1.1.1.1, 10.1.2.3", "2.2.2.2, 10.1.2.3", False),
        ("127.0.0.0/8", "nonsense", "<script>", True),
        ("127.0.0.0/8", "2001:db8::1", "2001:db8::2", True),
        ("127.0.0.0/8", "2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ],
)
async def test_the_address_is_the_proxys_word_only_for_our_own_proxies(
    open_gateway: OpenGateway, proxies: str, first: str, second: str, together: bool
) -> None:
    settings = {"address_openings_per_minute": 1, "trusted_proxies": proxies}
    async with open_gateway(**settings) as gateway:
        statuses = [
            (
                await gateway.http.post(
                    OPEN, json={"site": "demo"}, headers={"X-Forwarded-For": address}
                )
            ).status_code
            for address in (first, second)
        ]
    assert statuses == [201, 429 if together else 201]


async def test_limits_hold_across_processes_and_count_nothing_that_was_refused(
    redis_url: str,
) -> None:
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as two:
        here, there = Limits(one), Limits(two)
        both = [Limit("narrow", 2), Limit("wide", 3)]
        await here.spend(both)
        await there.spend(both)
        for _ in range(5):
            with pytest.raises(TooMany):
                await here.spend(both)
        await there.spend([Limit("wide", 3)])
        with pytest.raises(TooMany):
            await here.spend([Limit("wide", 3)])
        assert not any(b"narrow" in key for key in await one.keys())


async def test_without_redis_each_process_counts_for_itself(tmp_path: Path) -> None:
    now = 1_000_000 * WINDOW + 30.0
    port = free_port()
    with running_valkey(port, tmp_path) as url:
        redis = Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)
        limits = Limits(redis, clock=lambda: now)
        await limits.spend([Limit("a", 2)])
    for _ in range(2):
        await limits.spend([Limit("a", 2)])
    with pytest.raises(TooMany):
        await limits.spend([Limit("a", 2)])
    now += WINDOW  # Half of the last minute still counts.
    await limits.spend([Limit("a", 2)])
    with pytest.raises(TooMany):
        await limits.spend([Limit("a", 2)])
    now += 2 * WINDOW
    await limits.spend([Limit("a", 2)])
    await redis.aclose()


async def test_the_counters_here_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.limits.MOST_COUNTERS", 10)
    redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0", socket_connect_timeout=0.2)
    limits = Limits(redis)
    for _ in range(50):
        await limits.spend([Limit(uuid.uuid4().hex, 5)])
    assert len(limits._counters) <= 11
    await redis.aclose()


@pytest.mark.parametrize(
    ("most", "begin", "asked"), [(5, 31, 5), (6, 0, 6), (5, 59, 5), (3, 10, 3)]
)
async def test_who_waits_as_long_as_told_has_room_and_not_much_sooner(
    most: int, begin: int, asked: int
) -> None:
    now = [WINDOW * 1000.0 + begin]
    limits = Limits(Redis(port=free_port()), clock=lambda: now[0])
    wish = [Limit("x", most)]
    for _ in range(asked):
        await limits.spend(wish)
    for _ in range(3):
        with pytest.raises(TooMany) as refused:
            await limits.spend(wish)
        told = int(refused.value.retry_after)
        assert 1 <= told <= WINDOW + 1
        now[0] += told - 2
        with pytest.raises(TooMany):
            await limits.spend(wish)
        now[0] += 2
        await limits.spend(wish)

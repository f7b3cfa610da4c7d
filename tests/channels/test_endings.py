"""The end of a conversation, and what the gateway itself says in one."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import psycopg
import pytest
import redis
from sqlalchemy import text

from tests.conftest import Gateway, Talk
from tests.stand_ins.engine import StandInEngine, echo

ID = "510107197208121232"


async def test_the_end_wipes_everything_everywhere(
    gateway: Gateway, engine: StandInEngine, database_url: str, redis_url: str
) -> None:
    talk, other = await gateway.talk(), await gateway.talk()
    for one in (talk, other):
        await one.ask(f"我是{ID}")
    with redis.Redis.from_url(redis_url) as store:
        for one in (talk, other):
            store.set(f"tracker:{one.id}", "x")
            store.set(f"tracker:{one.id}:slots", "x")
    _sign_in(database_url, talk, other)
    ended = await talk.http.delete(talk.path, headers=talk.headers)
    assert (ended.status_code, ended.content) == (204, b"")
    assert engine.forgot == [talk.id]
    with redis.Redis.from_url(redis_url) as store:
        left = {key.decode() for key in store.keys("tracker:*")}
    assert left == {f"tracker:{other.id}", f"tracker:{other.id}:slots"}
    assert _conversations_in(database_url) == {uuid.UUID(other.id)}
    again = await talk.http.get(talk.path + "/events", headers=talk.headers)
    assert again.status_code == 404


def _sign_in(database_url: str, *talks: Talk) -> None:
    with psycopg.connect(database_url, autocommit=True) as db:
        for talk in talks:
            db.execute(
                "INSERT INTO identities VALUES"
                " (%s, 'c', 'x', 'x', 'loa3', now(), now(), now(), NULL)",
                (talk.id,),
            )
            db.execute(
                "INSERT INTO sign_in_attempts (link_hash, conversation, expires_at)"
                " VALUES (%s, %s, now())",
                (talk.id.encode(), talk.id),
            )


def _conversations_in(database_url: str) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    with psycopg.connect(database_url) as db:
        tables = ("messages", "events", "sealed_values", "identities", "sign_in_attempts")
        for table in tables:
            rows = db.execute(f"SELECT DISTINCT conversation FROM {table}").fetchall()  # noqa: S608
            assert rows, table
            found |= {row[0] for row in rows}
        assert db.execute("SELECT count(*) FROM erasures").fetchone() == (0,)
    return found


async def test_an_engine_that_is_away_forgets_as_soon_as_it_is_back(
    gateway: Gateway, engine: StandInEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.relay.SECONDS_TO_FORGET", 0.1)
    talk = await gateway.talk()
    await talk.ask("问")
    engine.served.stop()
    ended = await talk.http.delete(talk.path, headers=talk.headers)
    assert ended.status_code == 204
    assert engine.forgot == []
    engine.served.start()
    until = time.monotonic() + 10
    while not engine.forgot and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert engine.forgot == [talk.id]


async def test_the_engine_forgets_after_the_running_turn(
    gateway: Gateway, engine: StandInEngine
) -> None:
    forgot_before_its_end: list[int] = []

    def says(heard: dict[str, Any]) -> list[dict[str, Any]]:
        forgot_before_its_end.append(len(engine.forgot))
        return echo(heard)

    engine.says, engine.takes["慢"] = says, 0.6
    talk = await gateway.talk()
    await talk.send(text="慢")
    while "慢" not in engine.texts:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert (await talk.http.delete(talk.path, headers=talk.headers)).status_code == 204
    assert forgot_before_its_end == [0]
    assert engine.forgot == [talk.id]


async def test_the_gateway_itself_tells_and_puts(gateway: Gateway, engine: StandInEngine) -> None:
    parts, talk = gateway.app.state.parts, await gateway.talk()
    conversation = uuid.UUID(talk.id)

    async def tells_and_puts() -> None:
        for _ in range(2):
            async with parts.database.begin() as db:
                await parts.relay.put(db, conversation, "/signed_in", "sign-in:1", "您已登录。")
        async with parts.database.begin() as db:
            await parts.relay.tell(db, conversation, "提示", {"type": "notice", "level": "info"})

    await gateway.served.inside(tells_and_puts())
    found = await talk.until(3)
    assert [event["from"] for event in found].count("system") == 2
    assert found[0]["text"] == "您已登录。"
    await asyncio.sleep(0.3)
    assert engine.texts == ["/signed_in"]


async def test_what_was_rolled_back_was_never_told(gateway: Gateway, engine: StandInEngine) -> None:
    parts, talk = gateway.app.state.parts, await gateway.talk()

    async def put_and_taken_back() -> object:
        async with parts.database.connect() as db:
            await parts.relay.put(db, uuid.UUID(talk.id), "/signed_in", "sign-in:1", "您已登录。")
            seen = (await db.execute(text("SELECT count(*) FROM messages"))).scalar()
            await db.rollback()
            return seen

    assert await gateway.served.inside(put_and_taken_back()) == 1
    await asyncio.sleep(0.3)
    assert await talk.events() == []
    assert engine.heard == []

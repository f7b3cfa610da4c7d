"""Deliveries under trouble: nothing lost, nothing doubled, in order, given up when it is time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.outgoing import __main__ as command
from channels.outgoing import bundles, patience
from records.database import open_database
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import FULL, open_thread, say, states
from tests.channels.messengers.wechat_calls import until, until_many
from tests.conftest import VAULT_KEY, Gateway, OpenGateway
from tests.stand_ins.fault_proxy import DELAY, DROP, HANG, LOSE, RESET, FaultProxy
from tests.stand_ins.parrot import Parrot, StandInParrot
from tests.stand_ins.wechat import StandInWeChat

THREADS, EVENTS = (100, 50) if FULL else (20, 25)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
def parrot() -> Iterator[StandInParrot]:
    stand_in = StandInParrot()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REST_SECONDS", 1.0)
    monkeypatch.setattr(patience, "LONGEST_SECONDS", 1.0)


def taught(gateway: Gateway, **given: Any) -> Parrot:
    """Teach the gateway the test's channel."""
    messengers = gateway.app.state.parts.messengers
    channel = Parrot(messengers.http, **given)
    messengers.channels[channel.name] = channel
    return channel


async def speak(database: AsyncEngine, account: str) -> dict[str, list[str]]:
    """Many events in many threads at once; what each user has to get."""
    expected: dict[str, list[str]] = {}

    async def one(number: int) -> None:
        external = f"user-{number}"
        talk = await open_thread(database, account, external)
        expected[external] = [f"{number}/{place}" for place in range(EVENTS)]
        for text in expected[external]:
            await say(database, talk, text)

    for start in range(0, THREADS, 10):
        await asyncio.gather(*map(one, range(start, min(start + 10, THREADS))))
    return expected


@pytest.mark.timeout(1800 if FULL else 600)
async def test_a_failing_line_to_a_provider_with_keys_loses_and_doubles_nothing(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
) -> None:
    proxy = FaultProxy(parrot.served.port, (DELAY, DROP, RESET, HANG, LOSE), rate=0.08)
    proxy.start()
    new_account("parrot", "parrot", api=proxy.url)
    async with AsyncExitStack() as running:
        for _ in range(2):
            taught(await running.enter_async_context(open_gateway()))
        expected = await speak(database, "parrot")
        await until_many(lambda: states(database_url).get("sent", 0), THREADS * EVENTS)
    proxy.stop()
    assert {name for name, many in proxy.happened.items() if many} > {DELAY, DROP, RESET, LOSE}
    assert parrot.said == expected
    assert sum(parrot.keys.values()) > len(parrot.keys) == THREADS * EVENTS


@pytest.mark.timeout(1800 if FULL else 600)
async def test_wechat_without_keys_loses_nothing_and_doubles_only_what_it_took_unseen(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    wechat: StandInWeChat,
) -> None:
    proxy = FaultProxy(wechat.served.port, (DELAY, DROP, RESET, LOSE), rate=0.08)
    proxy.start()
    new_account(api=proxy.url)
    async with open_gateway(), open_gateway():
        expected = await speak(database, "oa")
        await until_many(lambda: states(database_url).get("sent", 0), THREADS * EVENTS)
    proxy.stop()
    doubled = 0
    for user, bubbles in wechat.by_user().items():
        once = [bubbles[0]]
        for bubble in bubbles[1:]:
            doubled += bubble == once[-1]
            if bubble != once[-1]:
                once.append(bubble)
        assert "\n\n".join(once).split("\n\n") == expected[user]
    assert doubled <= proxy.happened[LOSE]


async def test_a_killed_holder_is_followed_by_another(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
) -> None:
    new_account("parrot", "parrot", api=parrot.url)
    talk = await open_thread(database, "parrot", "user")
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "UPDATE threads SET holder = gen_random_uuid(),"
            " held_until = clock_timestamp() + interval '2 seconds'"
        )
    await say(database, talk, "一", "二")
    async with open_gateway() as gateway:
        taught(gateway)
        await asyncio.sleep(1)
        assert parrot.said == {}
        await until(lambda: states(database_url) == {"sent": 2})
    assert parrot.said == {"user": ["一", "二"]}


async def test_each_class_of_failure_ends_as_it_should(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
) -> None:
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway() as gateway:
        taught(gateway)
        talk = await open_thread(database, "parrot", "user")
        parrot.refuses = [500, 429, 503]
        await say(database, talk, "一")
        await until(lambda: states(database_url) == {"sent": 1})
        assert rows(database_url) == [(3, "sent")]
        parrot.refuses = [404]
        await say(database, talk, "二", "三")
        await until(lambda: states(database_url) == {"sent": 2, "dead": 1})
        parrot.refuses = [402]
        await say(database, talk, "四")
        await until(lambda: states(database_url) == {"sent": 2, "dead": 1, "parked": 1})
        figures = (await gateway.http.get("/metrics")).text
        assert 'wenbao_deliveries_total{channel="parrot",outcome="dead"} 1.0' in figures
    assert parrot.said == {"user": ["一", "三"]}


async def test_dead_letters_are_shown_and_tried_again(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    redis_url: str,
    parrot: StandInParrot,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (
        ("DATABASE_URL", database_url),
        ("REDIS_URL", redis_url),
        ("VAULT_KEY", VAULT_KEY),
    ):
        monkeypatch.setenv(name, value)
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway() as gateway:
        taught(gateway)
        talk = await open_thread(database, "parrot", "user")
        parrot.refuses = [404]
        await say(database, talk, "一")
        await until(lambda: states(database_url) == {"dead": 1})
        capsys.readouterr()
        await asyncio.to_thread(command.main, ["list"])
        assert f"parrot {talk} 1 tries=1 unknown_user" in capsys.readouterr().out
        await asyncio.to_thread(command.main, ["replay", "--account", "parrot"])
        assert "1 deliveries are tried again" in capsys.readouterr().out
        await until(lambda: states(database_url) == {"sent": 1})
    assert parrot.said == {"user": ["一"]}


async def test_after_many_tries_it_is_given_up(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "MOST_ATTEMPTS", 3)
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway() as gateway:
        taught(gateway)
        talk = await open_thread(database, "parrot", "user")
        parrot.refuses = [500] * 3
        await say(database, talk, "一")
        await until(lambda: states(database_url) == {"dead": 1})
    assert rows(database_url) == [(3, "dead")]


async def test_an_account_in_trouble_rests_and_then_one_try_decides(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "REST_SECONDS", 3.0)
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway() as gateway:
        taught(gateway)
        parrot.refuses = [500] * 1000
        for number in range(20):
            await say(database, await open_thread(database, "parrot", f"u{number}"), "一")
        await asyncio.sleep(3)
        called = 1000 - len(parrot.refuses)
        # Those that were on their way when it tripped, and no more.
        assert patience.FAILURES <= called <= 40
        await asyncio.sleep(1)
        parrot.refuses = []
        await until(lambda: states(database_url) == {"sent": 20}, 30)
    assert {user: said for user, said in parrot.said.items() if said != ["一"]} == {}


async def test_a_long_answer_goes_on_where_it_stopped(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
) -> None:
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway() as gateway:
        taught(gateway, most=60)
        talk = await open_thread(database, "parrot", "user")
        parrot.refuses = []
        text = "".join(f"第{number}句话说的是养老保险。" for number in range(12))
        await say(database, talk, text)
        await until(lambda: len(parrot.said["user"]) >= 2)
        await until(lambda: states(database_url) == {"sent": 1})
    assert len(parrot.keys) == len(parrot.said["user"]) == sum(parrot.keys.values())
    assert parrot.said["user"][0].endswith(f"（1/{len(parrot.keys)}）")


async def test_a_disabled_account_keeps_its_messages(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database: AsyncEngine,
    database_url: str,
    parrot: StandInParrot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("channels.outgoing.sender.SECONDS_WITHOUT_ACCOUNT", 0.5)
    new_account("parrot", "parrot", api=parrot.url)
    async with open_gateway(accounts_seconds=0.2) as gateway:
        taught(gateway)
        talk = await open_thread(database, "parrot", "user")
        switch(database_url, enabled=False)
        await asyncio.sleep(0.6)
        await say(database, talk, "一")
        await asyncio.sleep(1)
        assert parrot.said == {}
        switch(database_url, enabled=True)
        await until(lambda: states(database_url) == {"sent": 1})


def test_pauses_grow_up_to_five_minutes_with_full_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    longest = [patience.pause(attempts, lambda low, high: high) for attempts in range(1, 12)]
    assert longest == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert all(0 <= patience.pause(9) <= 256 for _ in range(200))


def test_a_message_has_its_own_key_which_stays() -> None:
    talks = [UUID(int=number) for number in range(20)]
    keys = {
        bundles.message_key(talk, bundle, place)
        for talk in talks
        for bundle in range(1, 6)
        for place in range(5)
    }
    assert len(keys) == 500
    assert all(len(key) == 32 and key.isalnum() and key == key.lower() for key in keys)
    assert bundles.message_key(talks[3], 2, 1) in keys


def rows(url: str) -> list[tuple[int, str]]:
    """Tries and state of every delivery."""
    with psycopg.connect(url) as db:
        found = db.execute("SELECT attempts, state FROM deliveries ORDER BY seq").fetchall()
    return [(int(attempts), str(state)) for attempts, state in found]


def switch(url: str, *, enabled: bool) -> None:
    """Switch every account on or off."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE channel_accounts SET enabled = %s, updated_at = now()", (enabled,))

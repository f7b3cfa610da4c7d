"""WeChat's five seconds: the answer in the response, or later, and never twice."""

from __future__ import annotations

import asyncio
import time

import psycopg
import pytest

from tests.channels.messengers.conftest import NewAccount, NewFollower
from tests.channels.messengers.outgoing_steps import FULL
from tests.channels.messengers.wechat_calls import Follower, until
from tests.conftest import Gateway, OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import StandInWeChat

FOLLOWERS = 200 if FULL else 30
FORMATS = [(mode, as_json) for mode in ("plain", "compatible", "safe") for as_json in (0, 1)]


@pytest.mark.parametrize(("mode", "as_json"), FORMATS)
async def test_a_question_is_answered_in_the_response(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
    mode: str,
    as_json: bool,
) -> None:
    new_account(mode=mode, api=wechat.url)
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid", mode=mode, as_json=bool(as_json))
        assert await follower.say("社保卡丢了怎么办") == "答：社保卡丢了怎么办"
    assert engine.texts == ["社保卡丢了怎么办"]
    assert engine.heard[0]["metadata"]["channel"] == "wechat"
    assert "an-openid" not in str(engine.heard)
    assert wechat.sent == []


async def test_a_retry_joins_the_running_turn_and_says_the_same(
    follower: Follower, engine: StandInEngine, wechat: StandInWeChat
) -> None:
    engine.seconds = 1
    asked = follower.message("问")
    answers = await asyncio.gather(*(follower.call(asked) for _ in range(3)))
    assert answers == ["答：问"] * 3
    assert engine.texts == ["问"]
    assert await follower.call(asked) == "答：问"
    assert (engine.texts, wechat.sent) == (["问"], [])


async def test_a_call_that_is_replayed_later_learns_nothing(
    follower: Follower, engine: StandInEngine, database_url: str
) -> None:
    asked = follower.message("问")
    assert await follower.call(asked) == "答：问"
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("UPDATE messages SET received_at = received_at - interval '1 minute'")
    assert await follower.call(asked) is None
    assert engine.texts == ["问"]


async def test_the_five_seconds_hold_however_long_the_engine_takes(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
) -> None:
    """With the right to send later and without it, all at the same time."""
    new_account(api=wechat.url)
    new_account("quiet", api=wechat.url, customer_service=False)
    engine.takes = {f"等{seconds}": seconds for seconds in (0, 3, 6, 20)} | {"慢": 6, "很慢": 16}
    async with open_gateway(engine_seconds=30) as gateway:
        await asyncio.gather(
            _with_the_right_to_send(gateway, wechat),
            _the_second_try_carries_the_answer(gateway),
            _the_last_try_asks_for_patience(gateway),
        )
    assert wechat.by_user() == {"openid-6": ["答：等6"], "openid-20": ["答：等20"]}
    assert sorted(wechat.typed) == ["openid-20", "openid-3", "openid-6"]
    assert sorted(engine.texts) == sorted([*engine.takes, "好了吗"])


async def _with_the_right_to_send(gateway: Gateway, wechat: StandInWeChat) -> None:
    async def ask(takes: int) -> tuple[str | None, float]:
        started = time.monotonic()
        said = await Follower(gateway.http, f"openid-{takes}").say(f"等{takes}")
        return said, time.monotonic() - started

    answered = await asyncio.gather(*map(ask, (20, 6, 3, 0)))
    assert [said for said, _ in answered] == [None, None, "答：等3", "答：等0"]
    assert max(seconds for _, seconds in answered) < 4.9
    await until(lambda: len(wechat.sent) == 2, 30)
    await asyncio.sleep(0.5)


async def _the_second_try_carries_the_answer(gateway: Gateway) -> None:
    follower = Follower(gateway.http, "patient", account="quiet")
    asked = follower.message("慢")
    first = asyncio.create_task(follower.call(asked))
    await asyncio.sleep(5)
    assert await follower.call(asked) == "答：慢"
    await first


async def _the_last_try_asks_for_patience(gateway: Gateway) -> None:
    follower = Follower(gateway.http, "very-patient", account="quiet")
    asked = follower.message("很慢")
    tries = []
    for _ in range(3):
        tries.append(asyncio.create_task(follower.call(asked)))
        await asyncio.sleep(5)
    assert "还在查" in str(await tries[2])
    await asyncio.gather(*tries)
    await asyncio.sleep(2.5)
    assert await follower.say("好了吗") == "答：很慢\n\n答：好了吗"


@pytest.mark.timeout(600)
async def test_many_followers_times_twenty_deliveries_are_kept_and_answered_once(
    new_follower: NewFollower, engine: StandInEngine, wechat: StandInWeChat
) -> None:
    followers = [new_follower(f"openid-{number}") for number in range(FOLLOWERS)]

    async def twenty(follower: Follower) -> list[str | None]:
        asked = follower.message(f"问{follower.openid}")
        return await asyncio.gather(*(follower.call(asked) for _ in range(20)))

    answers = []
    for start in range(0, FOLLOWERS, 10):
        answers += await asyncio.gather(*map(twenty, followers[start : start + 10]))
    assert len(engine.heard) == FOLLOWERS
    assert len({heard["sender"] for heard in engine.heard}) == FOLLOWERS
    for follower, said in zip(followers, answers, strict=True):
        told = {one for one in said if one is not None}
        pushed = wechat.texts(follower.openid)
        assert told | set(pushed) == {f"答：问{follower.openid}"}
        assert len(pushed) + bool(told) == 1

"""Signing out in a messenger: what is stored goes as on the page, what is not ours is named."""

from __future__ import annotations

import asyncio

import psycopg

from tests.channels.messengers.test_linking import (
    OPENID,
    answer,
    bank,
    link_for,
    links,
    signed_in,
    walk,
)
from tests.channels.messengers.wechat_calls import Follower, until
from tests.channels.sign_in.test_sign_in_logout import WIPED, end_session
from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.identity_sandbox import Browser, IdentitySandbox, person
from tests.stand_ins.wechat import StandInWeChat

__all__ = ["bank"]

ASKED = "我上个月交了多少，工资8000"
NOT_OURS = "聊天软件里看得到的记录我删不掉，请您自己删除"


def stored(url: str) -> list[str]:
    """Every line that is kept, of any conversation."""
    with psycopg.connect(url) as db:
        found = db.execute("SELECT text FROM events ORDER BY conversation, seq").fetchall()
        found += db.execute("SELECT text FROM messages WHERE answered_at IS NOT NULL").fetchall()
    return [str(text) for (text,) in found]


async def linked(bank: Gateway, browser: Browser, engine: StandInEngine) -> Follower:
    """A follower who is signed in and linked, and has asked something."""
    follower = Follower(bank.http, OPENID)
    page = await walk(browser, await link_for(follower), person(2).login)
    await answer(browser, page, "yes")
    await until(lambda: "/signed_in" in engine.texts)
    assert f"答：{ASKED}" in str(await follower.say(ASKED))
    return follower


async def until_forgotten(engine: StandInEngine) -> None:
    """The engine has been told."""
    await until(lambda: engine.forgot == [engine.heard[-1]["sender"]])
    await asyncio.sleep(0.1)


async def test_unlinking_wipes_what_was_said_since_the_sign_in(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower = await linked(bank, browser, engine)
    assert any("8000" in line for line in stored(database_url))
    assert NOT_OURS in str(await follower.say("解绑"))
    await until_forgotten(engine)
    kept = stored(database_url)
    assert not any("8000" in line for line in kept)
    assert WIPED in kept
    assert "查我的缴费" in kept  # said before the sign-in
    # Nothing is left to be signed out of.
    assert "不需要解绑" in str(await follower.say("解绑"))
    assert len(engine.forgot) == 1


async def test_leaving_wipes_as_well(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower = await linked(bank, browser, engine)
    await follower.call(follower.event("unsubscribe"))
    await until_forgotten(engine)
    assert not any("8000" in line for line in stored(database_url))


async def test_who_does_not_want_the_link_leaves_nothing_and_reads_what_is_not_ours(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    wechat: StandInWeChat,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower = Follower(bank.http, OPENID)
    page = await walk(browser, await link_for(follower), person(2).login)
    await until(lambda: "/signed_in" in engine.texts)
    await follower.say(ASKED)
    assert "没有绑定" in (await answer(browser, page, "no")).text
    await until(lambda: any(NOT_OURS in text for text in wechat.texts()))
    await until_forgotten(engine)
    assert not any("8000" in line for line in stored(database_url))
    assert links(database_url) == []
    assert not await signed_in(database_url, engine)


async def test_who_signs_out_at_the_provider_reads_what_is_not_ours(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    wechat: StandInWeChat,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    await linked(bank, browser, engine)
    await end_session(browser, identity)
    await until(lambda: any(NOT_OURS in text for text in wechat.texts()))
    await until_forgotten(engine)
    assert not any("8000" in line for line in stored(database_url))
    assert not await signed_in(database_url, engine)

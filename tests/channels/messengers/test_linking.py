"""Linking a chat account to a citizen: proven by the messenger, confirmed by the citizen."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import httpx
import psycopg
import pytest

from records import identities
from records.database import open_database
from tests.channels.conftest import OpenDesk
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import KEY
from tests.channels.messengers.wechat_calls import Follower, until
from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.identity_sandbox import Browser, IdentitySandbox, person
from tests.stand_ins.wechat import StandInWeChat

OPENID = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"


def asks_to_sign_in(heard: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask to sign in when the record is wanted, and echo the rest."""
    if heard["message"] == "查我的缴费":
        card = {"type": "sign_in", "reason": "contributions"}
        return [{"text": "要先登录。"}, {"custom": {"card": card}}]
    return [{"text": f"答：{heard['message']}"}]


@pytest.fixture
async def bank(
    open_desk: OpenDesk,
    new_account: NewAccount,
    wechat: StandInWeChat,
    engine: StandInEngine,
) -> AsyncIterator[Gateway]:
    """A gateway where one can sign in, with accounts that may ask who a browser is, and not."""
    new_account(api=wechat.url, open=wechat.url, oauth=True)
    new_account("codes", api=wechat.url)
    wechat.openid = OPENID
    engine.says = asks_to_sign_in
    async with open_desk() as running:
        yield running


async def link_for(follower: Follower) -> str:
    """The link that the follower gets in the chat."""
    said = json.loads(str(await follower.say("查我的缴费")))
    url = said["item"]["Url"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/l/[A-Za-z0-9_-]{32}", url)
    return str(url)


async def walk(browser: Browser, url: str, login: str | None = None) -> httpx.Response:
    """Open an address and follow it to a page; sign in where the provider asks to."""
    at = await browser.get(url)
    for _ in range(30):
        if at.is_redirect:
            at = await browser.get(urljoin(str(at.url), at.headers["location"]))
        elif "/interaction/" in str(at.url) and login is not None:
            at = await browser._fill_in(at, login, 2, True)
        else:
            return at
    raise AssertionError("it goes in circles")


async def answer(browser: Browser, page: httpx.Response, said: str) -> httpx.Response:
    """Answer the question of the confirm page."""
    [mark] = re.findall(r'name="mark" value="([0-9a-f]+)"', page.text)
    return await browser.http.post(
        urljoin(str(page.url), "/l/confirm"), data={"mark": mark, "answer": said}
    )


def links(url: str) -> list[tuple[str, str | None]]:
    """Citizen and end of every link."""
    with psycopg.connect(url) as db:
        found = db.execute("SELECT citizen, cause FROM links ORDER BY id").fetchall()
    return [(str(citizen), cause) for citizen, cause in found]


async def signed_in(url: str, engine: StandInEngine) -> bool:
    """Whether the conversation is signed in, as the actions ask it."""
    database = open_database(url)
    talk = UUID(engine.heard[-1]["sender"])
    try:
        async with database.begin() as db:
            await identities.signed_in(db, KEY, talk, datetime.now(UTC))
    except identities.NotSignedIn:
        return False
    finally:
        await database.dispose()
    return True


async def test_the_whole_way_in_wechat(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    wechat: StandInWeChat,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower, citizen = Follower(bank.http, OPENID), person(2)
    link = await link_for(follower)
    page = await walk(browser, link, citizen.login)
    assert page.status_code == 200, page.text
    masked = "*" * (len(citizen.name) - 1) + citizen.name[-1]
    assert masked in page.text
    assert citizen.name not in page.text
    assert links(database_url) == []
    done = await answer(browser, page, "yes")
    assert "已经绑定" in done.text
    assert links(database_url) == [(citizen.sub, None)]
    await until(lambda: any(masked in text for text in wechat.texts()))
    assert "/signed_in" in engine.texts
    assert citizen.name not in "".join(wechat.texts())
    # Each thing works once.
    assert (await walk(browser, link)).status_code == 410
    assert (await answer(browser, page, "yes")).status_code in (403, 410)
    # Unlinking signs out, too; the link never was a sign-in.
    assert await signed_in(database_url, engine)
    assert "解除绑定" in str(await follower.say("解绑"))
    assert not await signed_in(database_url, engine)
    assert links(database_url) == [(citizen.sub, "asked")]
    assert "不需要解绑" in str(await follower.say("解綁"))
    assert "解绑" not in engine.texts


async def test_a_link_identifies_but_opens_no_record(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower, citizen = Follower(bank.http, OPENID), person(2)
    page = await walk(browser, await link_for(follower), citizen.login)
    await answer(browser, page, "yes")
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("UPDATE identities SET used_at = now() - interval '16 minutes'")
    await follower.say("你好")
    assert links(database_url) == [(citizen.sub, None)]
    assert not await signed_in(database_url, engine)


async def test_who_says_no_is_signed_out_and_not_linked(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower = Follower(bank.http, OPENID)
    page = await walk(browser, await link_for(follower), person(2).login)
    assert "没有绑定" in (await answer(browser, page, "no")).text
    assert links(database_url) == []
    assert not await signed_in(database_url, engine)


async def test_leaving_unlinks(
    bank: Gateway, browser: Browser, identity: IdentitySandbox, database_url: str
) -> None:
    follower, citizen = Follower(bank.http, OPENID), person(2)
    page = await walk(browser, await link_for(follower), citizen.login)
    await answer(browser, page, "yes")
    await follower.call(follower.event("unsubscribe"))
    assert links(database_url) == [(citizen.sub, "unsubscribed")]


async def test_a_forwarded_link_is_refused(
    bank: Gateway, browser: Browser, wechat: StandInWeChat, database_url: str
) -> None:
    link = await link_for(Follower(bank.http, OPENID))
    wechat.openid = "somebody-else"
    page = await walk(browser, link)
    assert (page.status_code, 'data-code="not_your_link"' in page.text) == (403, True)
    assert (await browser.get(bank.url + "/l/go")).status_code == 410
    assert links(database_url) == []


async def test_a_snapshot_user_is_refused(
    bank: Gateway, browser: Browser, wechat: StandInWeChat
) -> None:
    link = await link_for(Follower(bank.http, OPENID))
    wechat.is_snapshot = True
    page = await walk(browser, link)
    assert (page.status_code, 'data-code="no_real_user"' in page.text) == (403, True)


async def test_the_way_back_belongs_to_the_browser_that_went_there(
    bank: Gateway, browser: Browser, new_browser: Callable[[], Browser], wechat: StandInWeChat
) -> None:
    link = await link_for(Follower(bank.http, OPENID))
    there = await browser.get(link)
    back = await browser.get(there.headers["location"])
    thief = new_browser()
    stolen = await thief.get(back.headers["location"])
    assert (stolen.status_code, 'data-code="other_browser"' in stolen.text) == (403, True)
    for changed in ("&state=x", "&code="):
        odd = await browser.get(back.headers["location"] + changed)
        assert odd.status_code in (403, 400), odd.text
    assert (await browser.get(back.headers["location"])).headers["location"] == "/l/go"
    assert (await browser.get(back.headers["location"])).status_code == 410


async def test_a_link_is_over_after_five_minutes_and_a_newer_one_replaces_it(
    bank: Gateway, browser: Browser, database_url: str
) -> None:
    follower = Follower(bank.http, OPENID)
    first = await link_for(follower)
    second = await link_for(follower)
    assert (await browser.get(first)).status_code == 410
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("UPDATE link_attempts SET expires_at = now() - interval '1 second'")
    assert (await browser.get(second)).status_code == 410
    assert (await browser.get(bank.url + "/l/" + "x" * 32)).status_code == 410
    assert (await browser.get(bank.url + "/l/short")).status_code == 410


async def test_a_link_is_a_page_of_its_own(bank: Gateway, browser: Browser) -> None:
    link = await link_for(Follower(bank.http, OPENID))
    framed = await browser.get(link, sec_fetch_dest="iframe")
    assert (framed.status_code, 'data-code="not_a_page"' in framed.text) == (403, True)
    assert (await browser.get(link)).status_code == 303


async def test_when_wechat_does_not_say_who_nobody_is_linked(
    bank: Gateway, browser: Browser, wechat: StandInWeChat
) -> None:
    link = await link_for(Follower(bank.http, OPENID))
    wechat.secret = "changed"
    page = await walk(browser, link)
    assert (page.status_code, 'data-code="messenger_away"' in page.text) == (503, True)


async def test_without_the_right_to_ask_a_code_is_typed_into_the_chat(
    bank: Gateway,
    browser: Browser,
    engine: StandInEngine,
    identity: IdentitySandbox,
    database_url: str,
) -> None:
    follower, citizen = Follower(bank.http, "by-code", account="codes"), person(2)
    stranger = Follower(bank.http, "stranger", account="codes")
    page = await walk(browser, await link_for(follower))
    [code] = re.findall(r"<strong>(\d{6})</strong>", page.text)
    assert (await browser.get(bank.url + "/l/go")).status_code == 410
    assert await stranger.say(code) == f"答：{code}"
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert "不对" in str(await follower.say(wrong))
    assert "正确" in str(await follower.say(code))
    page = await walk(browser, bank.url + "/l/go", citizen.login)
    assert "已经绑定" in (await answer(browser, page, "yes")).text
    assert links(database_url) == [(citizen.sub, None)]
    assert engine.texts.count(code) == 1


async def test_a_code_can_be_guessed_five_times_only(bank: Gateway, browser: Browser) -> None:
    follower = Follower(bank.http, "by-code", account="codes")
    page = await walk(browser, await link_for(follower))
    [code] = re.findall(r"<strong>(\d{6})</strong>", page.text)
    for number in range(1, 6):
        guess = f"{(int(code) + number) % 10**6:06d}"
        assert "不对" in str(await follower.say(guess))
    assert await follower.say(code) == f"答：{code}"
    assert (await browser.get(bank.url + "/l/go")).status_code == 410


async def test_a_foreign_page_cannot_say_yes(
    bank: Gateway, browser: Browser, identity: IdentitySandbox, database_url: str
) -> None:
    follower = Follower(bank.http, OPENID)
    page = await walk(browser, await link_for(follower), person(2).login)
    [mark] = re.findall(r'name="mark" value="([0-9a-f]+)"', page.text)
    address = urljoin(str(page.url), "/l/confirm")
    foreign = {"origin": "https://evil.example"}
    said = {"mark": mark, "answer": "yes"}
    assert (await browser.http.post(address, data=said, headers=foreign)).status_code == 403
    odd = {**said, "mark": "0" * 64}
    assert (await browser.http.post(address, data=odd)).status_code == 403
    assert links(database_url) == []

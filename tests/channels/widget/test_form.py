"""The chat without scripts: a form, a cookie that scripts cannot read, the same relay."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine

FORM = "/chat/form?site=demo"


@pytest.fixture
async def browser(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own."""
    async with httpx.AsyncClient(
        base_url=gateway.url, follow_redirects=True, timeout=20, trust_env=False
    ) as client:
        yield client


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field's value."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0]


async def say(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """Fill the form in and send it."""
    page = await browser.get(FORM)
    known = {name: hidden(page, name) for name in ("proof", "client_id")}
    return await browser.post(FORM, data={**known, **fields})


async def test_a_question_is_answered_and_the_transcript_shows_both(
    browser: httpx.AsyncClient, engine: StandInEngine
) -> None:
    page = await say(browser, text="社保卡丢了怎么办")
    assert page.status_code == 200
    assert "社保卡丢了怎么办" in page.text
    assert "答：社保卡丢了怎么办" in page.text
    page = await say(browser, text="还要多久")
    assert page.text.index("社保卡丢了怎么办") < page.text.index("答：还要多久")
    assert engine.texts == ["社保卡丢了怎么办", "还要多久"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_pages(gateway: Gateway) -> None:
    page = await gateway.http.get(FORM)
    data = {"text": "你好", "client_id": hidden(page, "client_id"), "proof": hidden(page, "proof")}
    sent = await gateway.http.post(FORM, data=data)
    assert sent.status_code == 303
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert not re.search(r"[A-Za-z0-9_-]{40}", sent.headers["location"])


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
     {"Origin": "https://evil.example"}, {"Origin": "null"}],
)  # fmt: skip
async def test_another_page_cannot_send_the_form(
    browser: httpx.AsyncClient, engine: StandInEngine, headers: dict[str, str]
) -> None:
    page = await browser.get(FORM)
    data = {"text": "坏", "client_id": str(uuid.uuid4()), "proof": hidden(page, "proof")}
    refused = await browser.post(FORM, data=data, headers=headers)
    assert refused.status_code == 403
    assert engine.heard == []


async def test_a_running_conversation_wants_its_own_proof(
    browser: httpx.AsyncClient, engine: StandInEngine
) -> None:
    await say(browser, text="你好")
    for proof in ("", "0" * 64):
        data = {"text": "坏", "client_id": str(uuid.uuid4()), "proof": proof}
        assert (await browser.post(FORM, data=data)).status_code == 403
    assert engine.texts == ["你好"]


async def test_the_same_page_sent_twice_is_one_message(
    browser: httpx.AsyncClient, engine: StandInEngine
) -> None:
    await say(browser, text="你好")
    page = await browser.get(FORM)
    data = {"text": "一次", "client_id": hidden(page, "client_id"), "proof": hidden(page, "proof")}
    for _ in range(3):
        assert (await browser.post(FORM, data=data)).status_code == 200
    assert engine.texts.count("一次") == 1


async def test_choices_are_buttons(browser: httpx.AsyncClient, engine: StandInEngine) -> None:
    choice = {"title": "社保卡", "payload": "/choose"}
    card = {"type": "choices", "choices": [choice]}
    engine.says = lambda heard: [
        {"recipient_id": heard["sender"], "text": "哪一个？", "custom": {"card": card}}
    ]
    page = await say(browser, text="卡")
    assert '<button name="choice" value="/choose"' in page.text
    await say(browser, choice="/choose", text="")
    assert engine.texts == ["卡", "/choose"]


async def test_what_is_said_is_escaped(browser: httpx.AsyncClient) -> None:
    page = await say(browser, text="<script>alert(1)</script>\"'><img src=x>")
    assert "<script>alert" not in page.text
    assert "<img src=x>" not in page.text


async def test_an_empty_question_is_refused_in_words(browser: httpx.AsyncClient) -> None:
    page = await say(browser, text="   ")
    assert page.status_code == 422
    assert "没有看到您写的内容" in page.text


async def test_clearing_wipes_the_conversation(
    browser: httpx.AsyncClient, database_url: str
) -> None:
    await say(browser, text="你好")
    page = await say(browser, end="yes")
    assert "你好" not in page.text.split("<main>")[1].split("<form")[0].replace("您好", "")
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    assert not browser.cookies


async def test_a_forged_cookie_opens_nothing(browser: httpx.AsyncClient) -> None:
    await say(browser, text="秘密")
    conversation = browser.cookies["wenbao-form"].split(".")[0]
    async with httpx.AsyncClient(base_url=browser.base_url, trust_env=False) as stranger:
        for cookie in (f"{conversation}.{'A' * 43}", f"{conversation}.", "x", "." * 50):
            page = await stranger.get(FORM, headers={"Cookie": f"wenbao-form={cookie}"})
            assert page.status_code == 200
            assert "秘密" not in page.text


async def test_a_long_conversation_is_shown_to_its_end(
    browser: httpx.AsyncClient, database_url: str
) -> None:
    await say(browser, text="第一句")
    with psycopg.connect(database_url) as db:
        db.execute("""
            INSERT INTO events (conversation, seq, at, "from", text)
            SELECT id, last_seq + place, now(), 'agent', '第' || place || '条'
            FROM conversations, generate_series(1, 450) AS place""")
        db.execute("UPDATE conversations SET last_seq = last_seq + 450")
    page = await browser.get(FORM)
    assert "第450条" in page.text
    assert page.text.count("第一句") == 2  # asked and answered, each shown once

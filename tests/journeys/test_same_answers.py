"""The same question gets the same answer by the web page, in WeChat and by the public API."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import yaml

from records.database import open_database
from records.delivery import accounts, threads
from records.delivery.accounts import Account
from records.vault import INDEX, hash_key, read_key
from tests.channels.messengers.outgoing_steps import FULL
from tests.channels.messengers.wechat_calls import AES_KEY, TOKEN, Follower
from tests.conftest import ROOT
from tests.journeys.conftest import Whole
from tests.stand_ins.wechat import APP_SECRET, APPID

MANY = 300 if FULL else 40
AT_ONCE = 4
TRIES = 3
ACCOUNT = "same-answers"
FORM = "/chat/form?site=demo"
# What was found, without what is counted or drawn anew for everybody.
Answer = list[tuple[str, str]]


def questions() -> list[str]:
    """Questions of ours: one of each kind that must not get worse, and wordings of each item."""
    frozen = yaml.safe_load((ROOT / "data/regression.yml").read_text("utf-8"))
    asked = [words[0] for words in frozen["answers"].values()]
    asked += [words for listed in frozen["decisions"].values() for words in listed]
    for file in sorted((ROOT / "data/nlu/faq").glob("*.yml")):
        for intent in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            asked.append(intent["examples"].splitlines()[-1].removeprefix("- ").strip())
    step = len(asked) / MANY
    return [asked[int(place * step)] for place in range(MANY)]


def found(events: list[tuple[str | None, dict[str, Any] | None]]) -> Answer:
    """The kind of each card, with the item that answers or the choices that are offered."""
    cards = [card for _, card in events if card]
    return [
        (card["type"], card.get("item") or "|".join(one["title"] for one in offers(card)))
        for card in cards
    ] or [("words", str(events[0][0]))]


def offers(card: dict[str, Any]) -> list[dict[str, Any]]:
    """What may be chosen there."""
    return [*card.get("choices", ()), *card.get("related", ())]


async def by_api(whole: Whole, question: str) -> Answer:
    """As programs ask."""
    talk = await whole.talk()
    first = await talk.ask(question)
    turn = await talk.events(first["seq"] - 1)
    return found([(event["text"], event.get("card")) for event in turn])


async def by_page(whole: Whole, question: str) -> Answer:
    """As a browser without scripts asks."""
    async with httpx.AsyncClient(
        base_url=str(whole.http.base_url), follow_redirects=True, timeout=40, trust_env=False
    ) as browser:
        page = await browser.get(FORM)
        fields = re.findall(r'name="(proof|client_id)" value="([^"]*)"', page.text)
        page = await browser.post(FORM, data={**dict(reversed(fields)), "text": question})
        assert page.status_code == 200
        conversation = browser.cookies["wenbao-form"].split(".")[0]
    said = stored(whole, conversation)
    assert '<div class="said bot"' in page.text
    return found(said)


async def by_wechat(whole: Whole, question: str) -> Answer:
    """As a follower of an account asks; WeChat itself asks three times."""
    follower = Follower(whole.http, f"o{uuid4().hex}", account=ACCOUNT)
    asked, said = follower.message(question), None
    for _ in range(TRIES):
        said = said or await follower.call(asked)
    assert said, "WeChat got no answer in time"
    settings = whole.stack.settings
    index_key = hash_key(settings["INDEX_KEY"], read_key(settings["VAULT_KEY"]), INDEX)
    index = threads.index_of(index_key, ACCOUNT, follower.openid)
    [(conversation,)] = whole.rows(
        "SELECT conversation FROM threads WHERE external_index = %s", index
    )
    return found(stored(whole, str(conversation)))


def stored(whole: Whole, conversation: str) -> list[tuple[str | None, dict[str, Any] | None]]:
    """What the conversation was told."""
    rows = whole.rows(
        "SELECT text, card FROM events WHERE conversation = %s AND \"from\" <> 'citizen'"
        " ORDER BY seq",
        conversation,
    )
    return [(str(text), card) for text, card in rows]  # type: ignore[misc]


async def open_account(whole: Whole) -> None:
    """An account that answers in the response only; nothing of WeChat's is called."""
    settings = {"appid": APPID, "mode": "safe", "customer_service": False}
    secrets = {"token": TOKEN, "aes_key": AES_KEY, "app_secret": APP_SECRET}
    made = Account(ACCOUNT, "wechat", "测试号", "demo", settings, secrets)
    database = open_database(whole.stack.settings["DATABASE_URL"], pool_size=1)
    async with database.begin() as db:
        key = read_key(whole.stack.settings["VAULT_KEY"])
        await accounts.add(db, key, made, datetime.now(UTC))
    await database.dispose()
    # The gateway reads the accounts every other second.
    first = Follower(whole.http, f"o{uuid4().hex}", account=ACCOUNT)
    until = time.monotonic() + 20
    while (await first.post(first.message("你好"))).status_code == httpx.codes.NOT_FOUND:
        assert time.monotonic() < until, "the account was not opened in time"
        await asyncio.sleep(0.2)


async def test_every_way_in_gives_the_same_answers(whole: Whole) -> None:
    await open_account(whole)
    asked = questions()
    assert len(asked) == len(set(asked)) == MANY
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(way: Callable[[Whole, str], Awaitable[Answer]], question: str) -> Answer:
        async with room:
            return await way(whole, question)

    async def differs(question: str) -> list[Answer] | None:
        told = await asyncio.gather(*(ask(way, question) for way in (by_api, by_page, by_wechat)))
        return None if told[0] == told[1] == told[2] else list(told)

    results = await asyncio.gather(*map(differs, asked))
    assert {q: told for q, told in zip(asked, results, strict=True) if told} == {}

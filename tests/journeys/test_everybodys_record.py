"""Every look-up for every synthetic citizen through the public API, and with a registry down."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import httpx
import pytest
import yaml

from scripts.stack import ROOT
from tests.cards import check_card
from tests.channels.conftest import NO_TLS
from tests.conftest import Talk
from tests.journeys.conftest import Whole
from tests.journeys.test_record import AGREE, PEOPLE, sign_in
from tests.stand_ins.identity_sandbox import Browser

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

WORDS = {
    "contributions": "我的社保交到几月份了",
    "enrolments": "查询我的参保登记信息",
    "accounts": "查我个人账户余额",
    "benefits": "我的待遇发放情况",
    "unemployment": "查我的失业金",
    "transfers": "查我的关系转移进度",
    "card": "查我的社保卡",
    "injury": "查我的工伤进度",
    "checkup": "帮我看看我的社保有没有问题",
}
EXPECTED = yaml.safe_load(
    (ROOT / "tests/actions/record_of_everybody.yml").read_text(encoding="utf-8")
)
RESPONSES = {
    name.removeprefix("utter_"): said[0]["text"]
    for path in (ROOT / "data/domain").glob("*.yml")
    for name, said in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items()
}
AT_ONCE = 3
# What douyue has in Guangdong: 2012-03 to 2018-11. In Shanghai it goes on with the calendar.
IN_GUANGDONG = 81


def fits(text: str, response: str) -> bool:
    """Whether a bubble is this response, whatever its values."""
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(RESPONSES[response]))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


async def turn(talk: Talk, **message: str) -> list[dict[str, Any]]:
    """The bubbles that answer a message: one answer becomes visible as a whole."""
    sent = await talk.send(**message)
    assert sent.status_code == 202, sent.text
    until = time.monotonic() + 40
    while time.monotonic() < until:
        found = await talk.events(sent.json()["seq"], wait=5)
        if found:
            return found
    raise AssertionError(message)


async def all_answered(talk: Talk, words: str) -> list[dict[str, Any]]:
    """The same once every registry answers: one that was down is left alone for a while."""
    until = time.monotonic() + 60
    while True:
        said = await turn(talk, text=words)
        silent = any(fits(one["text"], "contributions_silent") for one in said)
        failed = any(fits(one["text"], "lookup_failed") for one in said)
        if not (silent or failed) or time.monotonic() > until:
            return said
        await asyncio.sleep(2)


async def signed_in_talk(whole: Whole, login: str) -> Talk:
    """A conversation of this citizen, who agreed."""
    talk = await whole.talk()
    async with httpx.AsyncClient(timeout=30, trust_env=False, verify=NO_TLS) as http:
        assert (await sign_in(talk, Browser(http), login)).status_code == 200
    while not any("card" not in one and one["from"] == "bot" for one in await talk.events(wait=5)):
        pass
    asked = await turn(talk, text=WORDS["card"])
    if AGREE in str(asked):
        await turn(talk, choice=AGREE)
    return talk


async def check(whole: Whole, login: str) -> list[str]:
    """What is not as the table says."""
    talk, wrong = await signed_in_talk(whole, login), []
    for name, expected in EXPECTED[login].items():
        said = await all_answered(talk, WORDS[name])
        for one in said:
            if "card" in one:
                check_card(one["card"])
        texts = [one["text"] for one in said]
        if len(texts) != len(expected) or not all(map(fits, texts, expected)):
            wrong.append(f"{login} {name}: {expected} {texts}")
    return wrong


async def test_every_look_up_for_everybody(whole: Whole) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(login: str) -> list[str]:
        async with room:
            return await check(whole, login)

    found = await asyncio.gather(*map(one, PEOPLE))
    assert [problem for problems in found for problem in problems] == []


async def test_a_registry_that_is_down_is_named_and_the_rest_is_told(whole: Whole) -> None:
    """In one region that is down, in two of which one is down, and with all of them down."""
    registry = whole.stack.settings["REGISTRY_URL"]
    talk = await signed_in_talk(whole, "douyue")
    async with httpx.AsyncClient(base_url=registry, trust_env=False) as control:
        said = await all_answered(talk, WORDS["contributions"])
        all_of_them = next(one["card"] for one in said if "card" in one)["months_total"]
        try:
            await control.put("/control/440000", json={"mode": "broken"})
            said = await turn(talk, text=WORDS["contributions"])
            months = next(one["card"] for one in said if "card" in one)
            assert months["months_total"] == all_of_them - IN_GUANGDONG
            assert any("广东" in one["text"] and "没有回应" in one["text"] for one in said)
            for region in ("310000", "510000"):
                await control.put(f"/control/{region}", json={"mode": "broken"})
            said = await turn(talk, text=WORDS["contributions"])
            assert fits(said[0]["text"], "lookup_failed")
        finally:
            await control.delete("/control")
    # Whatever comes next finds all of them well.
    assert len(await all_answered(talk, WORDS["contributions"])) >= 1


async def test_the_period_in_the_words_is_kept(whole: Whole) -> None:
    talk = await signed_in_talk(whole, "liqiang")
    said = await all_answered(talk, "我2021年的养老保险交了几个月")
    card = said[0]["card"]
    assert {one["month"][:4] for one in card["months"]} == {"2021"}
    assert card["months_total"] == 7


async def test_signing_out_wipes_what_was_shown(whole: Whole) -> None:
    talk = await signed_in_talk(whole, "wangfang")
    await turn(talk, text=WORDS["contributions"])
    await turn(talk, text="退出登录")
    told = str(await talk.events())
    assert "上海示例机械有限公司" not in told
    said = await turn(talk, text=WORDS["contributions"])
    assert said[0]["card"]["type"] == "sign_in"

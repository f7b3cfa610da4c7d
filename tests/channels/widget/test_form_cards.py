"""Without scripts, too, every card shows what it holds, and its forms can be filled in and sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx
import psycopg
import pytest

from records.files import filled_forms
from tests.browser.scenes import SCENES
from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine

FORM = "/chat/form?site=demo"
SHOWN = {
    "answer": ["适用地区：四川省", "自2025年1月1日起施行，到2026年12月31日为止", "详细说明",
               "《中华人民共和国社会保险法》", "第十条",
               'href="https://www.gov.cn/law.html"', "tel:12333"],
    "choices": ["缴费基数怎么定", "转人工"],
    "contributions": ["66个月", "2025年9月", "2022年3月到2022年5月，3个月", "两地都有缴费",
                      "暂时没有回应", "逐月明细", "328.00", "欠缴", "截至2025年11月25日"],
    "estimate": ["法定退休年龄", "61岁11个月", "怎么算出来的", "1972年8月", "这是估算"],
    "table": ["近三个月缴费", "演示纺织有限公司", "328.00"],
    "certificate": ["YS-2026-000123", "7K3M-9QXP", 'href="/healthz" download'],
    "handoff": ["前面还有 2 位", "排队号 128", "演示市人民路1号一楼", "tel:0000-12333"],
    "office": ["演示社会保险服务大厅", "周一至周五 9:00–17:00"],
    "notice": ["tel:12333"],
    "form": ["算一算退休时间", 'type="month"', "男职工", "补充说明（可以不填）", 'value="10"',
             "开始算"],
    "by_code": ["手机号", 'type="tel"', 'name="code_for" value="sign_in"'],
    "sign_in": ['name="sign_in"', "去登录"],
}  # fmt: skip


class Balance(HTMLParser):
    """Counts the elements that were opened and not closed."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] in ("p", "li") and self.open[-1] != tag:
            self.open.pop()
        assert self.open, f"</{tag}> without a beginning"
        assert self.open.pop() == tag


@pytest.fixture
async def browser(gateway: Gateway, engine: StandInEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own, before an engine that shows the card whose name it is told."""
    engine.says = lambda heard: [said(heard)]
    async with httpx.AsyncClient(
        base_url=gateway.url, follow_redirects=True, timeout=20, trust_env=False
    ) as client:
        yield client


def said(heard: dict[str, Any]) -> dict[str, Any]:
    """The scene of that name; words for anything else."""
    words, card = SCENES.get(heard["message"], (f"答：{heard['message']}", None))
    return {"recipient_id": heard["sender"], "text": words} | (
        {} if card is None else {"custom": {"card": card}}
    )


async def say(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """Send one of the page's forms."""
    page = await browser.get(FORM)
    known = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0]
        for name in ("proof", "client_id")
    }
    return await browser.post(FORM, data={**known, **fields})


@pytest.mark.parametrize("scene", SCENES)
async def test_the_card_shows_what_it_holds(browser: httpx.AsyncClient, scene: str) -> None:
    page = await say(browser, text=scene)
    assert page.status_code == 200
    assert [words for words in SHOWN[scene] if words not in page.text] == []
    read = Balance()
    read.feed(page.text)
    assert read.open == []


async def test_a_filled_form_reaches_the_engine_as_its_choice_with_the_fields_sealed(
    browser: httpx.AsyncClient, gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    await say(browser, text="form")
    filled = {"field.birth": "1972-08", "field.worker": "male", "field.years": ""}
    page = await say(browser, choice="/inform", **filled)
    assert "答：/inform" in page.text
    assert engine.texts == ["form", "/inform"]
    with psycopg.connect(database_url) as db:
        row = db.execute("SELECT id FROM conversations").fetchone()
    assert row is not None
    async with gateway.database() as db:
        kept = await filled_forms.latest(db, gateway.settings.key, row[0], "/inform")
    assert kept == {"birth": "1972-08", "worker": "male"}


async def test_what_was_filled_in_wrongly_is_said_and_need_not_be_written_again(
    browser: httpx.AsyncClient, engine: StandInEngine
) -> None:
    await say(browser, text="form")
    page = await say(
        browser, choice="/inform", **{"field.birth": "八月", "field.note": "在<四川>交过"}
    )
    assert page.status_code == 422
    assert "表里有一项没填好" in page.text
    assert "没填好的是“出生年月”。" in page.text
    assert 'value="在&lt;四川&gt;交过"' in page.text
    assert engine.texts == ["form"]


async def test_a_form_of_an_earlier_turn_is_not_offered_again(browser: httpx.AsyncClient) -> None:
    assert "开始算" in (await say(browser, text="form")).text
    page = await say(browser, text="还是不算了")
    assert "开始算" not in page.text


async def test_signing_in_begins_with_a_link_that_works_once(
    browser: httpx.AsyncClient, gateway: Gateway
) -> None:
    await say(browser, text="sign_in")
    page = await say(browser, sign_in="yes")
    links = re.findall(r'href="([^"]+/sign-in/[A-Za-z0-9_-]{43})"', page.text)
    assert len(links) == 1
    assert links[0].startswith(gateway.settings.public_origin)


async def test_a_phone_that_is_none_gets_no_code(browser: httpx.AsyncClient) -> None:
    await say(browser, text="by_code")
    page = await say(browser, code_for="sign_in", **{"field.phone": "12"})
    assert page.status_code == 422
    assert 'value="12"' in page.text


async def test_nobody_signs_in_for_another_page(browser: httpx.AsyncClient) -> None:
    await say(browser, text="sign_in")
    for act in ({"sign_in": "yes"}, {"code_for": "sign_in"}, {"code": "123456"}):
        refused = await browser.post(FORM, data={"proof": "0" * 64, **act})
        assert refused.status_code == 403
        assert "/sign-in/" not in refused.text

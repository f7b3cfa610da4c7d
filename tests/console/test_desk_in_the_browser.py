"""The desk as an agent sees it: lines come by themselves, what is typed stays; and axe."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, expect

from records import events
from records.database import text
from records.events import Line
from tests.conftest import Gateway, Talk
from tests.console.conftest import Console
from tests.console.test_in_the_browser import Somebody, chromium, signed_in  # noqa: F401 a fixture
from tests.console.waiting import database_url, public, wish  # noqa: F401 fixtures

ASKED = "补办社保卡要带什么，我人在外地"


@pytest.fixture
def console(console_with_identity: Console) -> Console:
    """With the sandbox's provider, where the staff sign in."""
    return console_with_identity


async def says(public: Gateway, citizen: Talk, *lines: str, sender: str = "citizen") -> None:  # noqa: F811
    """Have the citizen write this."""
    async with public.database() as db:
        told = [Line(one) for one in lines]
        await events.append(db, UUID(citizen.id), sender, told, datetime.now(UTC))


async def took(agent: Somebody, number: int) -> tuple[Locator, Locator]:
    """Take a request off the list; the field to write in, and the lines."""
    await agent.page.get_by_role("button", name=f"接过来：第{number}号").click()
    field, lines = agent.page.get_by_label("回复群众"), agent.page.locator("#lines")
    await expect(field).to_be_focused()
    return field, lines


async def test_an_agent_answers_while_the_citizen_goes_on_writing(
    console: Console,
    public: Gateway,  # noqa: F811 the fixture
    chromium: Browser,  # noqa: F811 the fixture
) -> None:
    citizen, number = await wish(console, public, "卡丢了怎么办", "我要找人")
    console.workshop.said = [
        {"text": ASKED, "decision": "answer", "answers": [["Q001", 0.93]], "known": False}
    ]
    agent = await signed_in(chromium, console, "应小答")
    await agent.go("/handovers")
    await expect(agent.page).to_have_title("(1) 转人工 · 问保工作台")
    other, _ = await wish(console, public, "也要找人")
    await expect(agent.page).to_have_title("(2) 转人工 · 问保工作台")
    await agent.picture("waiting")
    faults = [*await agent.faults(), *await agent.too_wide()]
    field, lines = await took(agent, number)
    await field.press_sequentially("您好，我来")
    place = await field.bounding_box()
    await says(public, citizen, ASKED)
    await expect(lines.get_by_text(ASKED)).to_be_in_viewport()
    await expect(field).to_be_focused()
    await field.press_sequentially("帮您看")
    await expect(field).to_have_value("您好，我来帮您看")
    await agent.page.get_by_role("button", name="放进回复：Q001的答案").click()
    await expect(field).to_have_value(
        "您好，我来帮您看\n补办社保卡可以在社保经办机构办，也可以网上办，当场办结。"
    )
    await expect(field).to_be_focused()
    await agent.picture("desk")
    await says(public, citizen, *[f"第{one}句" for one in range(30)], "麻烦了")
    await expect(lines.get_by_text("麻烦了")).to_be_in_viewport()
    await expect(field).to_be_focused()
    assert await field.bounding_box() == place
    faults += [*await agent.faults(), *await agent.too_wide()]
    await agent.page.keyboard.press("Control+Enter")
    await expect(field).to_have_value("")
    await expect(lines.locator(".from-agent").last).to_contain_text("当场办结")
    await expect(field).to_be_focused()
    await agent.page.set_viewport_size({"width": 768, "height": 1024})
    await agent.picture("desk-768")
    assert (faults, agent.wrong) == ([], [])
    assert [one["from"] for one in await other.events()].count("agent") == 0


async def test_an_open_desk_shows_what_others_do_meanwhile(
    console: Console,
    public: Gateway,  # noqa: F811 the fixture
    chromium: Browser,  # noqa: F811 the fixture
) -> None:
    citizen, number = await wish(console, public, "找人")
    agent = await signed_in(chromium, console, "应小答")
    await agent.go("/handovers")
    field, lines = await took(agent, number)
    await says(public, citizen, "第7句", "第8句")
    await expect(lines.get_by_text("第7句")).to_have_count(1)
    async with public.database() as db:
        await db.execute(
            text("UPDATE events SET text = '（已隐去）' WHERE text = '第7句'"),
        )
        await events.were_rewritten(db, UUID(citizen.id))
    await expect(lines.get_by_text("（已隐去）")).to_have_count(1)
    await expect(lines.get_by_text("第8句")).to_have_count(1)
    await expect(lines.get_by_text("第7句")).to_have_count(0)
    leader = await signed_in(chromium, console, "班小章")
    await leader.go(f"/handovers/{number}")
    assert await leader.faults() == []
    await field.fill("还没说完")
    await leader.press("替他交回排队")
    await expect(agent.page.locator("#standing")).to_contain_text("在排队")
    await agent.page.keyboard.press("Control+Enter")
    await expect(agent.page.locator("#refused")).to_contain_text("不在您手上")
    await expect(field).to_have_value("还没说完")
    await citizen.http.delete(citizen.path, headers=citizen.headers)
    await expect(agent.page.locator("#standing")).to_contain_text("删除了会话")
    refused = [one for one in agent.wrong if "Error Code 409" in one]  # which was asked for
    assert [len(refused), *leader.wrong] == [len(agent.wrong)]


async def test_all_of_it_works_without_scripts(
    console: Console,
    public: Gateway,  # noqa: F811 the fixture
    chromium: Browser,  # noqa: F811 the fixture
) -> None:
    citizen, number = await wish(console, public, ASKED)
    console.workshop.said = [
        {"text": ASKED, "decision": "answer", "answers": [["Q001", 0.93]], "known": False}
    ]
    context = await chromium.new_context(java_script_enabled=False)
    async with console.worker("agent") as worker:
        token = worker.http.cookies["wenbao-console"]
        await context.add_cookies([{"name": "wenbao-console", "value": token, "url": console.url}])
        page = await context.new_page()
        await page.goto(f"{console.url}/handovers")
        await page.get_by_role("button", name=f"接过来：第{number}号").click()
        await page.get_by_role("link", name="看问保会怎么答").click()
        await page.get_by_label("回复群众").fill("您好。")
        await page.get_by_role("button", name="放进回复：Q001的答案").click()
        await expect(page.get_by_label("回复群众")).to_have_value(re.compile("^您好。\n补办社保卡"))
        await page.get_by_role("button", name="发送").click()
        await expect(page.locator(".from-agent")).to_contain_text("您好。")
        await expect(page.get_by_label("回复群众")).to_have_value("")
        await page.get_by_role("button", name="结束").click()
        await expect(page.locator("main")).to_contain_text("没有人在等")
    await context.close()
    assert [one["from"] for one in await citizen.events()].count("agent") == 1

"""A few journeys through everything that `make run` starts: real engine, sign-in and record."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from scripts.stack import Stack
from tests.journeys.conftest import process, running_stack  # noqa: F401 a fixture
from tests.stand_ins.identity_sandbox import person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WAIT = 20_000


@pytest.fixture
def stack(running_stack: Stack) -> Stack:  # noqa: F811 the fixture of the journeys
    """The running stack."""
    assert running_stack.alive()
    return running_stack


async def opened(browser: Browser, address: str) -> tuple[BrowserContext, Page]:
    """A new citizen at this address."""
    context = await browser.new_context(locale="zh-CN", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(address)
    return context, page


async def test_a_question_is_answered_with_its_sources_on_a_centres_page(
    browser: Browser, stack: Stack
) -> None:
    context, page = await opened(browser, stack.settings["CENTRE_URL"])
    await page.locator("shebao-chat button").click()
    frame = page.frame_locator("shebao-chat iframe")
    await frame.locator("#text").fill("灵活就业人员怎么参加养老保险")
    await frame.locator("button.send").click()
    await expect(frame.locator(".bubble.answer")).to_be_visible(timeout=WAIT)
    await expect(frame.locator(".fold summary", has_text="政策依据")).to_be_visible()
    await context.close()


async def test_a_citizen_signs_in_and_sees_the_own_record(browser: Browser, stack: Stack) -> None:
    context, page = await opened(browser, stack.url + "/chat")
    await page.locator("#text").fill("我的养老保险交到几月了")
    await page.locator("button.send").click()
    async with page.expect_popup() as popup:
        await page.get_by_role("button", name="去登录").click(timeout=WAIT)
    there = await popup.value
    await there.locator(f"button[value='{person(2).login}']").click()
    await there.locator("form[action$='/consent'] button").first.click()
    await expect(page.locator("#log")).to_contain_text("登录成功", timeout=WAIT)
    await page.get_by_role("button", name="同意并查询").click(timeout=WAIT)
    await expect(page.locator(".bubble.contributions")).to_be_visible(timeout=WAIT)
    await context.close()


async def test_the_gateway_dies_and_nothing_is_lost_or_doubled(
    browser: Browser, stack: Stack
) -> None:
    context, page = await opened(browser, stack.url + "/chat")
    await page.locator("#text").fill("社保卡丢了怎么办")
    await page.locator("button.send").click()
    await expect(page.locator(".line.bot")).to_have_count(1, timeout=WAIT)
    await asyncio.to_thread(lambda: process(stack, "gateway").kill())
    await page.locator("#text").fill("转人工")
    await page.locator("button.send").click()
    again = page.get_by_role("button", name="点这里重发")
    for _ in range(40):
        if await again.count():
            await again.click()
        if await page.locator(".bubble.handoff").count() and not await again.count():
            break
        await page.wait_for_timeout(500)
    await expect(page.locator(".bubble.handoff")).to_have_count(1, timeout=WAIT)
    said = [one.strip() for one in await page.locator(".line.citizen .bubble").all_inner_texts()]
    assert said == ["社保卡丢了怎么办", "转人工"]
    await context.close()

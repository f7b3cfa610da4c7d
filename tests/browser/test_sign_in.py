"""Signing in from the chat at the sandbox's identity provider: beside it, or on the same page."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Error, Page, Route, expect

from records.database import open_database
from records.privacy import leaving
from tests.browser.conftest import Chat, World, ask
from tests.browser.test_connection import SAID
from tests.stand_ins.identity_sandbox import person


async def sign_in_there(page: Page) -> None:
    """Choose a citizen and agree, as a person does."""
    await page.locator(f"button[value='{person(2).login}']").click()
    await page.locator("form[action$='/consent']").wait_for()


async def agree(page: Page) -> None:
    """Let the provider tell us who it is."""
    await page.locator("form[action$='/consent'] button").first.click()


async def test_a_page_of_its_own_signs_in_and_the_chat_goes_on(chat: Chat) -> None:
    page = await chat(expected=("script:", "Cross-Origin"))
    await ask(page, "sign_in")
    async with page.expect_popup() as opened:
        await page.get_by_role("button", name="去登录").click()
    there = await opened.value
    await sign_in_there(there)
    await agree(there)
    await expect(page.locator("#log")).to_contain_text("登录成功", timeout=10_000)
    await expect(page.locator("#log")).to_contain_text("不客气")
    await page.wait_for_timeout(2500)
    assert there.is_closed()


async def blank(page: Page, world: World) -> None:
    """What happens in the records when the citizen of this page signs out."""
    talk = await page.evaluate("JSON.parse(sessionStorage.getItem('wenbao.talk.demo'))")
    database = open_database(world.database, pool_size=1)
    try:
        async with database.begin() as db:
            talk_id, now = UUID(talk["conversation"]), datetime.now(UTC)
            assert await leaving.leave(db, talk_id, "内容已清除。", now)
    finally:
        await database.dispose()


async def held_back(route: Route) -> None:
    """No stream gets through, so the page polls."""
    if "text/event-stream" in (route.request.headers.get("accept") or ""):
        await asyncio.sleep(8)
    with contextlib.suppress(Error):  # by then the page has given up on it, as it should
        await route.continue_()


@pytest.mark.parametrize("streams", [True, False])
async def test_who_comes_after_signing_out_finds_nothing_of_the_record(
    chat: Chat, world: World, streams: bool
) -> None:
    page = await chat(expected=("script:", "Cross-Origin"))
    if not streams:
        await page.route("**/events*", held_back)
    await ask(page, "sign_in")
    async with page.expect_popup() as opened:
        await page.get_by_role("button", name="去登录").click()
    there = await opened.value
    await sign_in_there(there)
    await agree(there)
    await expect(page.locator("#log")).to_contain_text("不客气", timeout=15_000)
    await ask(page, "contributions")
    await expect(page.locator(".bubble.contributions")).to_be_visible()
    await blank(page, world)
    await ask(page, "thanks")
    await expect(page.locator(".bubble.contributions")).to_have_count(0)
    log = page.locator("#log")
    await expect(log).to_contain_text("内容已清除。")
    await expect(log).not_to_contain_text("66 个月")
    # Each line still stands there once, and what the citizen said meanwhile is blanked as well.
    said = [line.strip() for line in await page.locator(SAID).all_inner_texts()]
    assert said == ["sign_in", "内容已清除。", "thanks"]
    await page.unroute_all(behavior="ignoreErrors")


async def test_where_no_second_page_opens_this_one_goes_there_and_back(
    chat: Chat, world: World
) -> None:
    async def no_popups(page: Page) -> None:
        await page.add_init_script("window.open = () => null")

    page = await chat("/chat?site=demo", prepare=no_popups)
    await ask(page, "sign_in")
    await page.get_by_role("button", name="去登录").click()
    await page.wait_for_url("**/interaction/**")
    await sign_in_there(page)
    await agree(page)
    await page.get_by_role("link", name="回到对话").click()
    await page.wait_for_url(world.url + "/chat?site=demo")
    await expect(page.locator("#log")).to_contain_text("登录成功", timeout=10_000)


async def test_from_a_frame_on_another_origin_it_works_as_well(
    everyday: BrowserContext, world: World
) -> None:
    page = await everyday.new_page()
    await page.goto(world.centre)
    await page.locator("shebao-chat button").click()
    frame = page.frame_locator("shebao-chat iframe")
    await frame.locator("#text").fill("sign_in")
    await frame.locator("button.send").click()
    async with page.expect_popup() as opened:
        await frame.get_by_role("button", name="去登录").click()
    there = await opened.value
    await sign_in_there(there)
    await agree(there)
    await expect(frame.locator("#log")).to_contain_text("登录成功", timeout=10_000)

"""Signing in from the chat at the sandbox's identity provider: beside it, or on the same page."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Chat, World, ask
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

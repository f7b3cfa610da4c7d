"""What a person sees who came by a wrong or an old link, in the real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Chat, World
from tests.browser.test_accessibility import violations

WRONG = {
    "no such site": ("/chat?site=nowhere", "没有找到这个服务点"),
    "no such site, framed": ("/w/v1/frame?site=nowhere", "没有找到这个服务点"),
    "no such site, without scripts": ("/chat/form?site=nowhere", "没有找到这个服务点"),
    "no such page": ("/help", "没有这个网页"),
    "the front": ("/", "没有这个网页"),
    "a file that is gone": (f"/downloads/{'a' * 43}", "这个文件下载不了了"),
    "a sign-in that is over": (f"/sign-in/{'a' * 43}", "没有登录成功"),
}
FITS = "document.documentElement.scrollWidth <= innerWidth"


async def plain(page: Page, heading: str) -> None:
    """A heading, a sentence, a number to call that a finger hits, and nothing cut off."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    await expect(page.get_by_role("alert")).not_to_be_empty()
    phone = page.get_by_role("link", name="12333")
    box = await phone.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert await page.evaluate(FITS)
    assert await violations(page) == []


@pytest.mark.parametrize("link", WRONG)
async def test_a_person_with_a_wrong_link_reads_a_plain_page(chat: Chat, link: str) -> None:
    path, heading = WRONG[link]
    page = await chat(path, width=320, height=568)
    if path.startswith("/sign-in"):  # it did not come from our page: we ask first
        await page.get_by_role("link", name="是我自己点的").click()
    await plain(page, heading)


async def test_the_page_leads_on_to_the_chat(chat: Chat) -> None:
    page = await chat("/chat?site=nowhere", width=360)
    await page.get_by_role("link", name="打开问保").click()
    await expect(page.locator(".welcome")).to_be_visible()


async def test_who_came_from_the_chat_is_led_back_from_a_sign_in_that_is_over(
    chat: Chat,
) -> None:
    page = await chat()
    await page.evaluate(
        "sessionStorage.setItem('wenbao.return', JSON.stringify('/chat?site=blue'))"
    )
    await page.evaluate(f"location.href = '/sign-in/{'a' * 43}'")
    await page.get_by_role("link", name="回到对话").click()
    await page.wait_for_url("**/chat?site=blue")


async def test_a_page_that_says_why_not_stays_until_it_is_read(chat: Chat, world: World) -> None:
    page = await chat()
    async with page.expect_popup() as opened:
        await page.evaluate(f"window.open('{world.url}/sign-in/{'a' * 43}')")
    said = await opened.value
    await expect(said.get_by_role("alert")).to_be_visible()
    await said.wait_for_timeout(2_500)
    assert not said.is_closed()

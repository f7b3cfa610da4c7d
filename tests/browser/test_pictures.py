"""Takes the pictures of docs/images: `make pictures`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Chat, World, ask
from tests.browser.scenes import says
from tests.browser.test_accessibility import LOOKS

FOLDER = os.environ.get("PICTURES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="only `make pictures` takes pictures")
PHONE = (390, 844)
QUESTIONS = {"answer": "灵活就业人员怎么参加养老保险", "contributions": "我的养老保险交到几月了"}
SIGN_IN = "查我的缴费记录"


@pytest.fixture(autouse=True)
def in_chinese(world: World) -> Iterator[None]:
    """The stand-in engine takes real questions for the scenes' names."""
    names = {words: name for name, words in QUESTIONS.items()} | {SIGN_IN: "sign_in"}
    world.engine.says = lambda heard: says(
        {**heard, "message": names.get(heard["message"], heard["message"])}
    )
    yield
    world.engine.says = says


async def take(page: Page, name: str) -> None:
    """Keep the picture, once all is at rest."""
    await page.wait_for_timeout(250)
    await page.screenshot(path=Path(FOLDER or ".") / f"{name}.png")


@pytest.mark.parametrize("look", LOOKS)
async def test_on_a_phone(chat: Chat, look: str) -> None:
    page = await chat(width=PHONE[0], height=PHONE[1], look=LOOKS[look])
    await page.wait_for_selector(".welcome")
    await take(page, f"phone-{look}-welcome")
    for scene, question in QUESTIONS.items():
        await ask(page, question)
        await take(page, f"phone-{look}-{scene}")
    await page.get_by_role("banner").get_by_role("button", name="转人工").click()
    await page.wait_for_selector(".bubble.handoff")
    await take(page, f"phone-{look}-person")


async def test_on_a_small_phone_with_the_largest_words(chat: Chat) -> None:
    page = await chat(width=320, height=568, look={**LOOKS["elder"], "size": 4})
    await page.wait_for_selector(".welcome")
    await take(page, "small-largest-welcome")
    await ask(page, QUESTIONS["answer"])
    await take(page, "small-largest-answer")


async def test_on_a_desktop(chat: Chat, world: World) -> None:
    page = await chat(width=1280, height=860)
    await page.wait_for_selector(".welcome")
    await take(page, "desktop-welcome")
    await ask(page, QUESTIONS["contributions"])
    await take(page, "desktop-contributions")
    page = await chat(world.centre, width=1280, height=860)
    await page.locator("shebao-chat button").wait_for()
    await take(page, "embedded-closed")
    await page.locator("shebao-chat button").click()
    frame = page.frame_locator("shebao-chat iframe")
    await frame.locator("#text").fill(QUESTIONS["answer"])
    await frame.locator("button.send").click()
    await frame.locator(".bubble.answer").wait_for()
    await take(page, "embedded-open")


async def test_settings_offline_kiosk_and_the_form(chat: Chat) -> None:
    page = await chat(width=PHONE[0], height=PHONE[1])
    await page.wait_for_selector(".welcome")
    await page.get_by_role("button", name="设置").click()
    await take(page, "phone-settings")
    await page.keyboard.press("Escape")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="转人工").click()
    await page.wait_for_selector(".line.bot")
    await take(page, "phone-offline")
    page = await chat("/chat?kiosk=1", width=1280, height=860)
    await ask(page, SIGN_IN)
    await page.get_by_role("button", name="用手机扫码登录").click()
    await page.wait_for_selector(".qr")
    await take(page, "kiosk-sign-in")
    page = await chat("/chat/form", width=PHONE[0], height=PHONE[1])
    await page.locator("#text").fill(QUESTIONS["answer"])
    await page.get_by_role("button", name="发送").click()
    await page.wait_for_selector(".said.bot p")
    await take(page, "form-without-scripts")

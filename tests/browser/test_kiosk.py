"""A machine in a hall: a warning before it wipes, one tap to stay, the own phone to sign in."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.conftest import Chat, ask, with_a_voice

KIOSK = "/chat?kiosk=1"
IDLE = 120


async def clocked(page: Page) -> None:
    """A page whose clock the test moves."""
    await page.clock.install()


async def pass_by(page: Page, seconds: int) -> None:
    """Let time pass, nobody touching anything."""
    await page.clock.run_for(seconds * 1000)


async def test_an_idle_kiosk_warns_for_long_enough_then_wipes_everything(chat: Chat) -> None:
    page = await chat(KIOSK, prepare=clocked)
    ended: list[str] = []
    page.on("request", lambda r: ended.append(r.url) if r.method == "DELETE" else None)
    await ask(page, "answer")
    await page.locator("#text").fill("half a sentence")
    await pass_by(page, IDLE - 35)
    assert await page.locator(".idle").count() == 0
    await pass_by(page, 10)
    await expect(page.get_by_role("alertdialog")).to_contain_text("秒后清除这段对话")
    await pass_by(page, 40)
    await expect(page.locator(".welcome")).to_be_visible()
    assert len(ended) == 1
    assert await page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert "answer" not in await page.locator("#log").inner_text()
    await expect(page.locator("#text")).to_have_value("")


async def test_the_wipe_also_ends_what_is_read_aloud(chat: Chat) -> None:
    async def prepare(page: Page) -> None:
        await clocked(page)
        await with_a_voice(page)

    page = await chat(KIOSK, prepare=prepare)
    await ask(page, "answer")
    await page.get_by_role("button", name="朗读").click()
    assert await page.evaluate("window.__speaking") is True
    await pass_by(page, IDLE + 5)
    await expect(page.locator(".welcome")).to_be_visible()
    assert await page.evaluate("window.__speaking") is False


async def test_one_tap_stays(chat: Chat) -> None:
    page = await chat(KIOSK, prepare=clocked)
    await ask(page, "answer")
    await pass_by(page, IDLE - 20)
    await page.get_by_role("button", name="我还在").click()
    await expect(page.locator(".idle")).to_have_count(0)
    await pass_by(page, IDLE - 35)
    await expect(page.locator(".bubble.answer")).to_be_visible()


async def test_the_next_citizen_finds_the_ordinary_look(chat: Chat) -> None:
    page = await chat(KIOSK, prepare=clocked)
    await page.locator(".elder-switch").click()
    await expect(page.locator("html[data-elder]")).to_be_attached()
    await pass_by(page, IDLE + 5)
    await expect(page.locator("html[data-elder]")).to_have_count(0)


async def test_signing_in_at_a_kiosk_shows_a_code_for_the_own_phone(chat: Chat) -> None:
    page = await chat(KIOSK)
    await ask(page, "sign_in")
    assert await page.get_by_role("button", name="去登录").count() == 0
    async with page.expect_response("**/sign-in") as answer:
        await page.get_by_role("button", name="用手机扫码登录").click()
    assert "/sign-in/" in (await (await answer.value).json())["url"]
    code = page.get_by_role("img", name="用自己的手机扫这个码")
    await expect(code).to_be_visible()
    assert len(await code.locator("path").get_attribute("d") or "") > 1000

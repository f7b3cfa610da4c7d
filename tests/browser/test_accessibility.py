"""No violation that axe can find, on every screen in every look at every width (WCAG 2.2 AA)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Chat, World, ask
from tests.browser.scenes import SCENES
from tests.conftest import ROOT

AXE = (ROOT / "web/widget/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS: dict[str, dict[str, Any]] = {
    "normal": {"elder": False, "size": 0, "contrast": False, "locale": "zh-CN"},
    "elder": {"elder": True, "size": 2, "contrast": False, "locale": "zh-CN"},
    "contrast": {"elder": False, "size": 0, "contrast": True, "locale": "zh-CN"},
}
WIDTHS = (320, 390, 1280)
RUN = """tags => axe.run(document,
    {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})
  .then((found) => found.violations.flatMap((one) => one.nodes.map((node) =>
    `${one.id}: ${node.target.join(' ')} ${node.failureSummary.split('\\n')[1] || ''}`)))"""
# So many screens below have to be tried in each look at each width.
LEAST_STATES = 180
tried: list[str] = []


class Tour:
    """Goes from screen to screen and looks at each."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.found: list[str] = []

    async def look(self, screen: str) -> None:
        """Note what axe finds on this screen."""
        state = f"{self.name}/{screen}"
        tried.append(state)
        self.found += [f"{state}: {one}" for one in await violations(self.page)]

    async def clear(self) -> None:
        """Begin anew, so that a screen is not measured with all the others above it."""
        await self.page.evaluate("sessionStorage.clear()")
        await self.page.reload()
        await self.page.wait_for_selector(".welcome")


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE)
    return list(await page.evaluate(RUN, TAGS))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("look", LOOKS)
async def test_no_screen_has_a_violation(chat: Chat, look: str, width: int) -> None:
    page = await chat(width=width, height=568 if width == 320 else 844, look=LOOKS[look])
    await page.wait_for_selector(".welcome")
    tour = Tour(page, f"{look}/{width}")
    await tour.look("welcome")
    for scene in SCENES:
        await tour.clear()
        await ask(page, scene)
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        await tour.look(scene)
        await more(tour, scene)
    await rest(tour)
    assert tour.found == []


async def more(tour: Tour, scene: str) -> None:
    """The screens that a card leads to."""
    page = tour.page
    if scene == "answer":
        await page.get_by_role("button", name="没用").click()
        await page.wait_for_selector(".why")
        await tour.look("reasons")
        await page.get_by_role("button", name="看不懂").click()
        await tour.look("rated")
    if scene == "form":
        await page.locator(".card-form button[type=submit]").click()
        await tour.look("form with a mistake")
    if scene == "sign_in":
        await page.get_by_role("button", name="用手机扫码登录").click()
        await page.wait_for_selector(".qr")
        await tour.look("code to scan")


async def rest(tour: Tour) -> None:
    """The screens around the conversation."""
    page = tour.page
    await tour.clear()
    await ask(page, "thanks")
    await page.get_by_role("button", name="https://news.example.com/a").click()
    await tour.look("leaving")
    await page.get_by_role("button", name="设置").click()
    await tour.look("settings")
    await page.get_by_role("button", name="清除对话，重新开始").click()
    await tour.look("sure to clear")
    await page.keyboard.press("Escape")
    await page.locator("#text").fill("长" * 450)
    await tour.look("long words")
    await page.context.set_offline(True)
    await page.locator("button.send").click()
    await page.wait_for_selector(".failure")
    await page.wait_for_selector(".bar.warning")
    await tour.look("offline")
    await page.context.set_offline(False)


async def test_the_host_page_and_the_frame_have_none(chat: Chat, world: World) -> None:
    for width in WIDTHS:
        page = await chat(world.centre, width=width)
        await page.wait_for_selector("shebao-chat button")
        tour = Tour(page, f"embedded/{width}")
        await tour.look("closed")
        await page.locator("shebao-chat button").click()
        await page.frame_locator("shebao-chat iframe").locator(".welcome").wait_for()
        await tour.look("open")
        assert tour.found == []


async def test_the_pages_without_scripts_have_none(chat: Chat, world: World) -> None:
    for width in WIDTHS:
        page = await chat("/chat/form", width=width)
        tour = Tour(page, f"form/{width}")
        await tour.look("empty")
        for many, scene in enumerate(SCENES if width == min(WIDTHS) else ("answer",), 1):
            await page.locator("#text").fill(scene)
            await page.get_by_role("button", name="发送").click()
            await expect(page.locator(".said.citizen")).to_have_count(many)
            await page.wait_for_selector("#end.bot")
            for fold in await page.locator("#end details").all():
                await fold.locator("summary").click()
            await tour.look(scene)
        assert tour.found == []


async def test_a_planted_mistake_is_found(chat: Chat) -> None:
    page = await chat()
    await page.wait_for_selector(".welcome")
    await page.evaluate("document.querySelector('label[for=text]').remove()")
    await page.evaluate("document.querySelector('#text').placeholder = ''")
    assert any(one.startswith("label:") for one in await violations(page))


def test_enough_states_were_tried() -> None:
    assert len(set(tried)) >= LEAST_STATES

"""A small phone with large words: nothing is cut off, covered, or has to be pushed sideways."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Chat, World, ask
from tests.browser.test_accessibility import LOOKS
from tests.browser.test_elder import SIDEWAYS

LARGE = {**LOOKS["normal"], "size": 4}
SMALL = {"normal": LOOKS["normal"], "elder": LOOKS["elder"], "large": LARGE}
OPEN = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
# A card's part may come when the rest stands already, so they are opened until it is there.
OPENED = f"""cell => {{ {OPEN};
  return [...document.querySelectorAll('td')].some((one) => one.textContent.includes(cell)); }}"""
PUSHED = """() => [...document.querySelectorAll('.scroll')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)"""


@pytest.mark.parametrize("look", SMALL)
async def test_no_table_has_to_be_pushed_sideways(chat: Chat, look: str) -> None:
    page = await chat(width=360, height=740, look=SMALL[look])
    for scene, cell in (("table", "演示纺织有限公司"), ("contributions", "328.00元")):
        await ask(page, scene)
        await page.wait_for_function(OPENED, arg=cell)
        # Drawn as blocks, it is still a table to those who cannot see it.
        await expect(page.get_by_role("cell").filter(has_text=cell).first).to_be_visible()
        assert await page.evaluate(PUSHED) == [], scene
        assert await page.evaluate(SIDEWAYS) <= 0, scene
    await expect(page.locator(".calendar td").first).to_be_visible()


async def with_large_words(page: Page) -> None:
    """A browser whose owner has set its words to twice their size."""
    await page.add_init_script(
        """addEventListener('DOMContentLoaded', () => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(':root { font-size: 32px !important }');
        document.adoptedStyleSheets = [sheet]; });"""
    )


# What lies over what it should stand beside, and what is cut off by its own edges.
BESIDE = """() => { const found = [];
  for (const row of document.querySelectorAll('.header, .fields, .tools, .failure .row')) {
    const parts = [...row.querySelectorAll('h1, button, textarea')].filter((one) => {
      const box = one.getBoundingClientRect(), edge = one.closest('.who')?.getBoundingClientRect();
      return box.width > 2 && (!edge || box.top < edge.bottom); });
    parts.forEach((one, at) => { const a = one.getBoundingClientRect();
      if (a.left < -1 || a.right > innerWidth + 1) found.push([one.textContent, 'outside']);
      for (const other of parts.slice(at + 1)) { const b = other.getBoundingClientRect();
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1
          && b.top < a.bottom - 1) found.push([one.textContent, other.textContent]); } }); }
  return found; }"""
# Room for at least six large characters of the question.
ROOM = """() => { const field = document.querySelector('textarea');
  return field.clientWidth / parseFloat(getComputedStyle(field).fontSize); }"""


@pytest.mark.parametrize("look", [*SMALL, "twice"])
@pytest.mark.parametrize("width", [320, 360, 390])
async def test_large_words_cover_nothing_and_leave_room_to_write(
    chat: Chat, look: str, width: int
) -> None:
    twice = look == "twice"
    page = await chat(
        width=width,
        height=740,
        look=SMALL["normal" if twice else look],
        prepare=with_large_words if twice else None,
    )
    await ask(page, "answer")
    await page.wait_for_selector(".tools")
    await page.context.set_offline(True)
    await page.locator("#text").fill("second")
    await page.locator("button.send").click()
    await page.wait_for_selector(".failure")
    assert await page.evaluate(BESIDE) == []
    assert await page.evaluate(ROOM) >= 6
    assert await page.evaluate(SIDEWAYS) <= 0
    await expect(page.get_by_role("banner").get_by_role("button", name="转人工")).to_be_in_viewport(
        ratio=1
    )


async def test_words_grow_with_the_browsers_own(everyday: BrowserContext, world: World) -> None:
    page = await everyday.new_page()
    client = await everyday.new_cdp_session(page)
    await client.send("Page.enable")
    await client.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    await page.goto(world.url + "/chat")
    await page.wait_for_selector(".welcome")
    assert await page.evaluate("getComputedStyle(document.body).fontSize") == "32px"

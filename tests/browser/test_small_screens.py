"""A small phone with large words: nothing is cut off, covered, or has to be pushed sideways."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Chat, ask
from tests.browser.test_accessibility import LOOKS
from tests.browser.test_elder import SIDEWAYS

LARGE = {**LOOKS["normal"], "size": 4}
SMALL = {"normal": LOOKS["normal"], "elder": LOOKS["elder"], "large": LARGE}
OPEN = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
PUSHED = """() => [...document.querySelectorAll('.scroll')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)"""


@pytest.mark.parametrize("look", SMALL)
async def test_no_table_has_to_be_pushed_sideways(chat: Chat, look: str) -> None:
    page = await chat(width=360, height=740, look=SMALL[look])
    for scene, cell in (("table", "演示纺织有限公司"), ("contributions", "328.00元")):
        await ask(page, scene)
        await page.wait_for_selector(".line.bot:last-child details")
        await page.evaluate(OPEN)
        # Drawn as blocks, it is still a table to those who cannot see it.
        await expect(page.get_by_role("cell").filter(has_text=cell).first).to_be_visible()
        assert await page.evaluate(PUSHED) == [], scene
        assert await page.evaluate(SIDEWAYS) <= 0, scene
    await expect(page.locator(".calendar td").first).to_be_visible()

"""A member of staff in the conversation: the page says so, waits quietly, and goes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from records import events, handovers
from records.database import open_database
from records.events import Line
from tests.browser.conftest import Chat, World, ask
from tests.browser.test_accessibility import LOOKS, violations
from tests.browser.test_elder import ELDER, SIDEWAYS, TARGETS
from tests.browser.test_small_screens import BESIDE, SMALL

STAFF = "daying"
HERE = Line("工作人员来了，您直接打字说就行。", {"type": "notice", "level": "person_here"})
GONE = Line("工作人员离开了。", {"type": "notice", "level": "person_gone"})
TALKING = "正在和工作人员说话"


@dataclass(frozen=True)
class Desk:
    """What the console does with the wish of the citizen on a page."""

    database: AsyncEngine

    async def take(self, page: Page) -> int:
        """Come to a citizen who waits for a person; the number of the wish."""
        held = await page.evaluate("JSON.parse(sessionStorage.getItem('wenbao.talk.demo'))")
        talk, now = UUID(held["conversation"]), datetime.now(UTC)
        async with self.database.begin() as db:
            number = (await handovers.request(db, talk, "asked", None, now)).id
            await handovers.take(db, number, STAFF, now)
            await events.append(db, talk, "system", [HERE], now)
        await expect(page.locator(".person_here").last).to_be_visible()
        return number

    async def say(self, number: int, words: str) -> None:
        """Speak to that citizen."""
        async with self.database.begin() as db:
            await handovers.say(db, number, STAFF, Line(words), datetime.now(UTC))

    async def finish(self, number: int) -> None:
        """Leave that citizen."""
        now = datetime.now(UTC)
        async with self.database.begin() as db:
            done = await handovers.finish(db, number, STAFF, now)
            await events.append(db, done.conversation, "system", [GONE], now)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(world: World) -> AsyncIterator[Desk]:
    """The console's side of the same database."""
    database = open_database(world.database, pool_size=1)
    yield Desk(database)
    await database.dispose()


async def write(page: Page, words: str) -> None:
    """Send something to a person, who need not answer."""
    await page.locator("#text").fill(words)
    await page.locator("button.send").click()
    await expect(page.locator(".line.citizen").last).to_contain_text(words)


async def test_who_speaks_is_seen_until_they_go_also_after_a_reload(
    chat: Chat, world: World, desk: Desk
) -> None:
    page = await chat()
    header, log = page.get_by_role("banner"), page.get_by_role("log")
    await ask(page, "转人工")
    number = await desk.take(page)
    await expect(header).to_contain_text(TALKING)
    await expect(header.get_by_role("button", name="转人工")).to_have_count(0)
    heard = len(world.engine.heard)
    await write(page, "我想问养老金")
    await expect(page.locator(".line.citizen").last).to_contain_text("已送达")
    await expect(page.locator(".dots")).to_have_count(0)
    await desk.say(number, "您好，带身份证到窗口办。")
    line = page.locator(".line.agent")
    await expect(line.locator(".name")).to_have_text("工作人员")
    await expect(line.get_by_role("button", name="朗读")).to_be_visible()
    await expect(line.locator(".rating")).to_have_count(0)
    await expect(log).not_to_contain_text("已送达")
    await page.reload()
    await expect(header).to_contain_text(TALKING)
    await expect(page.locator(".line.agent")).to_have_count(1)
    assert len(world.engine.heard) == heard
    await desk.finish(number)
    await expect(page.locator(".person_gone")).to_be_visible()
    await expect(header).not_to_contain_text(TALKING)
    await expect(header.get_by_role("button", name="转人工")).to_be_visible()
    await ask(page, "answer")
    await expect(page.locator(".bubble.answer .rating")).to_be_visible()


async def test_one_tap_leaves_the_person(chat: Chat, world: World, desk: Desk) -> None:
    page = await chat()
    header = page.get_by_role("banner")
    await ask(page, "转人工")
    await desk.take(page)
    heard = len(world.engine.heard)
    await header.get_by_role("button", name="结束人工").press("Enter")
    await expect(page.locator(".line.citizen").last).to_contain_text("结束人工")
    await expect(page.locator(".person_gone")).to_be_visible()
    await expect(header).not_to_contain_text(TALKING)
    await expect(page.locator("#log")).to_be_focused()
    assert len(world.engine.heard) == heard


async def test_the_focus_is_not_lost_when_somebody_comes(chat: Chat, desk: Desk) -> None:
    page = await chat()
    await page.get_by_role("banner").get_by_role("button", name="转人工").press("Enter")
    await expect(page.locator(".bubble.handoff")).to_be_visible()
    await desk.take(page)
    await expect(page.locator("#log")).to_be_focused()


async def test_in_the_version_for_elders_what_the_person_said_stays(chat: Chat, desk: Desk) -> None:
    page = await chat(look=ELDER, width=360, height=740)
    await ask(page, "answer")
    await ask(page, "转人工")
    number = await desk.take(page)
    await desk.say(number, "您在哪个城市参保？")
    await expect(page.locator(".line.agent")).to_be_visible()
    await write(page, "成都")
    await expect(page.locator(".line.agent")).to_be_visible()
    await expect(page.locator(".bubble.answer")).to_have_count(0)
    await desk.finish(number)
    await expect(page.locator(".person_gone")).to_be_visible()
    await expect(page.locator(".line.agent")).to_be_visible()
    await ask(page, "table")
    await expect(page.locator(".line.agent")).to_have_count(0)


@pytest.mark.parametrize("look", [*SMALL, "contrast"])
async def test_on_small_screens_nothing_is_covered(chat: Chat, desk: Desk, look: str) -> None:
    for width in (320, 360):
        page = await chat(width=width, height=740, look={**LOOKS, **SMALL}[look])
        await ask(page, "转人工")
        number = await desk.take(page)
        await desk.say(number, "您好，带身份证到窗口办，也可以看 https://www.gov.cn/zhengce 。")
        await expect(page.locator(".line.agent")).to_be_visible()
        assert await page.evaluate(BESIDE) == []
        assert await page.evaluate(SIDEWAYS) <= 0
        assert await violations(page) == []
        least = 60 if look == "elder" else 44
        targets = await page.evaluate(TARGETS)
        assert [t for t in targets if t[1] < least - 0.5 or t[2] < least - 0.5] == []
        end = page.get_by_role("banner").get_by_role("button", name="结束人工")
        await expect(end).to_be_in_viewport(ratio=1)

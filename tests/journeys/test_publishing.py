"""Staff change what Wenbao knows, each in their own browser; citizens notice in seconds."""

from __future__ import annotations

import logging
import os
import time
from types import SimpleNamespace

import psycopg
import pytest
from playwright.async_api import Browser, expect

from tests.console.test_in_the_browser import Somebody, chromium, signed_in  # noqa: F401 a fixture
from tests.journeys.conftest import Whole, process

pytestmark = pytest.mark.journey
log = logging.getLogger(__name__)

# Nothing like it stands in the data, so only the new wording can lead to the item.
WORDING, ITEM = "俺那张刷脸取钱的蓝皮皮叫羊啃了半边", "Q196"
# A frozen question of another item: whoever takes it over breaks it.
FROZEN, ITS_ITEM = "社保卡密码忘记了怎么重置", "Q197"
PILOTED, PILOTED_ITEM = "俺家老母猪把那蓝皮皮嚼成渣渣咧", "Q201"
SECONDS = 5.0


@pytest.fixture
def staff(whole: Whole, chromium: Browser) -> object:  # noqa: F811 the fixture
    """Signs somebody in."""
    console = SimpleNamespace(url=whole.stack.settings["CONSOLE_URL"])
    return lambda name: signed_in(chromium, console, name)  # type: ignore[arg-type]


async def test_a_wording_goes_from_its_author_to_the_public_and_back(
    whole: Whole, staff: object
) -> None:
    engine = process(whole.stack, "engine").pid
    assert await answered(whole, WORDING) != ITEM
    editor, reviewer, publisher = [await staff(name) for name in ("文小编", "申小合", "法小布")]
    await add_wording(editor, ITEM, WORDING)
    assert await editor.page.get_by_role("button", name="审核通过").count() == 0
    await approve(reviewer, ITEM)

    begun = await publish(publisher)
    await until_answered(whole, WORDING, ITEM)
    took = time.monotonic() - begun
    log.info("understood after %.1f s", took)
    assert took < SECONDS * busy(), took
    assert process(whole.stack, "engine").pid == engine
    await expect(publisher.page.locator("#state")).to_contain_text(
        "答案和问法都已生效", timeout=20_000
    )

    await add_wording(editor, ITEM, FROZEN)
    await approve(reviewer, ITEM)
    await publish(publisher)
    refused = publisher.page.locator("#state .state.refused")
    await expect(refused).to_be_visible(timeout=60_000)
    await expect(publisher.page.locator("#state")).to_contain_text(FROZEN)
    await publisher.picture("refused")
    assert await answered(whole, FROZEN) == ITS_ITEM
    assert await answered(whole, WORDING) == ITEM

    await publisher.go("/publishing")
    await publisher.press("回滚到第1次")
    await until_answered(whole, WORDING, None, other_than=ITEM)
    assert await answered(whole, FROZEN) == ITS_ITEM
    assert [*editor.wrong, *reviewer.wrong, *publisher.wrong] == []


async def test_a_pilot_site_has_it_first_and_then_all(whole: Whole, staff: object) -> None:
    with psycopg.connect(whole.stack.settings["DATABASE_URL"], autocommit=True) as db:
        db.execute(
            "INSERT INTO sites (key, name, created_at) VALUES ('north', '城北大厅', now())"
            " ON CONFLICT DO NOTHING"
        )
    editor, reviewer, publisher = [await staff(name) for name in ("文小编", "申小合", "法小布")]
    await add_wording(editor, PILOTED_ITEM, PILOTED)
    await approve(reviewer, PILOTED_ITEM)
    await publisher.go("/publishing")
    await publisher.page.get_by_text("先在几个网点试点").click()
    await publisher.page.get_by_label("城北大厅").check()
    await publisher.press("在选中的网点试点")
    await until_answered(whole, PILOTED, PILOTED_ITEM, site="north")
    assert await answered(whole, PILOTED) != PILOTED_ITEM
    await expect(publisher.page.locator("#state")).to_contain_text("试点中", timeout=20_000)
    await publisher.press("发布到全部网点")
    await until_answered(whole, PILOTED, PILOTED_ITEM)
    await publisher.go("/publishing")
    await publisher.press("回滚到第1次")
    await until_answered(whole, PILOTED, None, other_than=PILOTED_ITEM)
    await until_answered(whole, PILOTED, None, other_than=PILOTED_ITEM, site="north")


async def test_nobody_does_what_is_not_theirs(whole: Whole, staff: object) -> None:
    chief = await staff("祖小章")
    await add_wording(chief, "Q198", "这张卡的本子被水泡烂咧")
    await chief.press("审核通过")
    await expect(chief.page.locator("main")).to_contain_text("要由别人审核")
    auditor = await staff("沈小计")
    await auditor.go("/items/Q198")
    assert await auditor.page.get_by_role("button", name="保存草稿").count() == 0
    await expect(auditor.page.get_by_label("标题", exact=True)).to_be_disabled()
    csrf = await auditor.page.locator("input[name=csrf]").first.input_value()
    said = await auditor.page.request.post(
        auditor.url + "/items/Q198", form={"csrf": csrf, "head": "2", "title": "x"}
    )
    assert said.status == 403


async def test_a_signed_out_browser_sees_nothing(whole: Whole, chromium: Browser) -> None:  # noqa: F811
    page = await (await chromium.new_context(locale="zh-CN")).new_page()
    for path in ("/", "/items", "/items/Q196", "/publishing", "/publishing/candidates/1", "/audit"):
        await page.goto(whole.stack.settings["CONSOLE_URL"] + path)
        assert page.url.endswith("/sign-in")
        assert "Q196" not in await page.content()


async def add_wording(somebody: Somebody, item: str, wording: str) -> None:
    """Write it behind the others and ask for a review."""
    await somebody.go(f"/items/{item}")
    field = somebody.page.locator("#f-wordings")
    await field.fill(await field.input_value() + "\n" + wording)
    await somebody.press("保存草稿")
    await somebody.press("提交审核")


async def approve(somebody: Somebody, item: str) -> None:
    """As the reviewer."""
    await somebody.go(f"/items/{item}")
    await somebody.press("审核通过")


async def publish(somebody: Somebody) -> float:
    """Press the button; when that was."""
    await somebody.go("/publishing")
    begun = time.monotonic()
    await somebody.press("发布选中的条目")
    return begun


async def answered(whole: Whole, question: str, site: str = "demo") -> str | None:
    """The item that a new conversation is given."""
    talk = await whole.talk(site=site)
    card = (await talk.ask(question)).get("card") or {}
    return str(card["item"]) if card.get("type") == "answer" else None


async def until_answered(
    whole: Whole, question: str, item: str | None, other_than: str = "", site: str = "demo"
) -> None:
    """Ask until it is so."""
    end = time.monotonic() + 90
    while True:
        found = await answered(whole, question, site)
        if found == item or (other_than and found != other_than):
            return
        assert time.monotonic() < end, whole.logs()[-3000:]


def busy() -> float:
    """How many processes share a core, where that is more than one."""
    # Other tests run beside this one, and a shared core is half a core.
    return max(3.0, os.getloadavg()[0] / (os.cpu_count() or 1))

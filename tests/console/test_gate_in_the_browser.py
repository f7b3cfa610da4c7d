"""The gate as a publisher sees it: progress that moves by itself, a refusal, a check; and axe."""

from __future__ import annotations

import asyncio
import threading

from playwright.async_api import Browser, expect

from tests.console.conftest import Console
from tests.console.test_gate import REFUSED, a_citizen_asked
from tests.console.test_in_the_browser import chromium, signed_in  # noqa: F401 a fixture
from tests.console.test_publishing import LINES, approved

SIDES = {"decision": "reject", "item": ""}, {"decision": "answer", "item": "Q001"}


async def test_progress_refusal_and_check_are_shown_without_a_reload(
    console_with_identity: Console,
    chromium: Browser,  # noqa: F811 the fixture
) -> None:
    console = console_with_identity
    number = a_citizen_asked(console.database_url, "我的卡叫狗叼了，电话[手机号]")
    await approved(console, "Q001", wordings=LINES)
    go_on = threading.Event()
    console.workshop.meanwhile = lambda: asyncio.to_thread(go_on.wait, 20)
    console.workshop.verdict = REFUSED | {
        "reasons": ["questions", "items", "collisions"],
        "lost": [{"item": "Q002", "asked": 5, "wordings": ["停保要多久", "停保在哪办"]}],
        "collisions": [
            {"item": "Q001", "wording": "停保咋办", "other": "Q002", "like": "停保怎么办"}
            | {"score": 1.8, "same": True}
        ],
        "shadow": [{"id": number, "before": SIDES[0], "after": SIDES[1]}],
    }
    publisher = await signed_in(chromium, console, "祖小章")
    await publisher.go("/publishing")
    faults = await publisher.faults()
    await publisher.press("只检查，不发布")
    state = publisher.page.locator("#state")
    await expect(state).to_contain_text("问回归题")
    await expect(state).to_contain_text("25/248")
    await publisher.picture("checking")
    faults += await publisher.faults()
    go_on.set()
    await expect(state.locator(".state.refused").first).to_be_visible()
    await expect(state).to_contain_text("停保要带什么")
    faults += await publisher.faults()
    await publisher.page.get_by_role("link", name="1个回答会变").click()
    await expect(publisher.page.locator("main")).to_contain_text("我的卡叫狗叼了")
    await publisher.picture("shadow")
    faults += await publisher.faults()
    await publisher.go("/items/Q001")
    await expect(publisher.page.locator("#said")).to_contain_text("不回答")
    faults += await publisher.faults()
    assert faults == []
    assert publisher.wrong == []

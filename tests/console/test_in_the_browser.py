"""The whole way in a real browser: write, approve, publish, roll back; axe on every page."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.async_api import Browser, Page, async_playwright

from records.questions import samples
from tests.browser.conftest import ARGS, CHROMIUM
from tests.console.conftest import Console, until
from tests.console.folder import ROOT
from tests.console.talks import Said, talk

AXE = ROOT / "web/widget/node_modules/axe-core/axe.min.js"
# A refusal that the test asked for, and a request that the next page cut off.
HARMLESS = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NEW = "补办社保卡可以在社保经办机构当场办结，也可以网上申请，不收费。"
PAGES = (
    "/",
    "/items",
    "/items?state=published",
    "/items?low=1",
    "/items?state=draft",
    "/items/new",
    "/items/Q003",
    "/items/Q001/history",
)
PAGES = (*PAGES, "/items/Q001/history/1/2", "/figures", "/figures/F-base_floor-110000-2026-07-01")
PAGES = (*PAGES, "/publishing", "/publishing/1", "/exchange", "/nothing")
PAGES = (*PAGES, "/inbox", "/inbox?state=settled", "/insight", "/insight/change")
PAGES = (*PAGES, "/insight/open-data", "/quality", "/quality/items", "/quality/label")
PAGES = (*PAGES, "/operations", "/operations/health", "/operations/sites", "/operations/sites/demo")
PAGES = (*PAGES, "/operations/channels", "/operations/retention")
PAGES = (*PAGES, "/operations/versions", "/operations/versions/v2")
ABOUT = {"<strong>怎么停保": "Q002", "<strong>社保卡": "Q001"}
PICTURES = {"/items": "items", "/inbox": "inbox", "/insight": "insight", "/quality": "quality"}
PICTURES |= {
    "/operations/versions": "versions",
    "/quality/label": "label",
}


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        await launched.close()


@dataclass
class Somebody:
    """A member of staff in a browser of their own."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(self.url + path)

    async def press(self, words: str) -> None:
        """Press a button and wait for the page behind it."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=words, exact=True).first.click()

    async def faults(self) -> list[str]:
        """What axe finds on the page."""
        await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(all => all.violations"
            ".map(one => one.id + ' ' + one.nodes[0].html))",
            RULES,
        )
        return [f"{self.page.url}: {one}" for one in found]

    async def too_wide(self) -> list[str]:
        """The page's address, if a telephone has to be scrolled sideways for it."""
        await self.page.set_viewport_size({"width": 390, "height": 800})
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        await self.page.set_viewport_size({"width": 1280, "height": 860})
        return [f"{self.page.url}: {wide} wide"] if wide > 390 else []

    async def picture(self, name: str) -> None:
        """A picture for the guide, when one is wanted."""
        if folder := os.environ.get("PICTURES"):
            await self.page.screenshot(path=Path(folder) / f"console-{name}.png")


async def signed_in(chromium: Browser, console: Console, name: str) -> Somebody:
    """Sign in as one of the sandbox's staff."""
    context = await chromium.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 860}, reduced_motion="reduce"
    )
    somebody = Somebody(await context.new_page(), console.url)
    somebody.page.on("pageerror", lambda error: somebody.wrong.append(str(error)))
    somebody.page.on(
        "console",
        lambda said: (
            somebody.wrong.append(said.text)
            if said.type == "error" and not said.text.startswith(HARMLESS)
            else None
        ),
    )
    await somebody.go("/")
    await somebody.page.get_by_role("link", name="用统一身份登录").click()
    await somebody.page.get_by_role("button", name=name).click()
    await somebody.page.wait_for_url(console.url + "/")
    return somebody


async def test_a_change_goes_from_an_editor_to_citizens_and_back_again(
    console_with_identity: Console, chromium: Browser
) -> None:
    console = console_with_identity
    old = console.items()["Q001"]["summary"]
    editor = await signed_in(chromium, console, "文小编")
    await editor.go("/items/Q001")
    await editor.page.get_by_label("答案（前150字说清）").first.fill("短")
    await editor.page.locator("#look .problems").wait_for()
    await editor.page.get_by_label("答案（前150字说清）").first.fill(NEW)
    await editor.page.locator("#look .card", has_text=NEW).first.wait_for()
    await editor.picture("item")
    await editor.press("保存草稿")
    await editor.press("提交审核")
    assert await editor.page.get_by_role("button", name="审核通过").count() == 0
    reviewer = await signed_in(chromium, console, "申小合")
    await reviewer.go("/items/Q001")
    await reviewer.picture("review")
    await reviewer.press("审核通过")
    publisher = await signed_in(chromium, console, "法小布")
    await publisher.go("/publishing")
    await publisher.picture("publishing")
    await publisher.press("发布选中的条目")
    assert console.items()["Q001"]["summary"] == NEW
    await publisher.press("回滚到第1次")
    assert console.items()["Q001"]["summary"] == old
    assert [*editor.wrong, *reviewer.wrong, *publisher.wrong] == []


async def something_to_listen_to(console: Console) -> tuple[str, ...]:
    """Weeks of questions, labelled by two; the pages that show single ones."""
    url, day = console.database_url, console.clock().date()
    ago = (day - samples.monday(day)).days + 4.0  # the middle of last week
    wet = "社保卡掉沟里了去哪补"
    talk(  # at once: the sample is drawn as soon as there is anything to draw from
        url,
        *(Said(wet, days_ago=ago + hour / 24, helpful=False) for hour in range(3)),
        *(Said("怎么停保", "answer", (("Q002", 0.97),), None, ago) for _ in range(3)),
        Said("基数什么时候调", "clarify", (("Q003", 0.5),), "asked_back", ago),
    )
    for late in (0.1, 1, 1.2, 2):
        talk(url, Said(f"{wet}呀{'呀' * int(late)}", days_ago=late), region="440000")
        talk(url, Said("怎么停保", "answer", (("Q002", 0.97),), None, late), channel="wechat")
    await until(
        lambda: _counts(console, "sample_questions") == 7 and _counts(console, "clusters") > 1
    )
    week = samples.monday(day) - timedelta(days=7)
    for role in ("editor", "reviewer"):
        async with console.worker(role) as worker:
            for _ in range(7 if role == "editor" else 5):  # something is left to label
                page = (await worker.get("/quality/label")).text
                found = re.search(r'name="message" value="(\d+)"', page)
                if found:
                    item = next((i for word, i in ABOUT.items() if word in page), "none")
                    await worker.post("/quality/label", message=found[1], label=item)
    console.clock.ahead = timedelta(minutes=61)
    await until(lambda: _counts(console, "tallies") > 3)
    with psycopg.connect(url) as db:
        for ago in range(1, 9):
            db.execute(
                "INSERT INTO quality_weeks VALUES (%s, 100, 92, 80, %s, %s, %s, 98, 91, 0.82)",
                (week - timedelta(weeks=ago), 66 - ago, 70 - ago, 67 - ago - ago % 3),
            )
        db.execute(
            "INSERT INTO handovers (conversation, reason, opened_at)"
            " SELECT id, 'asked', now() - interval '75 minutes' FROM conversations LIMIT 3"
        )
        (group,) = db.execute("SELECT min(id) FROM clusters").fetchone() or (0,)
    return f"/inbox/{group}", f"/quality/weeks/{week}"


def imports_of(console: Console, who: str) -> list[str]:
    """The pages of one that goes on, and of one for each way to end."""
    row = {"row": 2, "entry": "Q001", "field": "title", "code": "itself", "values": {}}
    tried = {"mark": "0", "fresh": 2, "changed": 1, "same": 0, "bad": 0, "rows": []}
    outcomes: dict[str, Any] = {
        "running": None,
        "tried": tried,
        "done": {"kept": 3},
        "refused": {"code": "not_readable", "detail": ""},
        "broken": None,
    }
    told = [*outcomes.items(), ("tried", {**tried, "bad": 1, "rows": [row]})]
    later = console.clock() + timedelta(minutes=30)  # so that the first one still goes on
    with psycopg.connect(console.database_url) as db:
        for state, outcome in told:
            db.execute(
                "INSERT INTO imports (staff, state, progress, outcome, at, changed_at)"
                """ SELECT id, %s, '{"step": "judge", "done": 7, "of": 90}', %s, %s, %s"""
                " FROM staff WHERE name = %s",
                (state, json.dumps(outcome), later, later, who),
            )
        numbers = db.execute("SELECT id FROM imports ORDER BY id").fetchall()
    return [f"/exchange/imports/{number}" for (number,) in numbers]


def _counts(console: Console, table: str) -> int:
    with psycopg.connect(console.database_url) as db:
        found = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - ours
    return int(found[0]) if found else 0


async def test_axe_finds_nothing_on_any_page(
    console_with_identity: Console, chromium: Browser
) -> None:
    async with console_with_identity.worker("editor") as editor:
        await editor.edit("Q001", summary=NEW)
        await editor.post("/entries/Q001/comment", text="请看")
    listened = await something_to_listen_to(console_with_identity)
    chief = await signed_in(chromium, console_with_identity, "祖小章")
    listened = (*listened, *imports_of(console_with_identity, "祖小章"))
    auditor = await signed_in(chromium, console_with_identity, "沈小计")
    faults: list[str] = []
    for path in (*PAGES, *listened):
        await chief.go(path)
        if name := PICTURES.get(path) or ("group" if path == listened[0] else None):
            await chief.picture(name)
        faults += [*await chief.faults(), *await chief.too_wide()]
    boss = await signed_in(chromium, console_with_identity, "管小理")
    for path in ("/operations/sites", "/operations/sites/demo", "/operations/channels"):
        await boss.go(path)
        faults += await boss.faults()
        if path == "/operations/sites":
            await boss.picture("sites")
    leader = await signed_in(chromium, console_with_identity, "班小章")
    await leader.go("/handovers")
    faults += await leader.faults()
    await leader.picture("handovers")
    await auditor.go("/audit")
    faults += await auditor.faults()
    await auditor.press("验证整条记录链")
    faults += await auditor.faults()
    await auditor.press("退出")
    faults += await auditor.faults()
    assert faults == []
    assert [*chief.wrong, *auditor.wrong, *leader.wrong] == []

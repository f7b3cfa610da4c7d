"""Who wrote a draft can throw it away: only their own, and nothing that citizens get changes."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.console.conftest import Console, Worker, form_of
from tests.console.test_conflicts import FIGURE, figure
from tests.console.test_publishing import LINES, NEW, approved, publish


def rows(console: Console, query: str) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query.encode()).fetchall()


def entry(console: Console, item: str) -> tuple[Any, ...]:
    """State, title, newest version, live version."""
    found = rows(console, "SELECT id, state, title, head, live FROM entries")
    return {one: tuple(told) for one, *told in found}[item]


async def summary(worker: Worker, item: str = "Q001") -> str:
    """The answer that the form shows."""
    return form_of((await worker.get(f"/items/{item}")).text)["summary"]


async def test_a_draft_is_thrown_away_and_what_is_live_stands_in_the_form_again(
    console: Console,
) -> None:
    live = console.items()
    async with console.worker("editor") as editor:
        before = await summary(editor)
        await editor.edit("Q001", summary=NEW, title="社保卡补办", wordings="丢了社保卡\n" + LINES)
        assert 'href="/entries/Q001/throw-away"' in (await editor.get("/items/Q001")).text
        asked = await editor.get("/entries/Q001/throw-away")
        assert (asked.status_code, "<dt>标题</dt>" in asked.text) == (200, True)
        assert await summary(editor) == NEW  # asking throws nothing away
        assert (await editor.step("Q001", "throw-away")).status_code == 303
        assert await summary(editor) == before
        page = (await editor.get("/items/Q001")).text
        assert ("和线上相比的修改" in page, "throw-away" in page) == (False, False)
        assert entry(console, "Q001") == ("published", "补办社保卡怎么办", 3, 1)
        history = (await editor.get("/items/Q001/history")).text
        assert "丢弃了第2版的草稿" in history
        # Nothing of it stands in the way of another item any more.
        await editor.edit("Q002", wordings="丢了社保卡\n" + LINES.replace("社保卡丢", "停保停"))
        assert (await editor.step("Q002", "submit")).status_code == 303
    assert rows(console, "SELECT act FROM audit_entries WHERE act = 'throw_away'")
    assert console.items() == live


async def test_after_that_its_author_may_review_what_somebody_else_writes(
    console: Console,
) -> None:
    async with console.worker("editor", "reviewer") as one, console.worker("editor") as other:
        await one.edit("Q001", summary=NEW)
        await one.step("Q001", "throw-away")
        await other.edit("Q001", summary=NEW)
        await other.step("Q001", "submit")
        assert (await one.step("Q001", "approve")).status_code == 303
        # What is had again out of the history is still by who wrote it.
        await one.edit("Q002", summary=NEW)
        await one.step("Q002", "throw-away")
        assert (await other.post("/items/Q002/restore", version=2, head=3)).status_code == 303
        await other.step("Q002", "submit")
        assert (await one.step("Q002", "approve")).status_code == 403
        # What the files had is nobody's.
        await one.post("/items/Q003/restore", version=1, head=1)
        assert (await one.step("Q003", "throw-away")).status_code == 303
    assert entry(console, "Q003") == ("published", "缴费基数怎么办", 3, 1)


async def test_nobody_throws_away_what_others_wrote(console: Console) -> None:
    async with console.worker("editor") as one, console.worker("editor") as other:
        await one.edit("Q001", summary=NEW)
        for worker in (other, one):
            refused = await worker.step("Q001", "throw-away")
            if worker is other:
                assert (refused.status_code, "别人写的内容" in refused.text) == (403, True)
                assert "throw-away" not in (await other.get("/items/Q001")).text
                await other.edit("Q001", title="社保卡补办")
        assert refused.status_code == 403  # by now part of it is the other's
        assert await summary(one) == NEW
    assert entry(console, "Q001") == ("draft", "社保卡补办", 3, 1)
    assert not rows(console, "SELECT 1 FROM audit_entries WHERE act = 'throw_away'")


async def test_what_waits_for_somebody_is_taken_back_first(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("editor") as other:
        await editor.edit("Q001", summary=NEW)
        await editor.step("Q001", "submit")
        refused = await editor.step("Q001", "throw-away")
        assert (refused.status_code, "请先在它的页面上“撤回”" in refused.text) == (409, True)
        assert (await other.step("Q001", "take-back")).status_code == 403
        assert entry(console, "Q001")[0] == "in_review"
        assert (await editor.step("Q001", "take-back")).status_code == 303
        assert entry(console, "Q001")[0] == "draft"
        assert (await editor.step("Q001", "take-back")).status_code == 409
        assert (await editor.post("/entries/Q001/throw-away", head=1)).status_code == 409
        assert entry(console, "Q001")[2] == 2
        assert (await editor.step("Q001", "throw-away")).status_code == 303
    assert entry(console, "Q001")[0] == "published"


async def test_a_new_item_is_put_away_and_can_be_had_again(console: Console) -> None:
    async with console.worker("editor") as editor:
        begun = {"title": "灵活就业", "family": "demo", "area": "社会保险", "wordings": "打零工"}
        await editor.post("/items/new", **begun)
        assert (await editor.step("Q501", "throw-away")).status_code == 303
        assert "Q501" not in (await editor.get("/items")).text
        assert "Q501" in (await editor.get("/items?state=dropped")).text
        assert b"Q501" not in (await editor.get("/exchange/items.csv")).content
        assert (await editor.get("/exchange/items.xlsx")).status_code == 200
        again = await editor.post("/items/new", **begun)
        assert again.headers["location"] == "/items/Q502"  # an id is never given twice
        await editor.edit("Q001", wordings="打零工\n" + LINES)
        assert "条目Q502的一样" in (await editor.step("Q001", "submit")).text
        await editor.step("Q502", "throw-away")
        assert (await editor.step("Q001", "submit")).status_code == 303
        assert "已经丢弃" in (await editor.get("/items/Q501")).text
        assert (await editor.edit("Q501", title="灵活就业参保")).status_code == 303
    assert entry(console, "Q501") == ("draft", "灵活就业参保", 2, None)


async def test_a_figure_is_thrown_away_the_same_way(console: Console) -> None:
    new = {"name": "base_floor", "label": "缴费基数下限", "region": "110000", "value": "7500"}
    new |= {"display": "每月7500元", "effective_from": "2027-07-01", "effective_to": ""}
    new |= {"source": "BJ_2026_BASE", "confidence": "high"}
    async with console.worker("editor") as editor:
        await figure(editor, 1, "每月7300元")
        assert (await editor.step(FIGURE, "throw-away")).status_code == 303
        assert "每月7270元" in (await editor.get(f"/figures/{FIGURE}")).text
        for number in (1, 2):
            begun = await editor.post("/figures", **new)
            path = begun.headers["location"].removeprefix("/figures/")
            assert await editor.head(path) == number
            assert (await editor.step(path, "throw-away")).status_code == 303
        assert path not in (await editor.get("/figures")).text


async def test_rollbacks_leave_alone_what_was_thrown_away(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("publisher") as publisher:
        await editor.edit("Q002", summary=NEW)
        await editor.step("Q002", "throw-away")
        await approved(console, "Q001", summary=NEW)
        await publish(console, "Q001")
        assert (await publisher.post("/publishing/1/back")).status_code == 303
        assert entry(console, "Q002")[0] == "published"
        assert entry(console, "Q001")[0] == "draft"
        await publisher.post("/publishing/2/back")
        assert entry(console, "Q001")[0] == "published"

"""An import goes on beside its page, which shows how far it is; broken off, it wrote nothing."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from console.exchange import arriving, bringing, cells, tables
from console.exchange.bringing import Job, bring
from console.knowledge import checks, content
from records.database import open_database
from records.staff import imports
from tests.console.conftest import Console, Worker
from tests.console.test_exchange import many, mark, send


async def test_how_far_an_import_is_shows_while_it_goes_on(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "ADVANCE_SECONDS", 0.02)
    monkeypatch.setattr(arriving, "problems", unhurried)
    rows = [
        cells.from_content(one["id"], "demo", content.item(one, lines)) for one, lines in many(1500)
    ]
    file = tables.to_xlsx([row for row in rows if row["id"] > "Q003" or len(row["id"]) > 4])
    trying: list[str] = []
    keeping: list[str] = []
    async with console.worker("editor") as editor:
        dry = await send(editor, "items.xlsx", file, seen=trying)
        await send(editor, "items.xlsx", file, mark(dry), seen=keeping)
        assert (await editor.get("/items/Q1500")).status_code == 200
    steps = [step for step in map(how_far, trying) if step]
    assert len({done for name, done in steps if name == "正在读文件"}) > 1
    assert len({done for name, done in steps if name == "正在逐行检查"}) > 1
    assert steps == sorted(steps, key=lambda one: ("正在读文件" != one[0], one[1]))
    assert "正在存为草稿" in {step[0] for step in map(how_far, keeping) if step}


def unhurried(*row: Any) -> Iterable[checks.Problem]:
    """A row's problems, with time to look at the page between two rows, on a busy machine too."""
    time.sleep(0.002)
    return checks.problems(*row)


def how_far(page: str) -> tuple[str, int] | None:
    """The step that a page shows, and how many rows it has behind it."""
    found = re.search(r'<progress[^>]*aria-label="([^"]+)"></progress> (\d+)', page)
    return (found[1], int(found[2])) if found else None


async def begun(console: Console, worker: Worker, ago: timedelta) -> int:
    """An import of this person that nobody has brought on for a while."""
    database = open_database(console.database_url)
    async with database.begin() as db:
        number = await imports.begin(db, worker.id, console.clock() - ago)
    await database.dispose()
    return number


async def test_an_import_that_was_broken_off_says_so_and_cannot_end_well_any_more(
    console: Console,
) -> None:
    async with console.worker("editor") as editor:
        goes_on = await begun(console, editor, timedelta(seconds=20))
        assert "进行中" in (await editor.get(f"/exchange/imports/{goes_on}")).text
        left = await begun(console, editor, timedelta(seconds=90))
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        file = tables.to_csv([{**rows[0], "title": "新的标题"}])
        shown = await send(editor, "items.csv", file)
        assert (
            "这次导入中断了，什么都没有写入" in (await editor.get(f"/exchange/imports/{left}")).text
        )
        job = Job(left, editor.id, "items.csv", file, mark(shown))
        parts = dataclasses.replace(
            console.app.state.parts, database=open_database(console.database_url)
        )
        assert await bring(parts, job) == "broken"  # a process that stood still goes on
        await parts.database.dispose()
        assert await editor.head("Q001") == 1


async def test_an_import_is_seen_by_nobody_but_who_began_it(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("editor") as other:
        number = await begun(console, editor, timedelta())
        for path in (f"/exchange/imports/{number}", f"/exchange/imports/{number}/state"):
            assert (await editor.get(path)).status_code == 200
            assert (await other.get(path)).status_code == 404


async def test_a_bad_row_with_any_character_is_named(console: Console) -> None:
    async with console.worker("editor") as editor:
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        file = tables.to_csv([{**rows[0], "sources": "N\x00<b>X"}])
        shown = await send(editor, "items.csv", file)
    assert "有问题" in shown.text
    assert "<b>X" not in shown.text

"""What somebody who has never seen the console needs to find the way: names, and a way on."""

from __future__ import annotations

import psycopg

from tests.console.conftest import Console
from tests.console.test_conflicts import FIGURE, figure
from tests.console.test_publishing import LINES, publish


async def test_of_a_long_list_only_what_changed_and_what_is_beside_it_is_shown(
    console: Console,
) -> None:
    many = [f"补办社保卡第{number}种问法" for number in range(30)]
    async with console.worker("editor", "reviewer") as one, console.worker("publisher") as other:
        await one.edit("Q001", wordings="\n".join([*many, *LINES.split("\n")]))
        await one.edit("Q001", wordings="\n".join([*many, "丢了社保卡咋整", *LINES.split("\n")]))
        page = (await other.get("/items/Q001/history/2/3")).text
    assert "<ins>丢了社保卡咋整" in page
    assert ("第29种问法" in page, "第1种问法" in page, "第15种问法" in page) == (True, True, False)
    assert "……26行没有变……" in page


async def test_a_figure_is_called_by_its_place_and_name_on_every_page(console: Console) -> None:
    name = "北京 缴费基数下限（2026-07-01起）"
    async with console.worker("editor") as editor, console.worker("reviewer") as reviewer:
        await figure(editor, 1, "每月7300元")
        await editor.step(FIGURE, "submit")
        await reviewer.step(FIGURE, "approve")
        assert name in (await editor.get("/publishing")).text
        await publish(console, FIGURE)
        pages = ("/publishing/2", f"/items/{FIGURE}/history", f"/items/{FIGURE}/history/1/2")
        for path in pages:
            page = (await editor.get(path)).text
            assert name in page, path
            assert f">{FIGURE}" not in page, path
        listed = (await editor.get("/figures")).text
    assert ("BJ_2026_BASE</td>" in listed, "缴费工资基数上下限的通告</td>" in listed) == (
        False,
        True,
    )


async def test_an_answer_that_is_not_said_in_a_place_does_not_change_there(
    console: Console,
) -> None:
    async with console.worker("editor") as editor:
        await figure(editor, 1, "每月7300元")
        assert "会变的答案（1）" in (await editor.get(f"/figures/{FIGURE}")).text
        # Where a second figure of the sentence is missing, nothing of it is said.
        with psycopg.connect(console.database_url) as db:
            db.execute(
                "UPDATE entry_versions SET content = jsonb_set(content, '{parameters}',"
                """ '["base_floor", "base_ceiling"]') WHERE entry = 'Q003'"""
            )
        assert "会变的答案（0）" in (await editor.get(f"/figures/{FIGURE}")).text

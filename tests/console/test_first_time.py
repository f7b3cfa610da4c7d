"""What somebody who has never seen the console needs to find the way: names, and a way on."""

from __future__ import annotations

import httpx
import psycopg
import pytest

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
        with psycopg.connect(
            console.database_url
        ) as db:  # as the numbers of places to call have it
            db.execute(
                "UPDATE entry_versions SET content = jsonb_set(content, '{source}', 'null')"
                " WHERE entry = 'F-base_floor-310000-2026-07-01'"
            )
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


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("/items/Q001?x=1&y=2", 'href="/items/Q001?x=1&amp;y=2"'),
        ("//evil.example/x", 'href="/evil.example/x"'),
        ("", ""),
    ],
)
async def test_a_refusal_leads_back_to_where_it_came_from(
    console: Console, referer: str, back: str
) -> None:
    async with console.worker("editor") as editor:
        form = {"csrf": editor.csrf, "text": " "}
        came = {"referer": console.url + referer} if referer else {}
        refused = await editor.http.post("/entries/Q001/comment", data=form, headers=came)
        assert refused.status_code == 400
        assert ("回到刚才那一页" in refused.text, back in refused.text) == (bool(back), True)
        for wrong in ("https://evil.example/", console.url + "/items/Q999", "javascript:alert(1)"):
            found: httpx.Response = await editor.get("/items/Q999", headers={"referer": wrong})
            assert (found.status_code, "刚才那一页" in found.text) == (404, False)


async def test_a_citizens_question_finds_the_item_that_it_is_about(console: Console) -> None:
    words = "卡掉沟里了咋整"
    answer = {"text": words, "decision": "clarify", "answers": [["Q002", 0.4]], "known": False}
    console.workshop.said = [answer]
    async with console.worker("editor") as editor:
        found = (await editor.get("/items", params={"words": words})).text
        assert 'href="/items/Q002"' in found
        console.workshop.away = True  # what is worded like it is found even then
        assert 'href="/items/Q002"' not in (await editor.get(f"/items?words={words}")).text
        found = await editor.get("/items", params={"words": "我想补办社保卡要多久"})
        assert "没有条目里有这几个字" in found.text
        assert 'href="/items/Q001"' in found.text
        none = (await editor.get("/items", params={"words": "火星"})).text
        assert "没有符合条件的条目" in none
        assert "没有符合条件的参数" in (await editor.get("/figures?words=火星")).text
        assert "共1个" in (await editor.get("/figures?region=110000&state=published")).text


async def test_the_first_page_says_where_the_rest_is(console: Console) -> None:
    async with console.worker("editor") as editor:
        for number in range(9):
            told = {"title": f"新条目{number}", "family": "demo", "area": "社会保险"}
            await editor.post("/items/new", **told)
        page = (await editor.get("/")).text
    assert 'href="/items?state=draft">条目</a>' in page
    assert "共9个" in page
    assert 'state=approved">条目</a>' not in page


async def test_figures_of_a_time_without_a_question_say_so(console: Console) -> None:
    async with console.worker("editor") as editor:
        page = (await editor.get("/insight?since=2020-01-01&until=2020-01-02")).text
    assert "没有问题。" in page
    assert "问得最多的" not in page

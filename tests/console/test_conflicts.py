"""Two who edit the same entry: nobody's words are lost, neither those saved nor those typed."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.console.conftest import Console, Worker, form_of
from tests.console.test_in_the_browser import chromium, signed_in  # noqa: F401 - a fixture
from tests.console.test_publishing import NEW

MINE = "补办社保卡要本人带身份证到社保经办机构办，当天就能拿到新卡。"
FIGURE = "F-base_floor-110000-2026-07-01"
TOLD = {"label": "缴费基数下限", "effective_to": "2027-06-30", "source": "BJ_2026_BASE"}
TOLD |= {"confidence": "high"}


async def test_who_comes_second_sees_both_texts_and_overwrites_none_unseen(
    console: Console,
) -> None:
    async with console.worker("editor") as one, console.worker("editor") as other:
        form = form_of((await other.get("/items/Q001")).text)
        await one.edit("Q001", summary=NEW, title="社保卡补办")
        form |= {"summary": MINE}
        refused = await other.post("/items/Q001", **form)
        assert refused.status_code == 409
        assert "别人刚刚改过" in refused.text
        assert "<ins>要本人带身份证到" in refused.text
        again = form_of(refused.text)
        assert (again["summary"], again["title"], again["head"]) == (MINE, "社保卡补办", "1")
        seen = again.pop("seen")
        assert (await other.post("/items/Q001", **again)).status_code == 409
        assert form_of((await one.get("/items/Q001")).text)["summary"] == NEW
        assert (await other.post("/items/Q001", **again, seen=seen)).status_code == 303
        kept = form_of((await one.get("/items/Q001")).text)
    assert (kept["summary"], kept["title"], kept["head"]) == (MINE, "社保卡补办", "3")


async def figure(worker: Worker, head: int, display: str, **more: str) -> tuple[int, str]:
    """Save the figure's form; the status and the page."""
    value = "".join(one for one in display if one.isdecimal())
    told = {**TOLD, "display": display, "value": value, **more}
    saved = await worker.post(f"/figures/{FIGURE}", head=head, **told)
    return saved.status_code, saved.text


async def test_it_is_the_same_with_a_figure(console: Console) -> None:
    async with console.worker("editor") as one, console.worker("editor") as other:
        assert (await figure(one, 1, "每月7300元"))[0] == 303
        status, page = await figure(other, 1, "每月7400元")
        assert (status, form_of(page)["display"], form_of(page)["head"]) == (409, "每月7400元", "1")
        assert "<del>7300</del><ins>7400</ins>" in page
        assert "每月7300元" in (await one.get(f"/figures/{FIGURE}")).text
        assert (await figure(other, 1, "每月7400元", seen="2"))[0] == 303
        assert await one.head(FIGURE) == 3


async def test_a_figure_that_is_wrong_is_not_saved_and_not_lost(console: Console) -> None:
    async with console.worker("editor") as editor:
        status, page = await figure(editor, 1, "看evil.com的7300")
        assert (status, form_of(page)["display"]) == (409, "看evil.com的7300")
        assert "非政府网址：evil.com" in page
        assert await editor.head(FIGURE) == 1


@pytest.mark.parametrize("way", ["back", "reload"])
async def test_the_browser_brings_no_old_text_to_a_newer_version(
    console_with_identity: Console,
    chromium: Browser,  # noqa: F811
    way: str,
) -> None:
    console = console_with_identity
    second = await signed_in(chromium, console, "文小编")
    await second.go("/items/Q001")
    async with console.worker("editor") as first:
        await first.edit("Q001", summary=NEW)
        await second.page.get_by_label("答案（前150字说清）").fill(MINE)
        if way == "back":
            await second.press("保存草稿")
            assert await second.page.get_by_label("答案（前150字说清）").input_value() == MINE
            await second.page.go_back()
        else:
            await second.page.reload()
        field = second.page.get_by_label("答案（前150字说清）")
        head = await second.page.locator("form.sheet [name=head]").input_value()
        assert (await field.input_value(), head) == (NEW, "2")


async def test_what_is_typed_is_saved_before_it_is_submitted(
    console_with_identity: Console,
    chromium: Browser,  # noqa: F811
) -> None:
    console = console_with_identity
    editor = await signed_in(chromium, console, "文小编")
    async with console.worker("editor") as other:
        await other.edit("Q001", summary=NEW)
        await editor.go("/items/Q001")
        await editor.page.get_by_label("答案（前150字说清）").fill(MINE)
        await editor.press("提交审核")
        page = (await other.get("/items/Q001")).text
        assert 'class="state in_review"' in page
        assert (form_of(page)["summary"], form_of(page)["head"]) == (MINE, "3")


async def test_what_cannot_be_saved_or_is_wrong_is_not_submitted(console: Console) -> None:
    async with console.worker("editor") as one:
        form = form_of((await one.get("/items/Q001")).text) | {"then": "submit"}
        wrong = await one.post("/items/Q001", **form | {"summary": "太短"})
        assert wrong.status_code == 409
        stale = await one.post("/items/Q001", **form | {"summary": MINE})
        assert (stale.status_code, "别人刚刚改过" in stale.text) == (409, True)
        page = (await one.get("/items/Q001")).text
        assert 'class="state draft"' in page
        assert form_of(page)["head"] == "2"

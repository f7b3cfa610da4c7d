"""What does not get past the checks of items and figures, however it is written."""

from __future__ import annotations

import pytest

from tests.console.conftest import Console, Worker, form_of

FOREIGN = (
    "http://1.2.3.4/x",
    "请打开1.2.3.4办理",
    "http://社保局.中国/",
    "请登录社保局.中国办理",
    "看ｗｗｗ．ｅｖｉｌ．ｃｏｍ",
    "看ev\u200bil.com",
    "http://www.gov.cn@evil.com/",
    "http://www.gov.cn@3232235777/",
    "https://localhost/x",
    "http://evil。com",
    "http://www.gov.cn.evil.com/",
    "看evil.соm",
)
FINE = (
    "看www.gov.cn，或者 https://rsj.beijing.gov.cn/a?b=c。",
    "看https://www.mohrss.gov.cn:443/的说明",
    "（https://www.gov.cn）、https://www.gov.cn，以及“https://www.gov.cn：80”",
    "1.带身份证.2.到窗口办.第3.5条说的也算",
    "缴费比例是16.0%，2026.01.31前办",
)


@pytest.mark.parametrize("field", ["detail", "sources"])
async def test_no_foreign_address_is_submitted(console: Console, field: str) -> None:
    async with console.worker("editor") as editor:
        for text in FOREIGN:
            told = text if field == "detail" else f"LAW_SI | {text}"
            await editor.edit("Q001", **{field: told})
            refused = await editor.step("Q001", "submit")
            assert (refused.status_code, "非政府网址" in refused.text) == (409, True), text
        assert 'class="state draft"' in (await editor.get("/items/Q001")).text


async def test_the_governments_addresses_and_plain_words_are_fine(console: Console) -> None:
    async with console.worker("editor") as editor:
        for text in FINE:
            form = form_of((await editor.get("/items/Q001")).text)
            looked = await editor.post("/items/Q001/look", **(form | {"detail": text}))
            assert "可以提交审核" in looked.text, text


MANY = [f"第{number}种补卡的问法" for number in range(80)]


async def test_new_wordings_are_looked_at_wherever_they_stand(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", wordings="\n".join(MANY))
        told = "\n".join([*MANY, "停保怎么办", "停保到底怎么办"])
        form = form_of((await editor.get("/items/Q001")).text) | {"wordings": told}
        look = (await editor.post("/items/Q001/look", **form)).text
        assert '“停保怎么办” 与 <a href="/items/Q002">' in look
        assert '“停保到底怎么办” ≈ <a href="/items/Q002">' in look
        said = (await editor.post("/items/Q001/said", wordings=told)).text
        assert "停保到底怎么办" in said.split(MANY[0])[0]


async def test_a_wording_of_another_item_is_not_submitted(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", wordings="\n".join([*MANY, "停保怎么办？"]))
        for refused in (
            await editor.step("Q001", "submit"),
            await editor.post("/items/submit", draft="Q001:2"),
        ):
            assert refused.status_code == 409
            assert "问法“停保怎么办？”和条目Q002的一样" in refused.text
        assert 'class="state draft"' in (await editor.get("/items/Q001")).text


FIGURE = "F-base_floor-110000-2026-07-01"


async def saved(editor: Worker, value: str, display: str) -> tuple[int, str]:
    """Save the figure with these; the status and the page."""
    form = form_of((await editor.get(f"/figures/{FIGURE}")).text)
    told = await editor.post(f"/figures/{FIGURE}", **(form | {"value": value, "display": display}))
    return told.status_code, told.text


async def test_a_figure_says_the_number_that_is_reckoned_with(console: Console) -> None:
    async with console.worker("editor") as editor:
        for value in ("nan", "inf", "1e999", "-1", "七千"):
            status, page = await saved(editor, value, "每月7270元")
            assert (status, "数值要是不小于0的数" in page) == (409, True), value
        for value, display in (("7271", "每月7270元"), ("727", "每月7270元"), ("1", "每月")):
            status, page = await saved(editor, value, display)
            assert (status, f"句中写法里要有数值{value}" in page) == (409, True), display
        status, page = await saved(editor, "7270", "每月7270元" + "长" * 500)
        assert (status, "太长，最多100个字" in page) == (409, True)
        assert await editor.head(FIGURE) == 1
        fine = (
            ("7300", "每月7,300元"),
            ("10000", "1万元"),
            ("0.08", "8%"),
            ("8", "８%"),
            ("", "没有"),
        )
        for value, display in fine:
            assert (await saved(editor, value, display))[0] == 303, display
        assert await editor.head(FIGURE) == 1 + len(fine)


@pytest.mark.parametrize(
    ("line", "why"),
    [("？？！", "里没有字"), ("😭😭", "里没有字"), ("/restart", "开头"), ("／转人工", "开头")],
)
async def test_what_nobody_would_ask_is_no_wording(console: Console, line: str, why: str) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", wordings="\n".join([*MANY, line]))
        refused = await editor.step("Q001", "submit")
        assert (refused.status_code, why in refused.text) == (409, True)
        assert 'class="state draft"' in (await editor.get("/items/Q001")).text

"""What somebody who has never seen the console needs to find the way: names, and a way on."""

from __future__ import annotations

from tests.console.conftest import Console
from tests.console.test_publishing import LINES


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

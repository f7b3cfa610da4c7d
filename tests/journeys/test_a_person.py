"""Fifty ways to ask for a person, none of which the engine was taught: all of them lead to one."""

from __future__ import annotations

import asyncio

from tests.conftest import ROOT
from tests.journeys.conftest import Whole
from tests.journeys.test_questions import said

WAYS = """
我想找个真人问问
转人工服务台
叫个人来
我想和你们的工作人员通话
帮我接一下人工吧
给我找个懂的人
别跟我绕了，直接转人工
转人公
转人工作人员
我要人工客fu
zhuan rengong
rengong
人工！！！
人 工
请转接人工坐席，谢谢
有活人在吗
麻烦找个真人跟我讲
我听不懂，换个人跟我说行不行
我不想和机器说话
机器人我不要，给我换人
能不能让人工来回答我
叫你们客服出来
找你们主管
我要投诉，让人工接电话
哪里能找到人工
人工客服怎么联系
怎么才能跟人通话
我七十多了，不会弄，找个人教教我
看不清字，能不能有人跟我讲
让值班的同志来一下
帮我叫一下窗口的工作人员
我要跟客服讲话
接人工客服热线
轉人工服務
我要找真人客服
請幫我轉接專員
想同真人傾
找個職員幫我
talk to a human
I want to speak to a real person
connect me to an agent please
customer service representative
human please
can I talk to someone
Is there anybody I can speak with?
let me speak to staff
转人工转人工转人工
我要人工服務，快點
能转接给真人吗？
你解决不了，给我转人工
""".strip().splitlines()
AT_ONCE = 4


async def test_every_way_of_asking_for_a_person_leads_to_one(whole: Whole) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def led(wish: str) -> str | None:
        async with room:
            words, cards = await said(await whole.talk(), wish)
        kinds = [card["type"] for card in cards]
        return None if "12333" in words and "handoff" in kinds else f"{wish}: {kinds}"

    found = await asyncio.gather(*map(led, WAYS))
    assert [one for one in found if one] == []


def test_there_are_fifty_and_none_was_taught() -> None:
    taught = {
        line.strip().removeprefix("- ")
        for file in (ROOT / "data/nlu").rglob("*.yml")
        for line in file.read_text("utf-8").splitlines()
    }
    assert len(set(WAYS)) == 50
    assert taught & set(WAYS) == set()

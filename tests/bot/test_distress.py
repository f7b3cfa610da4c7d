"""Who says that they do not want to live is heard; who asks what is paid after a suicide asks."""

from __future__ import annotations

import pytest

from bot.dialogue.distress import in_distress


@pytest.mark.parametrize(
    "text",
    [
        "不想活了",
        "单位把我开了社保也停了房贷还要还我真不想活了",
        "活着没意思",
        "活着有什么意思",
        "这日子活不下去了",
        "我都想死了",
        "死了算了",
        "我去跳楼你们就满意了",
        "真是没活路了",
        "活够了",
        "我撑不下去了",
        "没有活下去的勇气了",
        "我想安乐死",
        "我不想在这个世界上了",
        "I want to die",
        "I want to kill myself",
        "I feel suicidal, cannot pay social insurance",
    ],
)
def test_despair_is_heard(text: str) -> None:
    assert in_distress(text)


@pytest.mark.parametrize(
    "text",
    [
        "自杀算工伤吗",
        "跳楼死的有丧葬费吗",
        "我爸去世了怎么办",
        "人死了社保怎么办",
        "想知道死亡待遇",
        "我不想活动手腕做鉴定",
        "养老金够生活吗",
        "我自杀能赔吗",
        "公司撑不下去了 社保怎么办",
        "店撑不住了 员工的社保能缓缴吗",
        "活了八十岁够了吧",
        "What is paid if a worker dies",
    ],
)
def test_a_question_about_death_is_a_question(text: str) -> None:
    assert not in_distress(text)

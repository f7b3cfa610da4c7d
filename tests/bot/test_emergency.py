"""Whoever needs help right now is heard; what an insurance pays for it afterwards is a question."""

from __future__ import annotations

import pytest

from bot.dialogue.emergency import in_emergency


@pytest.mark.parametrize(
    "text",
    [
        "我胸口疼得喘不过气",
        "快救命,有人晕倒了",
        "工友触电了没有呼吸",
        "我老公突然倒在车间没呼吸了怎么办",
        "我孩子发高烧抽搐怎么办",
        "我丈夫家暴打我",
        "救命,我被老板扣住了出不去",
        "我妈晕倒了叫不醒",
        "老人喝农药了怎么办",
        "My husband is not breathing",
        "I can't breathe",
    ],
)
def test_who_needs_help_now_is_heard(text: str) -> None:
    assert in_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "昨天上班晕倒送医院了 算工伤吗",
        "在工地触电死亡赔多少",
        "救命钱什么时候发",
        "抽搐住院能报多少",
        "家暴离婚后医保怎么办",
        "我爸没了呼吸那天算哪个月的养老金",
        "晕倒算不算工伤",
        "养老金是我的救命钱",
        "心脏支架能报吗",
        "大出血手术医保报多少",
        "",
    ],
)
def test_a_question_about_it_is_a_question(text: str) -> None:
    assert not in_emergency(text)

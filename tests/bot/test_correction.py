"""Who was not understood: what is meant, what is denied, and what is no correction at all."""

from __future__ import annotations

import pytest

from bot.dialogue.correction import correction
from bot.dialogue.follow_up import MOST_CHARACTERS

BEFORE = "居民养老保险一个月领多少"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("不是这个 我问的是失业金领几个月", "失业金领几个月"),
        ("不对，我是说补缴要多少钱", "补缴要多少钱"),
        ("你没听懂，工伤怎么认定", "工伤怎么认定"),
        ("你理解错了 我想问的是能不能退", "能不能退"),
        ("答非所问！我问的是钱哪天到", "钱哪天到"),
        ("我的意思是钱退不退", "钱退不退"),
        ("我又不是问这个 我问的是工伤", "工伤"),
        # What is denied was in the question, and gives its place.
        ("我是职工的不是居民", "职工养老保险一个月领多少"),
        ("我问的不是居民养老，是职工养老", "职工养老保险一个月领多少"),
        ("我想问的是医保不是养老", "居民医保一个月领多少"),
        ("不是养老 说的医保", "居民医保一个月领多少"),
        # What asks is asked, though what is denied was not.
        ("不是欠工资 是开除我赔不赔", "开除我赔不赔"),
        # Whose, or which one, and nothing else.
        ("村里的养老不是厂里的", "村里的养老呢"),
        ("娃的 不是我的", "娃呢"),
        ("不是居民，我问的职工", "职工养老保险一个月领多少"),
        # It was not: what is meant is asked by itself, or named for whoever it is.
        ("我问的不是怎么领，是领多少", "领多少"),
        ("我不是问怎么领，我问领几个月", "领几个月"),
        ("不是我，是我老婆", "我老婆呢"),
        ("不是问退休 是问我的缴费记录22年有没有断", "我的缴费记录22年有没有断"),
    ],
)
def test_what_is_meant_is_asked_in_full(text: str, whole: str) -> None:
    told = correction(text)
    assert told is not None
    assert told.whole(BEFORE) == whole


@pytest.mark.parametrize(
    "text",
    [
        *("不对", "不是这个", "答非所问", "我不是问这个", "你没听懂", "是不是要交满15年"),
        *("不是本地户口可以交吗", "错了怎么办", "没听懂", "我想问一下社保卡怎么办"),
        *("我在郑州不是上海", "那不是白交了", "没有，我没上班"),
        *("我爸不是本地的", "医保不是单位的", "社保卡不是我的", "孩子的户口不是本地吗"),
        "不是这个，" + "我问的是" + "长" * MOST_CHARACTERS,
    ],
)
def test_who_only_refuses_or_begins_anew_corrects_nothing(text: str) -> None:
    assert correction(text) is None


@pytest.mark.parametrize("text", ["我不是失业了是被辞退的", "我不是本地人是外地的能交吗"])
def test_a_circumstance_that_denies_something_else_stays_what_it_is(text: str) -> None:
    told = correction(text)
    assert told is not None
    assert told.whole(BEFORE) == ""

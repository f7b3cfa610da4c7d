"""What may be asked of any matter is told apart, in questions and in the lines that answer them."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.context.asking import asked, asks_all, names_no_matter, told
from bot.context.sight import clear_by_itself
from bot.context.weights import Before
from bot.ranking.decision import Decision


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("要什么东西,就拿她身份证够了吧", {"papers"}),
        ("都要带些啥过去", {"papers"}),
        ("我弟还在宁波,叫他替我跑一趟行不", {"proxy"}),
        ("我当姥姥的去给他办成不成", {"proxy"}),
        ("那我得在宁波办还是在老家也能办", {"where"}),
        ("最晚什么时候交上去", {"deadline", "time"}),
        ("要等多久", {"time"}),
        ("办这个收不收钱 要花多少钱", {"fee"}),
        ("我是自己不干的", set()),
        ("能领几个月", set()),
    ],
)
def test_what_is_asked(text: str, found: set[str]) -> None:
    assert asked(text) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("带身份证和社保卡到社保窗口办。", {"papers", "where"}),
        ("走不动的，家人可以代办。", {"proxy"}),
        ("出院后30日内申请，逾期不补。", {"deadline", "time"}),
        ("补卡不收工本费。", {"fee"}),
        ("养老金按月发。", set()),
    ],
)
def test_what_a_line_tells(line: str, found: set[str]) -> None:
    assert told(line) == found


def test_who_names_a_matter_may_mean_another() -> None:
    assert names_no_matter("要带什么")
    assert not names_no_matter("办护照要带什么")


def test_more_is_asked_for_in_so_many_words() -> None:
    assert asks_all("那要带什么材料呢")
    assert not asks_all("那材料被单位扣了")


@pytest.mark.parametrize("text", ["带" * 2_000, "我妈去" * 700, "过了" * 1_000, "替我" * 1_000])
def test_long_texts_are_read_at_once(text: str) -> None:
    started = time.perf_counter()
    asked(text)
    asks_all(text)
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("他缴了28年 领了9年 能领多少个月", False),
        ("帮我算算失业金能领几个月", True),
        ("我儿子替我去领行吗", False),
        ("我想授权我儿子查我的社保", True),
    ],
)
def test_what_nobody_asked_for_leans_on_what_was_asked(text: str, clear: bool) -> None:
    intent = "authorise_other" if "儿子" in text else "estimate_unemployment"
    alone = Decision("chat", intent, 0.9, (), "vectors")
    before = Before("失业金领取条件", "Q122")
    assert clear_by_itself(alone, text, before) is clear
    # What is one of our wordings word for word is what that is.
    assert clear_by_itself(replace(alone, way="heart"), text, before)

"""What only tells something is told apart from what asks."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.context.telling import (
    only_named,
    only_thanks,
    only_told,
    scheme_of,
    tells_lot,
    tells_years,
)
from bot.ranking.decision import OUT_OF_SCOPE, Decision, told


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        *(
            (text, True)
            for text in (
                "师傅你好，我跑外卖的43了",
                "厂子要搬去越南了",
                "我儿子在深圳 老伴走了 家里没人会弄",
                "我妈今年七十了",
                "怀孕5个月了",
                "我中间断过几年 算下来才交了12年零几个月",
            )
        ),
        *(
            (text, False)
            for text in (
                "我妈能领吗",
                "我老婆帮我去行不",
                "我这种算不算",
                "俺娘也中不",
                "我想问退休的事",
                "帮我办一下",
                "他们给交没",
                "我2021年的养老保险交了几个月",
                "我的卡在哪办",
                "明天天气真好",
                "给我唱首歌",
                "我近3个月的缴费记录",
                "查我2021年的",
            )
        ),
    ],
)
def test_what_only_tells(text: str, tells: bool) -> None:
    assert only_told(text) is tells


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("才交了12年零几个月", True),
        ("干了十二年", True),
        ("断了三个月", True),
        ("好几年了", False),
        ("我2021年的", False),
        ("最近3个月的缴费", False),
    ],
)
def test_who_names_the_years_himself(text: str, tells: bool) -> None:
    assert tells_years(text) is tells


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("我没有单位", True),
        ("今年五十二岁了", True),
        ("我就打零工", True),
        ("我的缴费情况", False),
        ("我的岁数", False),
    ],
)
def test_who_tells_how_somebody_lives(text: str, tells: bool) -> None:
    assert tells_lot(text) is tells


@pytest.mark.parametrize(
    ("text", "thanks"),
    [
        ("咳 谢谢你啊 明天我先打电话", True),
        ("谢谢，那要带什么", False),
        ("多谢 帮我查一下", False),
        ("好的", False),
    ],
)
def test_who_only_thanks(text: str, thanks: bool) -> None:
    assert only_thanks(text) is thanks


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("我想问下社保卡的事情", True),
        ("你好 我想问下我妈的养老金", True),
        ("请问，想咨询一下失业保险", True),
        ("我想问下社保卡丢了怎么办", False),
        ("养老金", False),
        ("我想问退休年龄", False),
    ],
)
def test_who_only_names_a_subject(text: str, named: bool) -> None:
    assert only_named(text) is named


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("村里那种养老一直没交过", "resident"),
        ("我不是职工 我是农村居民医保", "resident"),
        ("村里的养老不是厂里的", "resident"),
        ("一年交200", "resident"),
        ("我妈是退休工人", "employee"),
        ("不是居民医保 是单位给交的", "employee"),
        ("职工养老和居民养老哪个划算", ""),
        ("养老金能领多少", ""),
    ],
)
def test_whose_insurance_is_told_of(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


def test_a_long_text_takes_no_time() -> None:
    begun = time.perf_counter()
    scheme_of("不是" * 5_000 + "一年" * 5_000)
    only_told("我" * 5_000 + "不" * 5_000)
    only_thanks("谢" * 5_000 + "想" * 5_000)
    only_named("你好，" * 3_000)
    only_named("我想问" * 3_000)
    tells_years("12" * 5_000)
    tells_lot("没" * 5_000 + "12" * 5_000)
    assert time.perf_counter() - begun < 0.5


def test_what_is_only_told_is_asked_back_for_or_left_with_what_it_may_be() -> None:
    left = Decision("reject", OUT_OF_SCOPE, 1.0, ())
    sure, unsure = (("Q139", 0.9), ("Q141", 0.05)), (("Q161", 0.7), ("Q163", 0.2))
    assert told(left, sure).decision == "clarify"
    assert told(left, unsure) == replace(left, if_ours=unsure)
    assert told(left, ()) == left

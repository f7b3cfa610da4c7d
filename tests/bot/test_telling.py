"""What only tells something is told apart from what asks."""

from __future__ import annotations

import time

import pytest

from bot.context.telling import only_told, tells_years


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(
            (text, True)
            for text in (
                "师傅你好，我跑外卖的43了",
                "厂子要搬去越南了",
                "我儿子在深圳 老伴走了 家里没人会弄",
                "我妈今年七十了",
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
            )
        ),
    ],
)
def test_what_only_tells(text: str, told: bool) -> None:
    assert only_told(text) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("才交了12年零几个月", True),
        ("十二年", True),
        ("差三个月", True),
        ("好几年了", False),
        ("我2021年的", False),
    ],
)
def test_who_names_the_years_himself(text: str, told: bool) -> None:
    assert tells_years(text) is told


def test_a_long_text_takes_no_time() -> None:
    begun = time.perf_counter()
    only_told("我" * 5_000 + "不" * 5_000)
    tells_years("12" * 5_000)
    assert time.perf_counter() - begun < 0.5

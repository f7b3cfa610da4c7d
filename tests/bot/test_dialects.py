"""Dialect is read as standard Chinese, and standard Chinese stays as it is."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.dialects import TABLE, by_said, read, standard_pieces
from bot.normalizer import normalize

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = list(read(TABLE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("我老豆嘅養老金喺邊度攞", "我爸爸的养老金在哪里领"),
        ("社保卡咋个办嘛", "社保卡怎么办嘛"),
        ("屋头老汉的钱好久发", "家里爸爸的钱什么时候发"),
        # Loose words stay where nothing sure stands beside them.
        ("好久没交医保了", "好久没交医保了"),
        ("这和我没关系", "这和我没关系"),
        ("怎么申请失业金", "怎么申请失业金"),
    ],
)
def test_what_is_said_in_dialect_is_read_in_standard_words(said: str, standard: str) -> None:
    assert normalize(said).text == standard


def test_what_is_found_points_into_what_was_typed() -> None:
    said = "喺邊度攞２０２４年嘅錢"
    spelled = normalize(said)
    for word, typed in {"2024年": "２０２４年", "哪里": "邊度", "的钱": "嘅錢"}.items():
        start = spelled.text.index(word)
        first, end = spelled.span(start, start + len(word))
        assert said[first:end] == typed
    assert len(spelled.offsets) == len(spelled.text)
    assert list(spelled.offsets) == sorted(spelled.offsets)


TABLE_OF_TWO = "\n".join(
    [
        "甲\tsure\t乜嘢\t什么",
        "甲\tloose\t系\t是",
        "甲\tloose\t关系\t关系",
        "甲\tsure\t呀哈\t",
        "乙\tsure\t咋个\t怎么",
        "乙\tloose\t系\t在",
    ]
)


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("系乜嘢", "是什么"),
        ("系咋个", "在怎么"),
        ("关系乜嘢", "关系什么"),
        ("系统", "系统"),
        # Whose words are more are heard; with as many of both, the first that is written.
        ("系乜嘢乜嘢咋个", "是什么什么怎么"),
        ("乜嘢呀哈", "什么"),
        ("", ""),
    ],
)
def test_a_loose_word_counts_beside_its_own_dialect_alone(text: str, standard: str) -> None:
    entries = by_said(read(TABLE_OF_TWO))
    pieces = standard_pieces(text, entries)
    assert "".join(said for said, _, _ in pieces) == standard
    assert "".join(text[start:end] for _, start, end in pieces) == text


@pytest.mark.parametrize("line", ["甲\tsure\t乜", "甲\tmaybe\t乜\t么", "甲\tsure\t\t么"])
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape("dialects.tsv: 2")):
        list(read(f"# first\n{line}"))


def test_each_string_stands_once_in_its_group() -> None:
    twice = [
        one for one, count in Counter((one.group, one.said) for one in ENTRIES).items() if count > 1
    ]
    assert twice == []


def test_our_own_answers_are_no_dialect() -> None:
    table = by_said(ENTRIES)
    for path in sorted((ROOT / "data/knowledge/items").glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["items"]:
            text = item["summary"] + (item.get("detail") or "") + "".join(item.get("points") or ())
            assert standard_pieces(text, table) == [(text, 0, len(text))], item["id"]


def test_a_long_text_is_read_at_once() -> None:
    started = time.perf_counter()
    normalize("咋个嘅" * 3_333)
    assert time.perf_counter() - started < 0.5

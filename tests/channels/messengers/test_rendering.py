"""Every card in words, numbers for choices, long answers cut at the ends of sentences."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.phrases import read_phrases
from channels.messengers.rendering import chosen, needs_link, offers_of, render
from channels.messengers.splitting import in_bytes, in_characters, split
from tests.cards import FOLDER, check_card
from tests.conftest import ROOT

PHRASES = read_phrases(ROOT / "data/knowledge")
WECHAT = Style(most=2040, bundle=20, windowed=True)
TAPPED = Style(most=4096, measure="characters", buttons=True)
PUBLIC, LINK = "https://wenbao.example", "https://wenbao.example/l/abc"
SOURCE = {
    "title": "社会保险法",
    "document": "主席令第35号",
    "article": "第十六条",
    "issued": "2018-12-29",
    "url": "https://example.gov.cn/law?id=1",
}
ASK = {"title": "转人工", "payload": "/human"}


@dataclass(frozen=True)
class Event:
    text: str
    card: dict[str, Any] | None = None


CARDS: dict[str, dict[str, Any]] = {
    "answer": {
        "type": "answer",
        "item": "Q001",
        "title": "最低缴费年限",
        "summary": "养老保险要缴满规定的年限。",
        "detail": "2030年起逐步提高。",
        "effective_from": "2025-01-01",
        "effective_to": "2039-12-31",
        "region": {"code": "510000", "name": "四川省"},
        "sources": [SOURCE],
        "related": [{"title": "能一次性补缴吗", "payload": '/choose{"item": "Q002"}'}],
        "office": {"name": "成都市社保局", "phone": "028-12333"},
        "choices": [ASK],
    },
    "certificate": {
        "type": "certificate",
        "title": "参保缴费证明",
        "number": "No. 7",
        "url": "/certificates/7",
        "expires_at": "2026-12-01T10:00:00+08:00",
        "verify": "ABCD-1234",
    },
    "choices": {"type": "choices", "choices": [ASK, {"title": "算一算", "payload": "/estimate"}]},
    "contributions": {
        "type": "contributions",
        "insurance": {"code": "pension", "name": "养老保险"},
        "as_of": "2026-11-25",
        "paid_to": "2026-10",
        "months_total": 121,
        "regions": [
            {"code": "510000", "name": "四川省", "status": "answered", "months": 121},
            {"code": "310000", "name": "上海市", "status": "silent", "months": 0},
        ],
        "periods": [{"from": "2016-10", "to": "2026-10", "region": "510000", "employer": "甲公司"}],
        "gaps": [{"from": "2020-02", "to": "2020-04", "months": 3}],
        "overlaps": [{"month": "2019-01", "regions": ["510000", "310000"]}],
        "months": [
            {
                "month": "2026-10",
                "region": "510000",
                "employer": "甲公司",
                "base": "4500.00",
                "personal": "360.00",
                "status": "paid",
            }
        ],
        "sources": [SOURCE],
        "choices": [ASK],
    },
    "estimate": {
        "type": "estimate",
        "kind": "retirement_age",
        "inputs": {"born": "1970-01"},
        "results": [{"label": "退休年龄", "value": "61岁4个月"}],
        "formula": ["每4个月延迟1个月"],
        "sources": [SOURCE],
        "choices": [ASK],
    },
    "form": {
        "type": "form",
        "title": "算一算退休年龄",
        "submit": {"title": "计算", "payload": "/submit"},
        "fields": [
            {"name": "born", "label": "出生年月", "kind": "month"},
            {
                "name": "sex",
                "label": "性别",
                "kind": "choice",
                "choices": [{"title": "男", "value": "m"}, {"title": "女", "value": "f"}],
            },
        ],
    },
    "handoff": {
        "type": "handoff",
        "phone": "12333",
        "hours": "工作日9:00-17:00",
        "places": [{"name": "高新区大厅", "address": "天府大道1号", "phone": "028-1234567"}],
        "ticket": 17,
        "position": 3,
        "choices": [ASK],
    },
    "notice": {"type": "notice", "level": "outage", "phone": "12333", "choices": [ASK]},
    "office": {
        "type": "office",
        "name": "青羊区社保局",
        "phone": "028-7654321",
        "address": "光华大道2号",
        "hours": "工作日",
        "choices": [ASK],
    },
    "sign_in": {"type": "sign_in", "reason": "contributions", "choices": [ASK]},
    "table": {
        "type": "table",
        "title": "历年基数",
        "columns": [{"label": "年份"}, {"label": "下限", "kind": "money"}],
        "rows": [["2025", "4500.00"], ["2026", "4700.00"]],
        "sources": [SOURCE],
        "choices": [ASK],
    },
}


def rendered(event: Event, style: Style = WECHAT) -> list[Part]:
    return render([event], style, PHRASES, PUBLIC, LINK)


def test_there_is_an_example_of_every_card() -> None:
    assert set(CARDS) == {file.stem for file in FOLDER.glob("*.json")}
    for card in CARDS.values():
        check_card(card)


@pytest.mark.parametrize("kind", CARDS)
def test_a_card_in_words_says_what_a_screen_shows(kind: str) -> None:
    card = CARDS[kind]
    whole = "\n".join(part.text for part in rendered(Event("请看：", card)))
    seen = [
        "summary", "detail", "document", "article", "phone", "address", "hours", "label",
        "employer", "base", "personal", "month", "number", "verify", "paid_to",
    ]  # fmt: skip
    for name, value in values(card):
        if name in seen or (name == "title" and kind not in ("answer", "form")):
            assert value in whole, (name, value)
    if kind in ("answer", "estimate", "table", "contributions"):
        assert SOURCE["url"] in whole
    if kind == "sign_in":
        assert LINK in whole
    if kind == "certificate":
        assert PUBLIC + "/certificates/7" in whole
    assert json.dumps(card)[:10] not in whole
    assert "/human" not in whole


@pytest.mark.parametrize(("position", "said"), [(0, "下一位就是您"), (3, "前面还有3位")])
def test_who_waits_hears_how_many_come_first(position: int, said: str) -> None:
    [part] = rendered(Event("好的", {**CARDS["handoff"], "position": position}))
    assert said in part.text
    assert "0位" not in part.text


def test_choices_are_numbered_or_tapped() -> None:
    [numbered] = rendered(Event("请选：", CARDS["answer"]))
    assert "1. 转人工" in numbered.text
    assert "2. 能一次性补缴吗" in numbered.text
    assert numbered.choices == ()
    [tapped] = rendered(Event("请选：", CARDS["answer"]), TAPPED)
    assert "1. " not in tapped.text
    assert [one.title for one in tapped.choices] == ["转人工", "能一次性补缴吗"]


@pytest.mark.parametrize(
    ("words", "payload"),
    [
        ("1", "/human"),
        ("１", "/human"),
        (" 2 ", "/estimate"),
        ("2.", "/estimate"),
        ("2、", "/estimate"),
        ("第2个", "/estimate"),
        ("转人工", "/human"),
        ("3", None),
        ("0", None),
        ("15年", None),
        ("2026", None),
        ("我选1", None),
        ("", None),
    ],
)
def test_a_number_means_what_was_offered_under_it(words: str, payload: str | None) -> None:
    offer = chosen(words, offers_of(CARDS["choices"]))
    assert (offer.payload if offer else None) == payload


def test_only_the_last_offer_of_several_events_is_numbered() -> None:
    [part] = render(
        [Event("一", CARDS["choices"]), Event("二", CARDS["notice"])], WECHAT, PHRASES, PUBLIC, None
    )
    assert part.text.count("1. ") == 1
    assert "· 算一算" in part.text


def test_what_the_text_says_already_is_not_said_again() -> None:
    card = CARDS["answer"]
    [part] = rendered(Event(f"{card['summary']}\n{card['detail']}", card))
    assert part.text.count(card["summary"]) == 1
    assert part.text.count(card["detail"]) == 1


def test_a_link_is_asked_for_only_where_one_is_shown() -> None:
    assert needs_link([Event("a"), Event("b", CARDS["sign_in"])])
    assert not needs_link([Event("a"), Event("b", CARDS["answer"])])
    assert [part.link for part in rendered(Event("登录", CARDS["sign_in"]))] == [LINK]


WORDS = st.text(
    alphabet=st.sampled_from("社保养老缴费。！？；，、 \nabc1🙂👩‍👩‍👧é𠮷"), min_size=0, max_size=900
)


@settings(max_examples=200, deadline=None)
@given(text=WORDS, most=st.integers(40, 300), in_utf8=st.booleans())
def test_nothing_is_lost_and_every_piece_fits(text: str, most: int, in_utf8: bool) -> None:
    size = in_bytes if in_utf8 else in_characters
    pieces = split(text, most, size)
    assert all(size(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_cuts_are_at_the_ends_of_sentences_and_never_in_an_address() -> None:
    sentences = "".join(f"第{number}句话讲养老保险。" for number in range(40))
    assert all(piece.endswith("。") for piece in split(sentences, 200, in_bytes))
    address = "https://example.gov.cn/" + "a" * 60
    pieces = split(f"请看{address}，{address}。再见", 120, in_characters)
    assert sum(address in piece for piece in pieces) == 2


def test_pages_are_numbered_and_the_fifth_says_how_to_go_on() -> None:
    long = "".join(f"第{number}条说明怎么办理参保登记。" for number in range(400))
    parts = rendered(Event(long))
    assert len(parts) > 6
    assert all(in_bytes(part.text) <= WECHAT.most for part in parts)
    assert "（1/" in parts[0].text
    assert parts[4].text.endswith(PHRASES.labels["go_on"])
    assert not parts[3].text.endswith(PHRASES.labels["go_on"])


def values(card: Any) -> list[tuple[str, str]]:
    """Every name and text in a card."""
    found: list[tuple[str, str]] = []
    if isinstance(card, dict):
        for name, value in card.items():
            if isinstance(value, str):
                found.append((name, value))
            else:
                found += values(value)
    elif isinstance(card, list):
        for value in card:
            found += values(value)
    return found

"""What of an item fits just what was said: alone after its answer, or beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.context.fitting import FITTING, shown, verdicts, with_weights
from bot.context.lines import MOST_LINES, OF_LINES, UNSAID, WHOLE, Fit, Heard, Lines, lines_of
from bot.context.reading import SAID, Saying, said_to, sayings
from bot.context.sight import decide_after, to_the_point
from bot.context.signs import OF_ITEMS, OF_NOBODY, Neighbours
from bot.context.weights import Before, Context, Own
from bot.ranking.decision import FAQ, Decision
from bot.ranking.examples import cut, knowledge
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from tests.bot.conftest import ROOT

# Nothing is known of going on, and the last item answers whatever is said.
NOTHING = Context(
    Neighbours({}, {}),
    Own({}),
    None,
    None,
    None,
    np.array([5.0 if name == "same" else 0.0 for name in OF_ITEMS]),
    np.zeros(len(OF_NOBODY)),
    0.0,
    1.0,
)

LOST = {
    "id": "Q196",
    "summary": "社保卡丢了怎么办：马上挂失。补一张新卡。",
    "detail": "1. 拿旧卡去。\n2. 加急要收钱。",
    "points": ["能代办，家里人带双方身份证去。"],
}
SAYINGS = (
    Saying("Q125", "最多给几个月", WHOLE),
    Saying("Q196", "闺女替我去中不", "能代办，家里人带双方身份证去。"),
    Saying("Q196", "我腿脚不好去不了", "能代办，家里人带双方身份证去。"),
    Saying("Q196", "急用咋整", "加急要收钱。"),
    Saying("Q196", "详细说说", WHOLE),
    Saying("Q196", "卡里的钱少了谁赔", UNSAID),
    Saying("Q196", "早先的一句", "改掉的一句。"),
)
WEIGHTS = np.array([4.0, 5.0, 4.0, 5.5, -1.5, 0.5, 0.3, 0.7, 0.0, 0.0])


@pytest.fixture
def told(model: Model, words: jieba.Tokenizer, kept: KeptVectors) -> Context:
    """What is said of two items, and which of their lines answers it."""
    of_items = lines_of([LOST, {"id": "Q125", "summary": "最多24个月。", "detail": None}])
    seen = said_to(model, [(one.item, one.text) for one in of_items], words, kept)
    said = said_to(model, [(one.item, one.text) for one in SAYINGS], words, kept)
    assert seen is not None
    answers = [(one.item, one.answer) for one in SAYINGS]
    lines = Lines.of(of_items, seen, answers, WEIGHTS)
    return replace(NOTHING, said=said, lines=lines)


def _heard(text: str, model: Model, words: jieba.Tokenizer, kept: KeptVectors) -> Heard:
    about, cut_up = model.subject(text, cut(text, words))
    return Heard(model.row(about, cut_up), model.wordings.space.place(kept.one(about)))


def test_the_lines_of_an_item_are_its_sentences_steps_and_points() -> None:
    assert [(one.item, one.text, one.kind) for one in lines_of([LOST])] == [
        ("Q196", "加急要收钱。", "step"),
        ("Q196", "拿旧卡去。", "step"),
        ("Q196", "社保卡丢了怎么办：马上挂失。", "sentence"),
        ("Q196", "能代办，家里人带双方身份证去。", "point"),
        ("Q196", "补一张新卡。", "sentence"),
    ]


@pytest.mark.parametrize(
    ("item", "text", "fit"),
    [
        ("Q196", "加急要收多少钱", Fit(("加急要收钱。",))),
        # Nothing that is said in the line: others have said this, and it answered them.
        ("Q196", "我闺女替我去中不中", Fit(("能代办，家里人带双方身份证去。",))),
        ("Q196", "你详细说说", Fit()),
        ("Q196", "卡里的钱少了谁赔我", Fit(unsaid=True)),
        ("Q163", "加急要收多少钱", Fit()),
    ],
)
def test_the_line_that_fits_is_found(
    model: Model,
    words: jieba.Tokenizer,
    kept: KeptVectors,
    told: Context,
    item: str,
    text: str,
    fit: Fit,
) -> None:
    assert told.lines is not None
    assert told.said is not None
    heard = _heard(text, model, words, kept)
    assert told.lines.fitting(item, heard, told.said) == fit
    unfound = replace(told.lines, weights=np.zeros(len(OF_LINES)))
    assert unfound.fitting(item, heard, told.said) == Fit()


def test_all_that_is_only_said_for_want_of_a_line_is_no_answer(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context
) -> None:
    assert told.lines is not None
    assert told.said is not None
    heard = _heard("加急要收多少钱", model, words, kept)
    unsure = replace(told.lines, weights=0.05 * WEIGHTS)
    nearest = unsure.fitting("Q196", heard, told.said)
    assert nearest.vague
    assert len(nearest.lines) == MOST_LINES
    assert not nearest.unsaid
    all_of_it = _heard("你详细说说", model, words, kept)
    assert told.lines.fitting("Q196", all_of_it, told.said) == Fit()


def test_what_two_lines_say_alike_is_said_once(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context
) -> None:
    texts = ("补卡要收10元。", "补卡的话要收10元。", "补卡的话要收20元。", "马上挂失。")
    item = {"id": "Q196", "summary": "社保卡。", "detail": None, "points": list(texts)}
    of_item = lines_of([item])
    seen = said_to(model, [(one.item, one.text) for one in of_item], words, kept)
    said = said_to(model, [("Q196", "急用咋整")], words, kept)
    assert seen is not None
    assert said is not None
    lines = Lines.of(of_item, seen, [("Q196", WHOLE)], 0.05 * WEIGHTS)
    shown = lines.fitting("Q196", _heard("补卡要收多少钱", model, words, kept), said).lines
    assert sum("10元" in text for text in shown) == 1
    assert "补卡的话要收20元。" in shown


def test_what_no_line_tells_is_plainly_not_said(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context
) -> None:
    assert told.lines is not None
    assert told.said is not None
    heard = _heard("要带啥材料去", model, words, kept)
    mild = replace(told.lines, weights=0.2 * WEIGHTS)
    asked = replace(heard, asked=frozenset({"papers"}))
    assert mild.fitting("Q125", asked, told.said) == Fit(unsaid=True)
    # Another line of this item tells papers, and what is asked beside them may stand anywhere.
    assert not mild.fitting("Q196", asked, told.said).unsaid
    both = replace(heard, asked=frozenset({"papers", "time"}))
    assert not mild.fitting("Q125", both, told.said).unsaid


def test_two_lines_are_said_where_both_may_fit(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context
) -> None:
    assert told.lines is not None
    assert told.said is not None
    text = "加急要收钱不，闺女替我去中不"
    heard = _heard(text, model, words, kept)
    mild = replace(told.lines, weights=0.2 * WEIGHTS)
    fit = mild.fitting("Q196", heard, told.said)
    assert set(fit.lines) == {"加急要收钱。", "能代办，家里人带双方身份证去。"}
    assert mild.beside("Q196", heard, told.said) == Fit()


def test_what_fits_goes_alone_after_the_answer_and_beside_it_before(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context
) -> None:
    sure = replace(model, context=replace(told, answer=0.0))
    text, words_of_it = "闺女替我去中不", cut("闺女替我去中不", words)
    point = ("能代办，家里人带双方身份证去。",)
    asked = Decision("answer", FAQ, 0.5, (("Q196", 0.9),), "vectors")
    again = decide_after(sure, asked, text, words_of_it, kept, Before("社保卡补办", "Q196"))
    assert (again.answers[0][0], again.lines) == ("Q196", point)
    assert to_the_point(sure, asked, text, words_of_it, kept).lines == point
    # The short answer says it already; nothing is computed for what is clear without vectors.
    sentence = "社保卡丢了怎么办"
    assert to_the_point(sure, asked, sentence, cut(sentence, words), kept).lines == ()
    clear = replace(asked, way="words")
    assert to_the_point(sure, clear, text, words_of_it, kept) == clear
    offered = replace(asked, decision="clarify")
    assert to_the_point(sure, offered, text, words_of_it, kept) == offered
    bare = replace(model, context=None)
    assert to_the_point(bare, asked, text, words_of_it, kept) == asked


def test_the_weights_of_lines_are_found_from_what_is_said(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, told: Context, tmp_path: Path
) -> None:
    assert told.lines is not None
    assert told.said is not None
    seen = told.said, SAYINGS, model, words, kept
    found = with_weights(told.lines, *seen)
    named = dict(zip(OF_LINES, found.weights, strict=True))
    assert named["said_vectors"] > 0
    rows = [
        {"item": "Q196", "then": "加急要收多少钱", "lines": ["加急要收钱。"]},
        {"item": "Q196", "then": "闺女替我去中不中", "lines": ["拿旧卡去。"]},
        {"item": "Q196", "then": "详细说说", "lines": [], "whole": True},
        {"item": "Q196", "then": "卡里的钱少了谁赔我", "lines": [], "unsaid": True},
    ]
    file = tmp_path / FITTING
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    verdict = verdicts(file, told.lines, told.said, model, words, kept)
    assert verdict["again"] == {"right 1": 1, "wrong 1": 1, "all of it": 1, "unsaid right": 1}
    assert [*shown(verdict)][0].startswith("lines again (4): right 1 25.0")


def test_the_sayings_and_lines_come_and_go_with_the_model(
    model: Model, told: Context, tmp_path: Path
) -> None:
    replace(model, context=told).save(tmp_path)
    read = Model.read(tmp_path)
    assert told.said is not None
    assert told.lines is not None
    assert read.context is not None
    assert read.context.said is not None
    assert read.context.lines is not None
    assert read.context.lines.texts == told.lines.texts
    assert read.context.lines.kinds == told.lines.kinds
    row, vector = model.row("几个月", ["几个月"]), np.ones(384, dtype=np.float32)
    items = read.wordings.items
    found = read.context.said.nearness(row, vector, items)
    assert found == pytest.approx(told.said.nearness(row, vector, items), abs=0.05)
    fits = [one.lines.fitting("Q196", Heard(row, vector), one.said) for one in (read.context, told)]
    assert fits[0] == fits[1]


def test_the_shipped_sayings_stand_under_lines_of_their_items() -> None:
    known = {(one.item, one.text) for one in lines_of(knowledge(ROOT / "data/knowledge/items"))}
    heard = sayings(ROOT / "data/follow_ups" / SAID)
    assert len(heard) > 6_000
    lost = [one for one in heard if one.answer not in (WHOLE, UNSAID)]
    assert [one for one in lost if (one.item, one.answer) not in known] == []
    told = (ROOT / "data/follow_ups" / FITTING).read_text("utf-8").splitlines()
    for row in map(json.loads, told):
        assert {(row["item"], line) for line in row["lines"]} <= known, row
        assert row["lines"] or row.get(WHOLE) or row.get(UNSAID), row

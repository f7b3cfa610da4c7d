"""How the question before bears on the next one: what is weighed, and when it counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest
import yaml

from bot.context.reading import NEXT, OWN, SAID, TALKS, context_of, said_to
from bot.context.sight import asks_for_own, clear_by_itself, decide_after, sight_after
from bot.context.signs import OF_ITEMS, OF_NOBODY, Neighbours, signs, signs_of_nobody
from bot.context.weights import IN_CONTEXT, TOLD, Before, Context, Own, chances, settled, stands
from bot.ranking.decision import FAQ, RIVALS, Decision, Thresholds
from bot.ranking.examples import cut, knowledge, related
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from bot.training import follow_ups
from tests.bot.conftest import ROOT

ITEMS = ("Q001", "Q002", "Q003")
UNEMPLOYED = Before("失业金领取条件", "Q122")
CONTEXT = Context(
    Neighbours({"Q122": ("Q125",)}, {"Q122": ("Q163", "Q125"), "Q189": ("Q122",)}),
    Own({"look_up_unemployment": "Q122"}, ("Q122",)),
    None,
    None,
    None,
    np.array([0.3, 0.2, 0.4, 4.0, 2.0, 0.7, 1.2, 0.5, 0.0, 0.2, 0.1, 0.5, 0.5, *[0.0] * 8]),
    np.array([-0.4, 0.3, -1.1, -0.6, 0.0, -1.2, -0.7, 0.1, -0.8, *[0.0] * 12]),
    0.5,
    0.4,
)


def _alone(decision: str, *answers: tuple[str, float]) -> Decision:
    return Decision(decision, FAQ, 0.5, answers, "vectors")


@pytest.mark.parametrize(
    ("alone", "found", "decision", "first"),
    [
        (_alone("reject"), [0.1, 0.8, 0.0], "answer", "Q002"),
        (_alone("clarify", ("Q001", 0.4)), [0.1, 0.8, 0.0], "answer", "Q002"),
        (_alone("reject"), [0.2, 0.3, 0.1], "clarify", "Q002"),
        (_alone("answer", ("Q003", 0.9)), [0.3, 0.2, 0.1], "clarify", "Q001"),
        # It agrees well enough with what the message says by itself.
        (_alone("answer", ("Q003", 0.9)), [0.3, 0.1, 0.4], "answer", "Q003"),
        (_alone("lookup"), [0.2, 0.3, 0.1], "lookup", None),
        (_alone("lookup"), [0.1, 0.8, 0.0], "answer", "Q002"),
        (_alone("reject"), [0.1, 0.1, 0.1], "reject", None),
    ],
)
def test_the_chances_decide_where_the_message_alone_does_not(
    alone: Decision, found: list[float], decision: str, first: str | None
) -> None:
    result = settled(alone, np.array(found), ITEMS, CONTEXT)
    assert result.decision == decision
    assert (result.answers[0][0] if result.answers else None) == first


def test_what_is_clear_by_itself_and_small_talk_stand() -> None:
    told = Decision("chat", TOLD, 0.9, (), "words")
    assert [stands(_alone(kind), UNEMPLOYED) for kind in ("chat", "human")] == [True, True]
    assert not stands(_alone("reject"), UNEMPLOYED)
    assert stands(replace(_alone("answer"), way="heart"), UNEMPLOYED)
    # "我是男的" answers us where we have asked, and goes on where we have not.
    assert stands(told, UNEMPLOYED)
    assert not stands(told, replace(UNEMPLOYED, unasked=True))


def test_a_sure_question_about_another_insurance_is_not_about_the_last_one() -> None:
    injured = Before("工资6000,工伤九级赔多少", "Q148")
    sure, text = (
        Decision("answer", FAQ, 0.83, (("Q019", 0.83),), "vectors"),
        "我月薪八千五,个人养老交多少",
    )
    assert clear_by_itself(sure, text, injured)
    assert not clear_by_itself(replace(sure, confidence=0.7), text, injured)
    assert not clear_by_itself(sure, "我有养老保险", injured)  # told, not asked
    assert not clear_by_itself(sure, "工伤一共赔多少", injured)  # the same insurance
    assert not clear_by_itself(sure, "一共能拿多少", injured)  # none


def test_what_is_said_of_an_item_speaks_for_it(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    told = [("Q125", "最多给几个月"), ("Q125", "领满一年就没了"), ("Q196", "让贼偷走了")]
    said = said_to(model, told, words, kept)
    assert said is not None
    assert said_to(model, [], words, kept) is None
    context = replace(CONTEXT, said=said)
    for text, item in (("那最多几个月", "Q125"), ("我的让人偷了", "Q196")):
        sight = sight_after(
            replace(model, context=context), text, cut(text, words), kept, UNEMPLOYED
        )
        assert model.wordings.items[int(sight.said.argmax())] == item, text
    # Of items that are there no more nothing is said, and nothing for those that have no saying.
    row, vector = model.row("几个月", ["几个月"]), np.zeros(384, dtype=np.float32)
    assert said.nearness(row, vector, ("Q001",)).tolist() == [0.0]


def test_what_was_said_not_to_be_meant_is_neither_answered_nor_offered(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    sure = replace(model, thresholds=Thresholds(0.9, 0.1, 0.9), context=CONTEXT)
    text = "要带什么材料"
    alone = sure.decide(text, cut(text, words), kept)
    for before, there in ((UNEMPLOYED, True), (replace(UNEMPLOYED, denied=True), False)):
        decided = decide_after(sure, alone, text, cut(text, words), kept, before)
        assert ("Q122" in [item for item, _ in decided.answers[:3]]) is there


def test_who_has_seen_his_record_is_not_told_how_to_see_it(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    sure = replace(model, context=CONTEXT)
    asked = _alone("answer", ("Q122", 0.9))
    after = replace(UNEMPLOYED, own=True, shown=True)
    args = "为啥少了", ["为啥", "少"], kept
    checked = decide_after(sure, asked, *args, after)
    assert (checked.decision, checked.intent) == ("lookup", "check_record")
    assert decide_after(sure, asked, *args, replace(after, shown=False)).intent != "check_record"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        *(
            (text, True)
            for text in (
                "我交了几年了",
                "我的转移办到哪一步了",
                "帮我看看批了没",
                "帮我查查有没有15年",
                "我2021年的养老保险交了几个月",
            )
        ),
        *(
            (text, False)
            for text in (
                "我才交了三年多",
                "我账上有多少咋看",
                "我是工伤落下的",
                "断过几年 算下来才交了12年零几个月",
            )
        ),
    ],
)
def test_a_look_up_that_is_asked_for_is_no_circumstance(text: str, own: bool) -> None:
    assert asks_for_own(_alone("lookup"), text) is own
    assert not asks_for_own(_alone("reject"), text)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("那我去哪登记 带啥", "clarify"),
        ("那我登记办好了没", "lookup"),
        ("叫我儿子替我去登记行不", "clarify"),
    ],
)
def test_where_to_go_is_told_by_no_record(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, text: str, decision: str
) -> None:
    doubtful = replace(model, context=replace(CONTEXT, answer=1.0, choices=1.0))
    alone = Decision("lookup", "look_up_enrolment", 0.8, (), "vectors")
    found = decide_after(doubtful, alone, text, cut(text, words), kept, UNEMPLOYED)
    assert found.decision == decision
    assert found.beside == ("look_up_enrolment" if decision == "clarify" else "")


def test_each_sign_has_its_name(model: Model, words: jieba.Tokenizer, kept: KeptVectors) -> None:
    sight = sight_after(model, "要带什么", cut("要带什么", words), kept, UNEMPLOYED)
    items = model.wordings.items
    shown = signs(sight, items, items.index("Q122"), CONTEXT.neighbours)
    assert shown.shape == (len(items), len(OF_ITEMS))
    column = dict(zip(OF_ITEMS, shown.T, strict=True))
    assert [items[i] for i in np.flatnonzero(column["same"])] == ["Q122"]
    assert [items[i] for i in np.flatnonzero(column["related"])] == ["Q125"]
    assert {items[i] for i in np.flatnonzero(column["next"])} == {"Q125", "Q163"}
    assert column["soon"][items.index("Q163")] > column["soon"][items.index("Q125")] > 0
    nobody = dict(zip(OF_NOBODY, signs_of_nobody(sight, shown, _alone("clarify")), strict=True))
    assert (nobody["asks"], nobody["length"]) == (1.0, 0.4)
    assert (nobody["asked_back"], nobody["rejected"], nobody["sure"]) == (1.0, 0.0, 0.5)
    assert (nobody["before_length"], nobody["one_story"]) == (len(UNEMPLOYED.text) / 10, 1.0)
    story = sight_after(model, "我去吃饭了", cut("我去吃饭了", words), kept, UNEMPLOYED)
    assert not story.asks
    assert not story.goes_on
    for text, goes_on in {"叫我弟替我跑一趟行不": True, "办护照要带啥": False}.items():
        seen = sight_after(model, text, cut(text, words), kept, UNEMPLOYED)
        assert seen.goes_on is goes_on


def test_what_is_left_of_the_chances_is_that_of_none() -> None:
    of_items, of_nobody = np.zeros((3, len(OF_ITEMS))), np.zeros(len(OF_NOBODY))
    assert chances(CONTEXT, of_items, of_nobody) == pytest.approx([0.25] * 3)


def test_a_short_question_leads_on_from_the_one_before(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    sure = replace(model, thresholds=Thresholds(0.9, 0.95, 0.9), context=CONTEXT)

    def decided(text: str, before: Before) -> Decision:
        told = cut(text, words)
        return decide_after(sure, sure.decide(text, told, kept), text, told, kept, before)

    more = decided("要带什么材料", UNEMPLOYED)
    assert (more.way, more.answers[0][0]) == ("context", "Q122")
    assert decided("那能领几个月呀", UNEMPLOYED).answers[0][0] == "Q125"
    # Known by heart, or said after an item that is there no more: as if nothing had been before.
    assert decided("产假多少天", UNEMPLOYED).way == "heart"
    assert decided("要带什么材料", Before("x", "Q999")).way == "vectors"
    assert (
        decide_after(replace(sure, context=None), more, "要带什么材料", ["要"], kept, UNEMPLOYED)
        == more
    )


@pytest.mark.parametrize(
    ("text", "story", "found"),
    [
        ("够不够15年", "村里那种养老一直没交过", (-1, 1, 0)),
        ("我是职工", "村里那种养老一直没交过", (1, -1, 0)),  # what was told last counts
        ("够不够15年", "交过一点", (0, 0, 0)),
    ],
)
def test_items_of_the_other_scheme_are_not_meant(
    model: Model,
    words: jieba.Tokenizer,
    kept: KeptVectors,
    text: str,
    story: str,
    found: tuple[int, ...],
) -> None:
    before = replace(UNEMPLOYED, story=story)
    sight = sight_after(model, text, cut(text, words), kept, before)
    neighbours = Neighbours({}, {}, {"Q122": "employee", "Q125": "resident"})
    items = model.wordings.items
    told = signs(sight, items, items.index("Q122"), neighbours)[:, OF_ITEMS.index("scheme")]
    assert tuple(told[[items.index(item) for item in ("Q122", "Q125", "Q163")]]) == found


def test_the_weights_come_and_go_with_the_model(model: Model, tmp_path: Path) -> None:
    replace(model, context=CONTEXT).save(tmp_path)
    read = Model.read(tmp_path).context
    assert read is not None
    assert read.written() == CONTEXT.written()
    assert read.among({"Q001": ["Q002"]}).neighbours.related == {"Q001": ("Q002",)}
    assert read.said is None
    model.save(tmp_path)
    assert Model.read(tmp_path).context is None
    # A sign that had no weight yet says nothing.
    assert not Context.read(
        {"of_items": {}, "of_nobody": {}, "answer": 1, "choices": 1}
    ).of_items.any()


def test_without_a_folder_nothing_leans(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, tmp_path: Path
) -> None:
    assert context_of(tmp_path / "none", tmp_path, model, words, kept) is None
    empty = context_of(tmp_path, tmp_path, model, words, kept)
    assert empty is not None
    assert not empty.of_items.any()
    assert empty.answer == 1.0


def test_the_weights_are_found_from_pairs(
    shop_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [
        ("失业金领取条件", "Q122", "要带什么材料", ["Q122"], "same"),
        ("失业金领取条件", "Q122", "能领几个月", ["Q125"], "other"),
        ("失业金能领几个月", "Q125", "我去吃饭了", [], "none"),
        ("养老保险怎么转移", "Q189", "去哪办", ["Q189"], "same"),
        ("产假多少天", "Q163", "红烧肉怎么做", [], "none"),
        ("社保卡补办", "Q196", "多久能好", ["Q196"], "same"),
        ("不再有的", "Q999", "多久能好", ["Q999"], "same"),
    ]
    names = ("before", "item", "then", "want", "kind")
    lines = (json.dumps(dict(zip(names, one, strict=True))) for one in told)
    (tmp_path / follow_ups.PAIRS).write_text("\n".join(lines), "utf-8")
    assert follow_ups.main(shop_folder / "model.tar.gz", tmp_path) == 0
    found = Context.read(json.loads((tmp_path / follow_ups.WEIGHTS).read_text("utf-8")))
    weight = dict(zip(OF_ITEMS, found.of_items, strict=True))
    assert sum(weight[name] for name in ("same", "asked", "goes_on")) > 0
    shown = capsys.readouterr().out
    assert "same            3 after" in shown
    assert "none            2 alone" in shown


def test_the_shipped_pairs_and_weights_are_whole() -> None:
    folder, known = ROOT / "data/follow_ups", related(knowledge(ROOT / "data/knowledge/items"))
    pairs = [
        json.loads(line) for line in (folder / follow_ups.PAIRS).read_text("utf-8").splitlines()
    ]
    assert len({(pair["before"], pair["then"]) for pair in pairs}) == len(pairs) > 1_000
    for pair in pairs:
        assert {pair["item"], *pair["want"]} <= known.keys(), pair
        assert bool(pair["want"]) is (pair["kind"] not in ("none", "own")), pair
    for line in (folder / TALKS).read_text("utf-8").splitlines():
        for said in json.loads(line)["talk"]:
            assert {*said["want"]} <= known.keys(), said
            assert said["want"] == [] or said["kind"] != "none", said
    told = [json.loads(line) for line in (folder / SAID).read_text("utf-8").splitlines()]
    assert {one["item"] for one in told} == known.keys()
    assert all(sum(map(len, one["lines"].values())) >= 12 for one in told)
    follows = yaml.safe_load((folder / NEXT).read_text("utf-8"))
    assert follows.keys() == known.keys()
    for item, others in follows.items():
        assert item not in others
        assert {*others} <= known.keys(), item
    own = Own.read(yaml.safe_load((folder / OWN).read_text("utf-8")))
    assert {*own.stands_for.values(), *own.how} <= known.keys()
    assert own.stands_for.keys() <= RIVALS
    weights = json.loads((folder / follow_ups.WEIGHTS).read_text("utf-8"))
    assert (tuple(weights["of_items"]), tuple(weights["of_nobody"])) == (OF_ITEMS, OF_NOBODY)


def test_staff_read_in_words_how_it_was_found() -> None:
    words = yaml.safe_load((ROOT / "web/console/words.yml").read_text("utf-8"))
    assert {"heart", "words", "vectors", IN_CONTEXT, "rule"} <= words["ways"].keys()

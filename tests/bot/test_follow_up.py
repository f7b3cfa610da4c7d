"""Questions that lean on the last one: when they do, and what they say in full."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.follow_up import Before, believed, follow_up, new_in, taken_over
from bot.entities.kinds import insurances

PENSION_STOPPED = "职工养老保险断了怎么办"


def _parsed(text: str, decision: str, item: str = "", intent: str = "faq") -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": intent},
        "decision": decision,
        "answers": [{"id": item, "score": 0.9}] if item else [],
        "entities": [
            {"entity": "insurance", "value": one.value, "start": one.start, "end": one.end}
            for one in insurances(text)
        ],
    }


def _after(*said: dict[str, Any], pending: str | None = None) -> DialogueStateTracker:
    events: list[Any] = [ActionExecuted("action_listen")]
    for one in said:
        events += [UserUttered(one["text"], one["intent"], one["entities"], one)]
        events += [ActionExecuted("action_answer_question"), ActionExecuted("action_listen")]
    events += [SlotSet("pending", pending)] if pending else []
    return DialogueStateTracker.from_events("c1", events)


def _meant(text: str, parsed: dict[str, Any], *before: dict[str, Any]) -> tuple[str, ...]:
    meant = follow_up(text, parsed, _after(*before))
    return meant.meant if meant else ()


STOPPED = _parsed(PENSION_STOPPED, "answer", "Q025")


def test_another_insurance_takes_the_place_of_the_first() -> None:
    for text in ("那医保呢", "好的，那医保呢？", "医保的呢", "谢谢，那么医保呢"):
        meant = _meant(text, _parsed(text, "clarify"), STOPPED)
        assert meant[0] == "医保断了怎么办", text


def test_it_takes_the_place_of_social_insurance_as_a_whole() -> None:
    before = _parsed("社保断缴有什么影响", "answer", "Q025")
    assert _meant("那医保呢", _parsed("那医保呢", "reject"), before)[0] == "医保断缴有什么影响"


@pytest.mark.parametrize(
    "text",
    [
        "需要什么材料",
        "要多久",
        "去哪办",
        "要去哪里办",
        "该找谁",
        "要多大岁数",
        "那几岁能领",
        "啥时候到账",
        "得去哪个部门办",
        "手机上能办吗",
        "一个月多少钱呢",
        "那多少钱",
        "怎么办理呢",
    ],
)
def test_what_asks_for_more_is_asked_of_the_same(text: str) -> None:
    meant = _meant(text, _parsed(text, "reject"), STOPPED)
    assert meant[0].startswith(f"{PENSION_STOPPED}，")


@pytest.mark.parametrize(
    "text",
    [
        "那为什么呢",
        "那你呢",
        "那我的呢",
        "我自己呢",
        "社保断了一年又换了个城市还能接着交吗",
        "医保断了怎么办",
        "呢",
        "",
    ],
)
def test_what_stands_for_itself_is_left_alone(text: str) -> None:
    assert _meant(text, _parsed(text, "clarify"), STOPPED) == ()


def test_nothing_leans_over_a_look_up_on_what_was_before_it() -> None:
    asked = _parsed("那医保呢", "clarify")
    looked_up = _parsed("我的养老交了几年", "lookup", intent="look_up_contributions")
    thanked = _parsed("谢谢", "chat", intent="thank")
    assert _meant("那医保呢", asked, STOPPED, thanked) != ()
    assert _meant("那医保呢", asked, STOPPED, looked_up) == ()


def test_nothing_leans_on_nothing() -> None:
    asked = _parsed("那医保呢", "clarify")
    assert follow_up("那医保呢", asked, None) is None
    assert _meant("那医保呢", asked) == ()
    chat = _parsed("你好", "chat", intent="greet")
    assert _meant("那医保呢", asked, chat) == ()


@pytest.mark.parametrize(("decision", "text"), [("lookup", "那医保呢"), ("answer", "要多久")])
def test_what_is_understood_by_itself_goes_its_way(decision: str, text: str) -> None:
    assert _meant(text, _parsed(text, decision, "Q001"), STOPPED) == ()


def test_what_we_asked_for_is_no_question() -> None:
    told = _parsed("女的呢", "chat", intent="inform")
    assert follow_up("女的呢", told, _after(STOPPED, pending="retirement_age")) is None
    assert follow_up("女的呢", told, _after(STOPPED)) is not None


def test_the_next_one_leans_on_the_question_in_full() -> None:
    second = taken_over(
        _parsed("那医保呢", "clarify"),
        _parsed("医保断了怎么办", "answer", "Q097"),
        "医保断了怎么办",
    )
    assert second["text"] == "那医保呢"
    assert (second["decision"], second["answers"][0]["id"]) == ("answer", "Q097")
    assert _meant("要多久", _parsed("要多久", "reject"), second)[0] == "医保断了怎么办，要多久"


def test_what_asks_for_more_is_not_carried_on() -> None:
    more = follow_up("要什么材料", _parsed("要什么材料", "reject"), _after(STOPPED))
    other = follow_up("那医保呢", _parsed("那医保呢", "reject"), _after(STOPPED))
    assert more is not None
    assert other is not None
    assert more.carried(more.meant[0]) == PENSION_STOPPED
    assert other.carried(other.meant[0]) == "医保断了怎么办"


def _two(*items: str) -> dict[str, Any]:
    parts = [{"answers": [{"id": item, "score": 0.9}]} for item in items]
    return {**_parsed("x", "answer", items[0]), "parts": parts}


def test_of_two_matters_the_one_that_is_answered_already_is_left_out() -> None:
    before = Before(PENSION_STOPPED, "Q025", ())
    new = new_in(_two("Q025", "Q179"), before)
    assert ([one["id"] for one in new["answers"]], new["parts"]) == (["Q179"], [])
    for kept in (_two("Q097", "Q179"), _parsed("x", "answer", "Q025")):
        assert new_in(kept, before) == kept
    asked_back = Before(PENSION_STOPPED, "Q025", (), answered=False)
    assert new_in(_two("Q025", "Q179"), asked_back) == _two("Q025", "Q179")


def test_only_another_answer_is_believed_where_something_else_was_named() -> None:
    weather = follow_up("那天气呢", _parsed("那天气呢", "reject"), _after(STOPPED))
    mother = follow_up("那我妈呢", _parsed("那我妈呢", "lookup"), _after(STOPPED))
    old = follow_up("老人呢", _parsed("老人呢", "lookup"), _after(STOPPED))
    same, other = _parsed("x", "answer", "Q025"), _parsed("x", "answer", "Q097")
    assert mother is not None
    assert believed(same, mother)
    assert weather is not None
    assert old is not None
    assert [believed(same, weather), believed(other, weather)] == [False, True]
    assert [believed(same, old), believed(_parsed("x", "clarify", "Q025"), old)] == [True, False]


@pytest.mark.parametrize("text", ["我是自己辞职的", "那单位不配合", "没有身份证", "要是报复我咋办"])
@pytest.mark.parametrize("decision", ["clarify", "reject"])
def test_what_tells_more_is_part_of_the_question(text: str, decision: str) -> None:
    meant = follow_up(text, _parsed(text, decision), _after(STOPPED))
    assert meant is not None
    assert meant.meant == (f"{PENSION_STOPPED}，{text.removeprefix('那')}",)
    same, other = _parsed("x", "answer", "Q025"), _parsed("x", "answer", "Q097")
    # Whatever is added, the first question alone leads to its own answer.
    assert [believed(same, meant), believed(other, meant)] == [False, True]


@pytest.mark.parametrize("text", ["陪产假能休几天呀", "最低工资是多少", "年假没休完给钱吗"])
def test_a_question_that_is_not_ours_is_no_part_of_the_last(text: str) -> None:
    assert _meant(text, _parsed(text, "reject"), STOPPED) == ()


def test_what_is_clear_by_itself_tells_nothing_more() -> None:
    for decision in ("answer", "lookup", "human", "chat"):
        assert _meant("我是自己辞职的", _parsed("我是自己辞职的", decision), STOPPED) == ()


def test_what_was_asked_back_for_may_be_answered_with_what_it_was() -> None:
    unclear = _parsed("厂子没了社保咋整", "clarify", "Q122")
    for text in ("那失业金有没有", "还有失业金呢"):
        meant = follow_up(text, _parsed(text, "clarify", "Q122"), _after(unclear))
        assert meant is not None, text
        assert believed(_parsed("x", "answer", "Q122"), meant)


def test_a_case_that_sounds_like_ours_may_have_the_same_answer() -> None:
    same = _parsed("x", "answer", "Q025")
    for decision, believable in (("clarify", True), ("reject", False)):
        meant = follow_up("没签合同呢", _parsed("没签合同呢", decision), _after(STOPPED))
        assert meant is not None
        assert believed(same, meant) is believable
    insured = follow_up("那医保呢", _parsed("那医保呢", "clarify"), _after(STOPPED))
    assert insured is not None
    assert not believed(same, insured)

"""Questions that lean on the last one: when they do, and what they say in full."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.context.talks import MOST_CARRIED
from bot.dialogue.follow_up import (
    MOST_CHARACTERS,
    Last,
    believed,
    in_full,
    last_question,
    named_instead,
    taken_over,
    without_lead,
)
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


def _after(*said: dict[str, Any]) -> DialogueStateTracker:
    events: list[Any] = [ActionExecuted("action_listen")]
    for one in said:
        events += [UserUttered(one["text"], one["intent"], one["entities"], one)]
        events += [ActionExecuted("action_answer_question"), ActionExecuted("action_listen")]
    return DialogueStateTracker.from_events("c1", events)


def _meant(text: str, parsed: dict[str, Any], *before: dict[str, Any]) -> tuple[str, ...]:
    last = last_question(text, _after(*before))
    meant = named_instead(text, parsed, last) if last else None
    return meant.meant if meant else ()


STOPPED = _parsed(PENSION_STOPPED, "answer", "Q025")
LAST = Last(PENSION_STOPPED, "Q025")


def test_another_insurance_takes_the_place_of_the_first() -> None:
    for text in ("那医保呢", "好的，那医保呢？", "医保的呢", "谢谢，那么医保呢"):
        meant = _meant(text, _parsed(text, "clarify"), STOPPED)
        assert meant[0] == "医保断了怎么办", text


def test_what_is_paid_beside_takes_the_place_of_an_insurance() -> None:
    meant = _meant("那公积金呢", _parsed("那公积金呢", "clarify"), STOPPED)
    assert meant[0] == "公积金断了怎么办"
    assert _meant("那骑手呢", _parsed("那骑手呢", "reject"), STOPPED)[0] == f"骑手{PENSION_STOPPED}"


def test_it_takes_the_place_of_social_insurance_as_a_whole() -> None:
    before = _parsed("社保断缴有什么影响", "answer", "Q025")
    assert _meant("那医保呢", _parsed("那医保呢", "reject"), before)[0] == "医保断缴有什么影响"


def test_of_several_insurances_the_one_that_was_named_last_is_meant() -> None:
    said, carried = "那我自己交社保一个月多少", "路上摔了算工伤不，那我自己交社保一个月多少"
    before = {**_parsed(said, "answer", "Q179"), "in_full": carried}
    meant = _meant("医保呢", _parsed("医保呢", "reject"), before)
    assert meant[0] == "那我自己交医保一个月多少"


@pytest.mark.parametrize(
    "text", ["那为什么呢", "那你呢", "那我的呢", "那天气呢", "医保断了怎么办", "要多久", "呢", ""]
)
def test_what_names_nothing_else_is_left_to_the_understanding(text: str) -> None:
    assert _meant(text, _parsed(text, "clarify"), STOPPED) == ()


def test_what_is_said_after_a_look_up_leans_on_that_alone() -> None:
    looked_up = _parsed("我的养老交了几年", "lookup", intent="look_up_contributions")
    thanked = _parsed("谢谢", "chat", intent="thank")
    called = _parsed("转人工", "human", intent="human")
    assert last_question("那医保呢", _after(STOPPED, thanked)) == Last(
        PENSION_STOPPED, "Q025", ("职工养老保险",), said=PENSION_STOPPED
    )
    last = last_question("断的能补吗", _after(STOPPED, looked_up))
    assert last == Last("我的养老交了几年", "look_up_contributions", own=True)
    assert last_question("那医保呢", _after(STOPPED, called)) is None
    counted = _parsed("帮我算算失业金", "chat", intent="estimate_unemployment")
    assert last_question("能领几个月", _after(STOPPED, counted)) == Last(
        "帮我算算失业金", "estimate_unemployment"
    )


def test_what_was_refused_is_known_as_such_and_what_else_was_likely() -> None:
    asked = _parsed(PENSION_STOPPED, "answer", "Q025")
    asked["answers"] += [{"id": "Q027", "score": 0.2}, {"id": "Q028", "score": 0.01}]
    refused = _parsed("不对", "chat", intent="deny")
    last = last_question("我是说能不能补", _after(asked, refused))
    assert last is not None
    assert (last.item, last.denied, last.others) == ("Q025", True, ("Q027",))
    offered = {**asked, "decision": "clarify"}
    last = last_question("不对", _after(offered))
    assert last is not None
    assert (last.denied, last.others) == (False, ())


def test_nothing_leans_on_nothing() -> None:
    assert last_question("那医保呢", None) is None
    assert last_question("那医保呢", _after()) is None
    assert last_question("那医保呢", _after(_parsed("你好", "chat", intent="greet"))) is None


def test_a_tapped_choice_is_a_question_too() -> None:
    chosen = {**_parsed('/choose{"item": "Q196"}', ""), "intent": {"name": "choose"}}
    assert last_question("要带什么", _after(STOPPED, chosen)) == Last("", "Q196")


@pytest.mark.parametrize("text", ["/human", "长" * (MOST_CHARACTERS + 1)])
def test_choices_and_stories_stand_by_themselves(text: str) -> None:
    assert last_question(text, _after(STOPPED)) is None


def test_what_we_asked_for_names_nothing_else() -> None:
    told = _parsed("女的呢", "chat", intent="inform")
    assert named_instead("女的呢", told, LAST) is None
    assert named_instead("女的呢", _parsed("女的呢", "reject"), LAST) is not None


def test_the_next_one_leans_on_the_question_in_full() -> None:
    second = taken_over(
        _parsed("那医保呢", "clarify"),
        _parsed("医保断了怎么办", "answer", "Q097"),
        "医保断了怎么办",
    )
    assert second["text"] == "那医保呢"
    assert (second["decision"], second["answers"][0]["id"]) == ("answer", "Q097")
    last = last_question("要多久", _after(second))
    assert last is not None
    assert (last.text, last.item) == ("医保断了怎么办", "Q097")


def test_somebody_else_is_asked_for_and_not_told_of() -> None:
    own = _parsed("我今年59 男的 交了12年，明年能退吗？", "answer", "Q073")
    assert _meant("我老婆呢", _parsed("我老婆呢", "clarify"), own)[0] == "我老婆明年能退吗"
    assert (
        _meant("我老婆呢", _parsed("我老婆呢", "clarify"), STOPPED)[0]
        == "我老婆职工养老保险断了怎么办"
    )


def test_what_is_told_of_somebody_else_stands_beside_the_question() -> None:
    own = _parsed("我月薪6000 五险扣多少", "answer", "Q023")
    unclear = _parsed("x", "reject")
    assert _meant("那我老公呢 他月薪1万2", unclear, own)[0] == "我老公 他月薪1万2，五险扣多少"
    for text in ("那我老公呢 他能领多少", "那我老公呢 他是教师", "那公交卡呢 里面有50块"):
        assert _meant(text, unclear, own) == ()


def test_who_asks_more_about_the_same_has_not_left_it() -> None:
    same, other = _parsed("x", "answer", "Q025"), _parsed("x", "answer", "Q027")
    assert in_full("要什么材料", same, LAST) == PENSION_STOPPED
    assert in_full("能补吗", other, LAST) == f"{PENSION_STOPPED}，能补吗"
    assert in_full("长" * MOST_CARRIED, other, LAST) == "长" * MOST_CARRIED
    assert in_full("要带什么", same, Last("", "Q025")) == "要带什么"


def test_only_another_answer_is_believed_where_something_else_was_named() -> None:
    old = named_instead("老人呢", _parsed("老人呢", "lookup"), LAST)
    insured = named_instead("那医保呢", _parsed("那医保呢", "clarify"), LAST)
    same, other = _parsed("x", "answer", "Q025"), _parsed("x", "answer", "Q097")
    assert old is not None
    assert insured is not None
    assert [believed(same, insured), believed(other, insured)] == [False, True]
    assert [believed(same, old), believed(_parsed("x", "clarify", "Q025"), old)] == [True, False]


def test_what_was_asked_back_for_may_be_answered_with_what_it_was() -> None:
    unclear = _parsed("厂子没了社保咋整", "clarify", "Q122")
    text = "那失业保险呢"
    last = last_question(text, _after(unclear))
    assert last is not None
    meant = named_instead(text, _parsed(text, "clarify", "Q122"), last)
    assert meant is not None
    assert believed(_parsed("x", "answer", "Q122"), meant)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        *(("嗯，要多久", "要多久"), ("好的", ""), ("要多久", ""), ("哦哦 那咋办", "咋办")),
        ("我看不懂,说简单点,明天先去哪儿", "明天先去哪儿"),
        ("没听懂 是让我自己去办吗", "是让我自己去办吗"),
        *(("看不懂", ""), ("不明白。", ""), ("太绕了，", ""), ("这个表我看不懂，怎么填", "")),
    ],
)
def test_a_yes_or_a_sigh_in_front_of_a_question_is_none(text: str, bare: str) -> None:
    assert without_lead(text) == bare

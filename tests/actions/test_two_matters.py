"""A question with two matters gets both answers, each once."""

from __future__ import annotations

from tests.actions.stage import Stage

ANSWER = "action_answer_question"


async def test_both_matters_are_answered_in_the_order_asked(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q001"], parts=["Q001", "Q016"])
    assert said.responses == ["utter_answer", "utter_answer", "utter_ask_region"]
    assert "五险就是" in said.texts[0]
    assert "缴费基数有上限和下限" in said.texts[1]


async def test_only_the_last_answer_asks_for_the_region(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q016"], parts=["Q016", "Q001"])
    assert said.responses == ["utter_answer", "utter_answer"]


async def test_the_same_item_is_not_answered_twice(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q001"], parts=["Q001", "Q001"])
    assert said.responses == ["utter_answer"]


async def test_a_third_matter_is_left_out(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q001"], parts=["Q001", "Q016", "Q001"])
    assert said.responses.count("utter_answer") == 2

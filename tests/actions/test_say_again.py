"""The last thing once more, or in one sentence, and never somebody's record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.stage import Stage

ANSWER = {"type": "answer", "item": "Q001"}
SECRET = "您一共缴了127个月"


def turn_before(*bubbles: tuple[str, dict[str, Any] | None]) -> list[dict[str, Any]]:
    """What happened: a question, the bubbles that answered it, and the words of this turn."""
    said = [
        {"event": "bot", "text": text, "data": {"custom": {"card": card} if card else None}}
        for text, card in bubbles
    ]
    return [{"event": "user", "text": "问"}, *said, {"event": "user", "text": "再说一遍"}]


async def test_an_answer_is_said_again_and_what_stood_behind_it(stage: Stage) -> None:
    card = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    events = turn_before(("甲", card), ("乙", None))
    said = await stage.play("action_say_again", "say_again", events=events)
    assert (said.texts, said.cards) == (["甲", "乙"], [card])


@pytest.mark.parametrize(
    "bubbles",
    [
        [(SECRET, {"type": "contributions"})],
        [(SECRET, None)],
        [("甲", ANSWER), (SECRET, {"type": "record"})],
        [],
    ],
)
async def test_a_record_is_not_said_again(
    stage: Stage, bubbles: list[tuple[str, dict[str, Any] | None]]
) -> None:
    said = await stage.play("action_say_again", "say_again", events=turn_before(*bubbles))
    assert said.responses == ["utter_nothing_said"]
    assert (SECRET in said.text, said.cards) == (False, [])


async def test_only_the_turn_before_counts(stage: Stage) -> None:
    older = turn_before(("甲", ANSWER))
    events = [*older, {"event": "bot", "text": "不客气", "data": None}, *older[-1:]]
    for action in ("action_say_again", "action_say_simply"):
        said = await stage.play(action, action.removeprefix("action_"), events=events)
        assert "甲" not in said.text
        assert "12333" in said.text


async def test_an_answer_is_said_in_one_sentence(stage: Stage) -> None:
    whole = await stage.play("action_answer_question", answers=["Q001"])
    events = turn_before(("甲", ANSWER))
    said = await stage.play("action_say_simply", "say_simply", events=events)
    assert said.responses == ["utter_simply"]
    assert said.text.splitlines()[0].removeprefix("简单说：") in whole.text
    assert said.card("choices")["choices"][0]["payload"] == '/choose{"item": "Q001"}'


@pytest.mark.parametrize(("item", "phone"), [("Q001", "12333"), ("Q233", "12329"), (None, "12333")])
async def test_whom_to_call_depends_on_what_was_answered(
    stage: Stage, item: str | None, phone: str
) -> None:
    events = turn_before(("甲", {"type": "answer", "item": item}))
    said = await stage.play("action_say_phone", "ask_phone", events=events)
    assert said.responses == ["utter_phone"]
    assert phone in said.text
    assert said.card("choices")["choices"][-1]["payload"] == "/human"
    said = await stage.play("action_say_phone", "ask_phone", events=events, locale="en")
    assert said.responses == ["utter_phone_english"]


async def test_who_doubts_hears_where_it_stands_written(stage: Stage) -> None:
    card = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    said = await stage.play("action_say_source", "ask_source", events=turn_before(("甲", card)))
    assert said.responses == ["utter_source"]
    assert "《中华人民共和国社会保险法》（主席令第35号）第2条" in said.text
    assert "12333" in said.text
    nothing = await stage.play("action_say_source", "ask_source", events=turn_before(("甲", None)))
    assert nothing.responses == ["utter_no_source"]
    record = turn_before((SECRET, {"type": "contributions", "sources": [{"title": SECRET}]}))
    assert SECRET not in (await stage.play("action_say_source", events=record)).text

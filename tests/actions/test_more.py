"""A question that leans on the last one gets the steps, and few words that lead nowhere a hint."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.stage import Stage


def after(card: dict[str, Any] | None, text: str) -> list[dict[str, Any]]:
    """What happened: a question, the bubble that answered it, and the words of this turn."""
    said = {"event": "bot", "text": "甲", "data": {"custom": {"card": card} if card else None}}
    return [{"event": "user", "text": "问"}, said, {"event": "user", "text": text}]


async def test_the_steps_are_told_where_the_short_answer_was(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    asked: dict[str, Any] = {"answers": ["Q001"], "text": "要多久", "in_full": "五险是哪些"}
    more = await stage.play("action_answer_question", events=after(first, "要多久"), **asked)
    assert more.responses == ["utter_answer_more"]
    assert first["detail"] in more.text
    assert first["sources"][0]["title"] in more.text
    shown = more.card("answer")
    assert (shown["item"], shown["summary"], "detail" in shown) == ("Q001", first["detail"], False)
    # Asked a third time, there is nothing more to tell: not the same words again.
    again = await stage.play("action_answer_question", events=after(shown, "要多久"), **asked)
    assert again.responses == ["utter_no_more"]
    assert "12333" in again.text
    offered = [one["payload"] for one in again.card("choices")["choices"]]
    assert offered == ['/choose{"item": "Q016"}', "/human"]
    # Then the short answer comes again.
    more = await stage.play("action_answer_question", events=after(None, "要多久"), **asked)
    assert more.card("answer") == first


CERTIFY: dict[str, Any] = {"answers": ["Q202"], "text": "他走不动", "in_full": "认证怎么做"}
HELP, AT_HOME = "家人可以在旁边帮忙。", "走不动的申请上门。"
FREE = "不收钱。认证一次多久有效，看当地。"


@pytest.mark.parametrize(("line", "steps"), [(HELP, 2), (AT_HOME, 3), (FREE, 3)])
async def test_the_line_that_fits_is_told_before_all(stage: Stage, line: str, steps: int) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    events = after(first, "他走不动")
    said = await stage.play("action_answer_question", events=events, lines=[line], **CERTIFY)
    assert said.responses == ["utter_answer_point"]
    point = said.card("answer")
    assert point["summary"] == line
    assert line not in point["detail"]
    assert [row[:3] for row in point["detail"].splitlines()] == ["1. ", "2. ", "3. "][:steps]
    # A second time it is told as what was said just now, and then no more.
    events += after(point, "他走不动")
    said = await stage.play("action_answer_question", events=events, lines=[line], **CERTIFY)
    assert said.responses == ["utter_point_again"]
    assert line in said.text
    events += after(said.card("answer"), "他走不动")
    said = await stage.play("action_answer_question", events=events, lines=[line], **CERTIFY)
    assert said.responses == ["utter_answer_more"]
    assert said.card("answer")["summary"] == first["detail"]


async def test_two_lines_that_share_it_are_both_told(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    asked = {"events": after(first, "要钱不"), "lines": [FREE, HELP], **CERTIFY}
    said = await stage.play("action_answer_question", **asked)
    assert said.card("answer")["summary"] == f"{FREE}\n{HELP}"
    # One of them is told already: the other alone is new.
    events = asked["events"] + after({**first, "summary": FREE}, "要钱不")
    said = await stage.play("action_answer_question", **{**asked, "events": events})
    assert said.card("answer")["summary"] == HELP


async def test_a_line_that_stands_there_no_more_is_not_told(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    asked = {"events": after(first, "他走不动"), "lines": ["改掉的一句。"], **CERTIFY}
    said = await stage.play("action_answer_question", **asked)
    assert said.responses == ["utter_answer_more"]


async def test_what_the_item_does_not_say_is_not_covered_up_by_all_steps(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    asked = {"events": after(first, "他走不动"), "unsaid": True, **CERTIFY}
    said = await stage.play("action_answer_question", **asked)
    assert said.responses == ["utter_point_unsaid"]
    assert "12333" in said.text
    assert [one["payload"] for one in said.card("choices")["choices"]][-1] == "/human"


async def test_where_no_line_stands_out_it_says_so_and_offers_what_else_was_likely(
    stage: Stage,
) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    chances = {"Q202": 0.8, "Q016": 0.1, "Q019": 0.01}
    events, answers = after(first, "他走不动"), list(chances)
    asked = {**CERTIFY, "answers": answers, "chances": chances, "events": events, "vague": True}
    said = await stage.play("action_answer_question", **asked)
    assert said.responses == ["utter_heard_unsurely", "utter_answer_more"]
    card = said.card("answer")
    assert (card["summary"], card["title"] in said.text) == (first["detail"], True)
    offered = [one["payload"] for one in card["related"]]
    assert offered[0] == '/choose{"item": "Q016"}'
    # What is hardly likely is not offered, and a line that fits leaves the item its own kin.
    assert '/choose{"item": "Q019"}' not in offered
    # Of more than one line those that are nearest come first, and the rest is left to unfold.
    near = await stage.play("action_answer_question", lines=[FREE], **asked)
    assert near.responses == ["utter_heard_unsurely", "utter_answer_point"]
    assert near.card("answer")["summary"] == FREE
    sure = await stage.play("action_answer_question", **{**asked, "vague": False})
    assert sure.card("answer")["related"] == first["related"]


async def test_a_question_gets_its_answer_with_what_fits_just_that(stage: Stage) -> None:
    said = await stage.play("action_answer_question", answers=["Q202"], lines=[FREE], text="问")
    assert said.responses == ["utter_answer"]
    card = said.card("answer")
    assert card["summary"].splitlines() == ["在手机上刷脸就行。走不动的申请上门。", FREE]
    assert FREE in said.text
    step = await stage.play("action_answer_question", answers=["Q202"], lines=[HELP], text="问")
    assert len(step.card("answer")["detail"].splitlines()) == 2
    # What the short answer says, or staff have taken out, is not said beside it.
    for line in (AT_HOME, "改掉的一句。"):
        said = await stage.play("action_answer_question", answers=["Q202"], lines=[line], text="问")
        assert len(said.card("answer")["summary"].splitlines()) == 1


async def test_what_fits_comes_first_where_somebody_goes_on(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    events = after(first, "认证要钱不")
    said = await stage.play("action_answer_question", events=events, lines=[FREE], **CERTIFY)
    summary = "在手机上刷脸就行。走不动的申请上门。"
    assert said.card("answer")["summary"].splitlines() == [FREE, summary]


async def test_what_the_short_answer_says_in_other_words_is_not_said_beside_it(
    stage: Stage,
) -> None:
    asked: dict[str, Any] = {"answers": ["Q202"], "text": "问"}
    same = "走不动的老人申请上门。"
    said = await stage.play("action_answer_question", lines=[same], **asked)
    assert len(said.card("answer")["summary"].splitlines()) == 1


async def test_who_goes_on_is_not_told_once_more_that_it_differs_by_place(stage: Stage) -> None:
    first = await stage.play("action_answer_question", answers=["Q018"])
    assert first.responses == ["utter_answer", "utter_ask_local_office"]
    before = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    asked = {"events": after(before, "那门诊呢"), "text": "那门诊呢", "in_full": "五险，那门诊呢"}
    said = await stage.play("action_answer_question", answers=["Q018"], **asked)
    assert said.responses == ["utter_answer"]


async def test_a_place_is_not_asked_for_with_every_line(stage: Stage) -> None:
    first = await stage.play("action_answer_question", answers=["Q016"])
    assert stage.slots["pending"] == "region"
    shown = first.card("answer")
    step = shown["detail"]
    asked: dict[str, Any] = {"answers": ["Q016"], "text": "问", "in_full": "缴费基数"}
    said = await stage.play(
        "action_answer_question", events=after(shown, "问"), lines=[step], **asked
    )
    assert said.responses == ["utter_answer_point"]
    # The question still stands: a place that is told now is heard.
    assert stage.slots["pending"] == "region"


async def test_who_only_tells_something_is_asked_what_for(stage: Stage) -> None:
    said = await stage.play(
        "action_say_not_covered", "out_of_scope", text="厂子要搬去越南了", told=True
    )
    assert said.responses == ["utter_told"]
    assert [one["payload"] for one in said.card("choices")["choices"]] == ["/human"]


async def test_a_places_figure_comes_before_what_else_fits(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q016"], "entities": {"region": "310000"}}
    plain = (await stage.play("action_answer_question", **asked)).card("answer")
    step = plain["detail"]
    said = await stage.play("action_answer_question", lines=[step], **asked)
    assert said.card("answer") == plain


async def test_after_all_steps_the_line_that_fits_still_answers(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    events = after({**first, "summary": first["detail"]}, "家里人能帮不")
    said = await stage.play("action_answer_question", events=events, lines=[HELP], **CERTIFY)
    assert said.responses == ["utter_answer_point"]


async def test_an_answer_of_long_ago_is_not_said_in_the_same_words(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    other = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    asked: dict[str, Any] = {"answers": ["Q001"], "text": "要多久", "in_full": "五险是哪些"}
    events = after(first, "甲") + after(other, "乙")
    said = await stage.play("action_answer_question", events=events, **asked)
    assert said.responses[0] == "utter_answer_more"


@pytest.mark.parametrize(
    "turn",
    [
        {"answers": ["Q001"], "text": "五险是哪些"},  # in full once more
        {"answers": ["Q002"], "text": "要多久", "in_full": "单位几天内要给我上社保，要多久"},
    ],
)
async def test_another_question_gets_its_short_answer(stage: Stage, turn: dict[str, Any]) -> None:
    first = (await stage.play("action_answer_question", answers=["Q001"])).card("answer")
    said = await stage.play("action_answer_question", events=after(first, turn["text"]), **turn)
    assert "utter_answer_more" not in said.responses


async def test_what_stood_behind_the_short_answer_stands_behind_the_steps(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q016"], "text": "要多久", "in_full": "缴费基数，要多久"}
    first = await stage.play("action_answer_question", answers=["Q016"])
    events = after(first.card("answer"), "要多久")
    more = await stage.play("action_answer_question", events=events, **asked)
    assert more.responses == ["utter_answer_more", *first.responses[1:]]
    assert stage.slots["pending"] == "region"


async def test_a_regions_figures_are_kept_beside_the_steps(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q016"], "entities": {"region": "310000"}}
    first = await stage.play("action_answer_question", **asked)
    events = after(first.card("answer"), "要多久")
    more = await stage.play(
        "action_answer_question", events=events, text="要多久", in_full="缴费基数", **asked
    )
    assert more.responses[0] == "utter_answer_local"
    assert first.card("answer")["detail"] in more.text
    assert "7546" in more.text


async def test_a_place_adds_its_figures_and_not_the_answer_once_more(stage: Stage) -> None:
    first = await stage.play("action_answer_question", answers=["Q016"])
    for region, response, word in (
        ("310000", "utter_local", "下限每月7546元"),
        ("510000", "utter_no_verified_figure", "四川"),
    ):
        stage.slots |= {"topic": "Q016", "pending": "region"}
        said = await stage.play(
            "action_continue",
            "inform",
            entities={"region": region},
            events=after(first.card("answer"), "地方"),
        )
        assert said.responses == [response]
        assert word in said.text
        assert "各地不一样" not in said.text
        assert stage.slots["pending"] is None


async def test_who_asks_in_english_gets_the_steps_in_english(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q224"], "locale": "en"}
    first = await stage.play("action_answer_question", **asked)
    events = after(first.card("answer"), "要多久")
    more = await stage.play(
        "action_answer_question", events=events, text="要多久", in_full="外国人", **asked
    )
    assert more.responses == ["utter_answer_english"]
    assert first.card("answer")["detail"] in more.text


CHOICES = {"type": "choices", "choices": [{"title": "甲", "payload": '/choose{"item": "Q001"}'}]}
HUMAN = {"type": "choices", "choices": [{"title": "转人工", "payload": "/human"}]}
ANSWER = {"type": "answer", "item": "Q001"}


@pytest.mark.parametrize(
    ("card", "text", "response"),
    [
        (ANSWER, "她走不动路", "utter_not_followed"),
        (CHOICES, "要去哪里办", "utter_not_followed"),
        (HUMAN, "她走不动路", "utter_not_covered"),
        ({"type": "contributions"}, "她走不动路", "utter_not_covered"),
        (None, "她走不动路", "utter_not_covered"),
        (ANSWER, "我想知道明天上海的天气怎么样啊", "utter_not_covered"),
        (ANSWER, "/out_of_scope", "utter_not_covered"),
    ],
)
async def test_few_words_after_an_answer_may_go_on_with_it(
    stage: Stage, card: dict[str, Any] | None, text: str, response: str
) -> None:
    turn = {"text": text, "events": after(card, text)}
    said = await stage.play("action_say_not_covered", "out_of_scope", **turn)
    assert said.responses == [response]
    assert "12333" in said.text
    assert [one["payload"] for one in said.card("choices")["choices"]] == ["/human"]

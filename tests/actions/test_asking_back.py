"""Not understanding, not covering, and pieces of information out of the blue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.stage import Stage

ASK_BACK = "action_ask_back"


async def test_the_first_time_there_are_three_choices_and_a_person(stage: Stage) -> None:
    said = await stage.play(ASK_BACK, "unclear", answers=["Q001", "Q016", "Q018", "Q073"])
    assert said.responses == ["utter_ask_back"]
    assert said.card("choices")["choices"] == [
        {"title": "五险包括哪些", "payload": '/choose{"item": "Q001"}'},
        {"title": "今年缴费基数是多少", "payload": '/choose{"item": "Q016"}'},
        {"title": "当地门诊怎么报", "payload": '/choose{"item": "Q018"}'},
        {"title": "转人工", "payload": "/human"},
    ]
    assert said.slots == {"unclear_turns": 1.0}


async def test_each_choice_says_what_its_answer_comes_to(stage: Stage) -> None:
    said = await stage.play(ASK_BACK, "unclear", answers=["Q001", "Q202", "Q200"])
    assert said.text.split("\n")[1:] == [
        "1. 五险包括哪些——五险就是养老、医疗、工伤、失业、生育这五种保险。",
        "2. 认证怎么做——在手机上刷脸就行。走不动的申请上门。",
        "3. 医疗保障法什么时候施行",  # not in force yet: none of it is given as if it held
    ]


async def test_sympathy_is_said_once(stage: Stage) -> None:
    mourning = {"answers": ["Q203", "Q001"], "text": "我爸走了"}
    first = await stage.play(ASK_BACK, "unclear", **mourning)
    assert first.responses == ["utter_ask_back_condolence"]
    assert first.text.split("\n")[1] == "1. 人去世了领什么——由遗属领丧葬补助金和抚恤金。"
    answer = (await stage.play("action_answer_question", answers=["Q203"])).card("answer")
    for text, card in (("甲", answer), (first.text, None)):
        told = {"event": "bot", "text": text, "data": {"custom": {"card": card} if card else None}}
        events = [{"event": "user", "text": "问"}, told, {"event": "user", "text": "能补十万"}]
        stage.slots["unclear_turns"] = 0.0
        then = await stage.play(ASK_BACK, "unclear", events=events, **mourning)
        assert then.responses == ["utter_ask_back"]


@pytest.mark.parametrize(
    ("beside", "title"),
    [("look_up_card", "查我自己的记录"), ("estimate_pension", "帮我算一算")],
)
async def test_what_may_be_meant_beside_is_offered_too(
    stage: Stage, beside: str, title: str
) -> None:
    said = await stage.play(ASK_BACK, "unclear", answers=["Q001", "Q016", "Q018"], beside=beside)
    payloads = [one["payload"] for one in said.card("choices")["choices"]]
    assert payloads[-2:] == [f"/{beside}", "/human"]
    assert len(payloads) == 4
    assert said.card("choices")["choices"][2]["title"] == title


async def test_the_second_time_in_a_row_offers_a_person(stage: Stage) -> None:
    await stage.play(ASK_BACK, "unclear", answers=["Q001"])
    said = await stage.play(ASK_BACK, "unclear", answers=["Q001"])
    assert said.responses == ["utter_offer_person"]
    assert "12333" in said.text
    assert said.card("choices")["choices"][-1]["payload"] == "/human"


async def test_an_answer_in_between_begins_anew(stage: Stage) -> None:
    await stage.play(ASK_BACK, "unclear", answers=["Q001"])
    await stage.play("action_answer_question", answers=["Q001"])
    said = await stage.play(ASK_BACK, "unclear", answers=["Q001"])
    assert said.responses == ["utter_ask_back"]


async def test_without_likely_items_other_words_are_asked_for(stage: Stage) -> None:
    said = await stage.play(ASK_BACK, "unclear", answers=["Q999"])
    assert said.responses == ["utter_ask_other_words"]
    assert [one["payload"] for one in said.card("choices")["choices"]] == ["/human"]


async def test_a_no_offers_what_was_likely_too_and_the_neighbours(stage: Stage) -> None:
    await stage.play("action_answer_question", answers=["Q001"])
    said = await stage.play(ASK_BACK, "deny", answers=["Q073"], refused="Q001")
    assert said.responses == ["utter_ask_back_refused"]
    offered = [one["payload"] for one in said.card("choices")["choices"]]
    assert offered[:2] == ['/choose{"item": "Q073"}', '/choose{"item": "Q016"}']


async def test_a_no_to_choices_asks_for_the_whole_question(stage: Stage) -> None:
    said = await stage.play(ASK_BACK, "deny", answers=[])
    assert said.responses == ["utter_ask_in_full"]
    assert [one["payload"] for one in said.card("choices")["choices"]] == ["/human"]


async def test_what_is_not_covered_is_said_plainly(stage: Stage) -> None:
    said = await stage.play("action_say_not_covered", "out_of_scope")
    for part in ("不在我能回答的范围", "12333", "12345"):
        assert part in said.text


@pytest.mark.parametrize(
    ("entities", "response"),
    [
        ({"region": "510000"}, "utter_region_noted"),
        ({"region": "990000"}, "utter_unknown_region"),
        ({"insurance": "medical"}, "utter_what_about_it"),
        ({}, "utter_what_about_it"),
        ({"item": "Q999"}, "utter_not_covered"),
    ],
)
async def test_a_piece_out_of_the_blue_gets_a_sentence(
    stage: Stage, entities: dict[str, str], response: str
) -> None:
    said = await stage.play("action_continue", "inform", entities=entities)
    assert said.responses == [response]


async def test_who_tells_what_he_is_beside_another_matter_is_not_asked_for_his_birth(
    stage: Stage,
) -> None:
    told = {"worker_category": "male"}
    said = await stage.play("action_continue", "inform", entities=told)
    assert said.responses == ["utter_ask_birth_month"]
    await stage.play("action_answer_question", answers=["Q001"])
    stage.slots["pending"] = None
    said = await stage.play("action_continue", "inform", entities=told)
    assert said.responses == ["utter_what_about_it"]


async def test_who_types_english_is_asked_back_and_refused_in_english(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q001", "Q224"], "text": "how much is it"}
    said = await stage.play("action_ask_back", **asked)
    assert said.responses == ["utter_ask_back_english"]
    offered = said.card("choices")["choices"]
    assert [one["payload"] for one in offered] == ['/choose{"item": "Q224"}', "/human"]
    assert all(one["title"].isascii() for one in offered)
    said = await stage.play("action_ask_back", answers=["Q001"], text="how much is it")
    assert said.responses == ["utter_not_covered_english"]
    said = await stage.play("action_say_not_covered", "out_of_scope", text="will it rain")
    assert said.responses == ["utter_not_covered_english"]
    assert "12333" in said.text
    # A Chinese sentence on an English page is answered in Chinese.
    said = await stage.play("action_say_not_covered", text="明天下雨吗", locale="en")
    assert said.responses == ["utter_not_covered"]

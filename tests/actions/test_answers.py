"""Policy questions: the right rule for region and day, with its source."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.knowledge.shelf import read_knowledge
from tests.actions.stage import ROOT, Stage

ANSWER = "action_answer_question"
KNOWLEDGE = read_knowledge(ROOT / "data/knowledge")


async def test_an_answer_is_its_summary_and_one_line_on_its_source(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q001", "Q016"])
    assert said.texts == [
        "五险就是养老、医疗、工伤、失业、生育这五种保险。\n"
        "依据：《中华人民共和国社会保险法》（主席令第35号）第2条"
    ]
    assert said.slots["topic"] == "Q001"


async def test_the_card_holds_detail_dates_sources_and_related_items(stage: Stage) -> None:
    card = (await stage.play(ANSWER, answers=["Q001"])).card("answer")
    assert card["detail"] == "工伤和生育由单位缴。"
    assert card["effective_from"] == "2011-07-01"
    assert card["sources"][0]["title"] == "中华人民共和国社会保险法"
    assert card["sources"][0]["url"].startswith("https://www.mohrss.gov.cn/")
    assert card["related"] == [
        {"title": "今年缴费基数是多少", "payload": '/choose{"item": "Q016"}'}
    ]
    assert card["office"] == {"name": "社保经办机构", "phone": "12333"}


async def test_without_a_region_the_rule_is_told_and_the_place_asked(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q016"])
    assert said.responses == ["utter_answer", "utter_ask_region"]
    assert "local" not in said.text
    assert said.card("choices")["choices"] == [
        {"title": "北京", "payload": '/inform{"region": "110000"}'},
        {"title": "上海", "payload": '/inform{"region": "310000"}'},
    ]
    assert (said.slots["pending"], said.slots["topic"]) == ("region", "Q016")


async def test_with_a_region_its_figures_stand_in_the_answer(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q016"], entities={"region": "310000"})
    assert said.texts[0].splitlines() == [
        "缴费基数有上限和下限，各地不一样。",
        "上海现行缴费基数：下限每月7546元，上限每月37731元（2026年7月到2027年6月的数）。",
        "依据：《降低社会保险费率综合方案》（国办发〔2019〕13号）第三条、"
        "《上海2026年度社保缴费基数上下限（人社局公告/问答）》",
    ]
    card = said.card("answer")
    assert card["region"] == {"code": "310000", "name": "上海市"}
    assert card["sources"][0]["title"].startswith("上海2026年度社保缴费基数")


async def test_the_place_that_was_asked_for_leads_back_to_the_question(stage: Stage) -> None:
    await stage.play(ANSWER, answers=["Q016"])
    said = await stage.play("action_continue", "inform", entities={"region": "110000"})
    assert "下限每月7270元" in said.text
    assert said.slots == {"pending": None}


async def test_the_place_of_the_service_centre_counts_when_nothing_was_said(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q016"], site_region="310100")
    assert "7546" in said.text


async def test_what_the_citizen_says_beats_the_place_of_the_centre(stage: Stage) -> None:
    said = await stage.play(
        ANSWER, answers=["Q016"], site_region="310000", entities={"region": "110000"}
    )
    assert "7270" in said.text


async def test_two_places_in_a_sentence_mean_the_last_one(stage: Stage) -> None:
    stage.slots["region"] = ["430000", "110000"]
    said = await stage.play(ANSWER, answers=["Q016"])
    assert "7270" in said.text


@pytest.mark.parametrize("region", ["440000", "510000", "320000"])
async def test_an_expired_or_missing_figure_is_never_told(stage: Stage, region: str) -> None:
    said = await stage.play(ANSWER, answers=["Q016"], entities={"region": region})
    assert said.responses == ["utter_answer", "utter_no_verified_figure"]
    assert "12333" in said.text
    for figure in ("4775", "5510", "27549", "4588", "22938"):
        assert figure not in said.text


async def test_a_place_with_its_own_system_is_said_not_to_be_ours(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q016"], entities={"region": "810000"})
    assert said.responses == ["utter_answer", "utter_mainland_only"]


async def test_figures_end_with_their_last_day(stage: Stage) -> None:
    stage.clock.now = datetime(2027, 6, 30, 15, 59, tzinfo=UTC)
    assert (
        "7546" in (await stage.play(ANSWER, answers=["Q016"], entities={"region": "310000"})).text
    )
    stage.clock.now = datetime(2027, 6, 30, 16, 0, tzinfo=UTC)  # midnight in China
    said = await stage.play(ANSWER, answers=["Q016"], entities={"region": "310000"})
    assert said.responses == ["utter_answer", "utter_no_verified_figure"]


async def test_a_regional_rule_without_any_figures_names_the_office(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q018"])
    assert said.responses == ["utter_answer", "utter_ask_local_office"]
    assert "社保经办机构" in said.texts[1]
    assert "12333" in said.texts[1]


@pytest.mark.parametrize("entities", [{}, {"region": "110000"}])
async def test_a_matter_of_another_office_is_sent_to_that_office(
    stage: Stage, entities: dict[str, str]
) -> None:
    said = await stage.play(ANSWER, answers=["Q233"], entities=entities)
    assert said.responses == ["utter_answer", "utter_ask_local_office"]
    assert "住房公积金管理中心" in said.texts[1]
    assert "12329" in said.texts[1]
    assert "12333" not in said.text


async def test_a_rule_that_is_not_in_force_says_from_when(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q200"])
    assert said.responses == ["utter_not_yet_in_force"]
    assert "2027年1月1日" in said.text
    assert "按医疗保障法办" not in said.text
    assert said.cards == []


async def test_a_rule_whose_time_is_over_is_not_given(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q201"])
    assert said.responses == ["utter_no_longer_in_force"]
    assert "2021年12月31日" in said.text
    assert "按阶段性政策领" not in said.text


ENGLISH = (
    "Foreigners who work in China join social insurance too.\n"
    "Basis: 《中华人民共和国社会保险法》 (主席令第35号) Article 97"
)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh-CN", "do foreigners have to pay social insurance?"),
        ("zh-CN", "SOCIAL INSURANCE 2026"),
        ("en", ""),
        ("en-US", "外国人要交社保吗"),
        ("EN-gb", "12333"),
    ],
)
async def test_who_asks_in_english_is_answered_in_english(
    stage: Stage, locale: str, text: str
) -> None:
    said = await stage.play(ANSWER, answers=["Q224"], locale=locale, text=text)
    assert said.responses == ["utter_answer_english"]
    assert said.texts == [ENGLISH]
    assert said.slots["topic"] == "Q224"


@pytest.mark.parametrize(
    "text",
    ["外国人要交社保吗", "我是foreigner要交social insurance吗", "12333", "？？", "", "社保 OK"],
)
async def test_who_asks_in_chinese_is_answered_in_chinese(stage: Stage, text: str) -> None:
    said = await stage.play(ANSWER, answers=["Q224"], text=text)
    assert said.responses == ["utter_answer"]
    assert said.texts == [
        "在中国上班的外国人也要参加社保。\n依据：《中华人民共和国社会保险法》（主席令第35号）第97条"
    ]
    assert said.card("answer")["title"] == "外国人要交社保吗"


async def test_a_question_in_english_on_an_item_without_english_is_answered_in_chinese(
    stage: Stage,
) -> None:
    said = await stage.play(ANSWER, answers=["Q001"], locale="en", text="what are the five")
    assert said.responses == ["utter_answer"]
    assert said.card("answer")["office"] == {"name": "社保经办机构", "phone": "12333"}


async def test_the_english_card_is_english_but_for_the_titles_of_documents(stage: Stage) -> None:
    card = (await stage.play(ANSWER, answers=["Q224"], locale="en")).card("answer")
    assert card["title"] == "Do foreigners pay in?"
    assert card["summary"] == "Foreigners who work in China join social insurance too."
    assert card["detail"] == "The employer registers you."
    assert card["office"] == {"name": "Social insurance office", "phone": "12333"}
    assert [one.get("article") for one in card["sources"]] == ["Article 97", None]
    assert [one["title"] for one in card["related"]] == ["Leaving China"]


async def test_the_place_changes_nothing_in_an_english_answer(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q224"], locale="en", entities={"region": "310000"})
    assert said.texts == [ENGLISH]


async def test_a_choice_tapped_after_an_english_question_is_answered_in_english(
    stage: Stage,
) -> None:
    tapped = '/choose{"item": "Q225"}'
    events = [{"event": "user", "text": one} for one in ("can I leave", tapped)]
    said = await stage.play(
        "action_continue", "choose", entities={"item": "Q225"}, text=tapped, events=events
    )
    assert said.responses == ["utter_answer_english"]
    assert said.text.endswith(
        "Basis: 《在中国境内就业的外国人参加社会保险暂行办法》 (人社部令第16号)"
    )


async def test_a_choice_tapped_after_a_chinese_question_is_answered_in_chinese(
    stage: Stage,
) -> None:
    tapped = '/choose{"item": "Q225"}'
    events = [{"event": "user", "text": one} for one in ("can I leave", "离境能取吗", tapped)]
    said = await stage.play(
        "action_continue", "choose", entities={"item": "Q225"}, text=tapped, events=events
    )
    assert said.responses == ["utter_answer"]


@pytest.mark.parametrize("answers", [[], ["Q999"]])
async def test_an_unknown_item_is_said_not_to_be_covered(stage: Stage, answers: list[str]) -> None:
    said = await stage.play(ANSWER, answers=answers)
    assert said.responses == ["utter_not_covered"]


async def test_a_chosen_item_is_answered(stage: Stage) -> None:
    said = await stage.play("action_continue", "choose", entities={"item": "Q001"})
    assert said.card("answer")["item"] == "Q001"


async def test_an_edited_file_is_live_at_once(
    stage: Stage, shelf_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.knowledge.shelf.LOOK_SECONDS", 0.0)
    file = shelf_folder / "items/ours.yml"
    file.write_text(file.read_text("utf-8").replace("五险就是养老", "五险指的是养老"), "utf-8")
    os.utime(file, ns=(1, 1))
    assert "五险指的是养老" in (await stage.play(ANSWER, answers=["Q001"])).text


async def test_a_broken_file_leaves_what_was_known(
    stage: Stage, shelf_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.knowledge.shelf.LOOK_SECONDS", 0.0)
    (shelf_folder / "items/ours.yml").write_text("items: [", "utf-8")
    assert "五险就是养老" in (await stage.play(ANSWER, answers=["Q001"])).text


async def test_where_one_place_has_a_figure_nobody_else_is_asked_for_theirs(stage: Stage) -> None:
    stage.clock.now = datetime(2025, 6, 1, tzinfo=UTC)  # only Sichuan's were in force
    said = await stage.play(ANSWER, answers=["Q016"])
    assert said.responses == ["utter_answer", "utter_ask_whether_there"]
    assert "四川" in said.texts[1]
    assert "12333" in said.texts[1]
    assert [one["title"] for one in said.card("choices")["choices"]] == ["四川"]
    assert said.slots["pending"] == "region"


async def test_an_office_that_the_answer_names_is_not_named_once_more(stage: Stage) -> None:
    said = await stage.play(ANSWER, answers=["Q019"])
    assert said.responses == ["utter_answer"]
    assert "12393" in said.text


async def test_figures_of_another_time_are_told_or_not_known(stage: Stage) -> None:
    asked = {"region": "310000", "period": "2024-01/2024-12"}
    before = await stage.play(ANSWER, answers=["Q016"], entities=asked)
    assert (
        before.texts[0]
        .splitlines()[1]
        .startswith(
            "您问的2024年1月到2024年12月的数，我没有核实过；我核实过的是：上海现行缴费基数：下限每月7546元，"
        )
    )
    this_year = {"region": "310000", "period": "2026-01/2026-12"}
    now = await stage.play(ANSWER, answers=["Q016"], entities=this_year)
    assert "没有核实过" not in now.texts[0]


async def test_another_place_gets_its_own_figures_and_no_source_of_none(stage: Stage) -> None:
    first = await stage.play(ANSWER, answers=["Q016"], entities={"region": "310000"})
    shown = {"event": "bot", "text": "答", "data": {"custom": {"card": first.card("answer")}}}
    turn = {"text": "那北京呢", "in_full": "上海缴费基数 那北京呢", "lines": []}
    then = await stage.play(
        ANSWER, answers=["Q016"], entities={"region": "110000"}, events=[shown], **turn
    )
    assert "北京现行缴费基数：下限每月7270元" in then.texts[0]
    assert then.card("answer")["region"]["code"] == "110000"


async def test_a_line_about_people_born_in_a_year_is_for_who_named_it(stage: Stage) -> None:
    line = "1970年3月出生的，61岁4个月退。"
    assert KNOWLEDGE.phrases.suits(line, "我70年的，男")
    assert KNOWLEDGE.phrases.suits(line, "1970年生的")
    assert not KNOWLEDGE.phrases.suits(line, "我属鼠的，男，72年的")
    assert KNOWLEDGE.phrases.suits("1976年9月及以后出生的男职工都是63岁退。", "几岁退")


async def test_each_place_that_is_named_gets_its_figures(stage: Stage) -> None:
    named = {"places": ["440000", "110000"], "entities": {"region": "310000"}}
    said = await stage.play(ANSWER, answers=["Q016"], **named)
    assert said.responses == ["utter_answer_local", "utter_no_verified_figure", "utter_local"]
    assert "上海现行缴费基数" in said.texts[0]
    assert "广东" in said.texts[1]
    assert "北京现行缴费基数：下限每月7270元" in said.texts[2]


async def test_figures_that_are_asked_for_stand_beside_what_fits(stage: Stage) -> None:
    first = await stage.play(ANSWER, answers=["Q016"], entities={"region": "310000"})
    shown = {"event": "bot", "text": "答", "data": {"custom": {"card": first.card("answer")}}}
    line = "缴费基数有上限和下限，各地不一样。"
    turn = {"in_full": "基数", "lines": [line], "events": [shown]}
    asked = await stage.play(ANSWER, answers=["Q016"], text="那到底是多少", **turn)
    assert "上海现行缴费基数" in asked.texts[0]
    other = await stage.play(ANSWER, answers=["Q016"], text="为啥跟外地不一样", **turn)
    assert "上海现行缴费基数" not in other.texts[0]

"""The retirement age as it is asked for and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions.stage import Stage

TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).resolve().parent / "retirement_vectors.yml").read_text(encoding="utf-8")
)
RETIREMENT = "action_retirement_age"


def said_age(row: dict[str, Any]) -> str:
    months = f"{row['age_months']}个月" if row["age_months"] else ""
    return f"{row['age_years']}岁{months}"


def said_month(written: str) -> str:
    year, month = written.split("-")
    return f"{year}年{int(month)}月"


@pytest.mark.parametrize(
    "row", TABLE["vectors"], ids=lambda row: f"{row['category']}-{row['birth']}"
)
async def test_age_and_month_stand_in_the_text(stage: Stage, row: dict[str, Any]) -> None:
    said = await stage.play(
        RETIREMENT,
        entities={"birth_month": row["birth"], "worker_category": row["category"]},
    )
    assert said_age(row) in said.text
    assert said_month(row["retire"]) in said.text
    values = [result["value"] for result in said.card("estimate")["results"]]
    assert values[:2] == [said_age(row), said_month(row["retire"])]


async def test_a_man_born_in_august_1972(stage: Stage) -> None:
    said = await stage.play(
        RETIREMENT, entities={"birth_month": "1972-08", "worker_category": "male"}
    )
    assert said.responses == ["utter_retirement_age"]
    for part in ("61岁11个月", "2034年7月", "2032年8月", "2037年7月", "17年6个月", "16年6个月"):
        assert part in said.text
    assert said.slots == {}


async def test_a_question_about_it_asks_for_birth_and_kind(stage: Stage) -> None:
    said = await stage.play("action_answer_question", answers=["Q073"])
    assert said.responses == ["utter_answer", "utter_ask_birth_and_category"]
    assert said.slots["pending"] == "retirement_age"
    payloads = [one["payload"] for one in said.card("choices")["choices"]]
    assert payloads == [
        '/inform{"worker_category": "male"}',
        '/inform{"worker_category": "female_55"}',
        '/inform{"worker_category": "female_50"}',
        '/choose{"item": "Q078"}',
    ]


async def test_a_question_that_says_all_gets_the_own_result(stage: Stage) -> None:
    said = await stage.play(
        "action_answer_question",
        answers=["Q073"],
        entities={"birth_month": "1972-08", "worker_category": "male"},
    )
    assert said.responses == ["utter_retirement_age"]


async def test_piece_by_piece_leads_to_the_result(stage: Stage) -> None:
    await stage.play("action_answer_question", answers=["Q073"])
    said = await stage.play("action_continue", "inform", entities={"birth_month": "1978-02"})
    assert said.responses == ["utter_ask_worker_category"]
    said = await stage.play("action_continue", "inform", entities={"worker_category": "female"})
    assert said.responses == ["utter_ask_female_kind"]
    # What it comes to with either is said before she taps.
    assert "2029年9月退" in said.text
    assert "2035年3月退" in said.text
    assert len(said.card("choices")["choices"]) == 3
    said = await stage.play("action_continue", "inform", entities={"worker_category": "female_50"})
    assert said.responses == ["utter_retirement_age"]
    assert "51岁7个月" in said.text
    assert stage.slots["pending"] is None


async def test_kind_first_asks_for_the_birth(stage: Stage) -> None:
    said = await stage.play("action_continue", "inform", entities={"worker_category": "male"})
    assert said.responses == ["utter_ask_birth_month"]
    assert said.slots["pending"] == "retirement_age"


async def test_a_woman_who_pays_for_herself_gets_both_and_the_local_office(stage: Stage) -> None:
    said = await stage.play(
        "action_answer_question",
        answers=["Q078"],
        entities={"birth_month": "1978-02", "worker_category": "female"},
    )
    assert said.responses == ["utter_retirement_both"]
    for part in ("51岁7个月", "57岁1个月", "12333"):
        assert part in said.text


async def test_she_is_asked_for_her_birth_only(stage: Stage) -> None:
    said = await stage.play("action_answer_question", answers=["Q078"])
    assert said.responses == ["utter_answer", "utter_ask_birth_month"]
    said = await stage.play("action_continue", "inform", entities={"birth_month": "1978-02"})
    assert said.responses == ["utter_retirement_both"]
    said = await stage.play("action_continue", "inform", entities={"worker_category": "male"})
    assert said.responses == ["utter_retirement_age"]


async def test_who_said_that_she_pays_for_herself_is_not_asked_for_her_post(stage: Stage) -> None:
    woman = {"birth_month": "1978-02", "worker_category": "female"}
    asked = {"answers": ["Q073"], "text": "所以我到底哪年退", "entities": woman}
    said = await stage.play("action_answer_question", **asked)
    assert "utter_ask_female_kind" in said.responses
    before = [{"event": "user", "text": "我78年2月的 女的 现在自己交社保"}]
    said = await stage.play("action_answer_question", events=before, **asked)
    assert said.responses == ["utter_retirement_both"]
    assert said.slots["topic"] == "Q078"


async def test_before_the_reform_the_old_age_holds(stage: Stage) -> None:
    said = await stage.play(
        RETIREMENT, entities={"birth_month": "1964-12", "worker_category": "male"}
    )
    assert said.responses == ["utter_retirement_before_reform"]
    # Neither early nor late: both belong to the reform.
    assert len(said.card("estimate")["results"]) == 3


@pytest.mark.parametrize(
    ("birth", "response", "months", "earliest"),
    [
        # Today is in November 2026: told now, one leaves in February 2027.
        ("1971-11", "utter_retirement_early_now", ("2026年11月", "2027年5月"), "2027年2月"),
        ("1971-09", "utter_retirement_early_now", ("2026年9月", "2027年3月"), "2027年2月"),
        ("1971-07", "utter_retirement_too_late_for_early", ("2026年12月", "2029年12月"), None),
        ("1971-05", "utter_retirement_reached", ("2026年10月",), None),
        ("1972-03", "utter_retirement_age", (), "2027年3月"),
    ],
)
async def test_who_leaves_early_has_to_say_so_three_months_before(
    stage: Stage, birth: str, response: str, months: tuple[str, ...], earliest: str | None
) -> None:
    said = await stage.play(
        RETIREMENT, entities={"birth_month": birth, "worker_category": "female_55"}
    )
    assert said.responses == [response]
    for month in (*months, *([earliest] if earliest else ())):
        assert month in said.text
    # The card shows no month that cannot be had any more.
    shown = {one["label"]: one["value"] for one in said.card("estimate")["results"]}
    assert shown.get("最早可以（弹性提前）") == earliest


async def test_who_has_reached_the_age_is_told_so(stage: Stage) -> None:
    said = await stage.play(
        RETIREMENT, entities={"birth_month": "1965-12", "worker_category": "male"}
    )
    assert said.responses == ["utter_retirement_reached"]


@pytest.mark.parametrize(
    ("age", "category", "response", "shown"),
    [
        # Born from November 1967 to November 1968.
        ("58", "male", "utter_retirement_age", ("60岁9个月到61岁", "2028年8月到2029年11月")),
        ("60", "male", "utter_retirement_about_now", ("2026年2月到2027年5月", "生日早的已经到")),
        ("52", "female_50", "utter_retirement_before_reform", ("50岁", "已经到退休年龄了")),
        ("55", "female_55", "utter_retirement_about_now", ("2026年2月到2027年5月",)),
        ("54", "female_55", "utter_retirement_in_years", ("2027年5月到2028年8月", "最多早3年")),
        ("61", "male", "utter_retirement_reached", ("60岁到60岁3个月", "已经到退休年龄了")),
    ],
)
async def test_an_age_tells_between_which_months(
    stage: Stage, age: str, category: str, response: str, shown: tuple[str, ...]
) -> None:
    said = await stage.play(RETIREMENT, entities={"age": age, "worker_category": category})
    assert said.responses == [response, "utter_retirement_by_age"]
    for part in shown:
        assert part in said.text
    assert said.slots["pending"] == "retirement_age"
    month = {one["label"]: one["value"] for one in said.card("estimate")["results"]}["退休年月"]
    assert month in said.text


async def test_the_month_that_is_told_then_is_counted_with(stage: Stage) -> None:
    await stage.play(RETIREMENT, entities={"age": "58", "worker_category": "male"})
    said = await stage.play("action_continue", "inform", entities={"birth_month": "1968-05"})
    assert said.responses == ["utter_retirement_age"]
    assert "1968年5月出生" in said.text


async def test_an_age_that_goes_with_the_month_adds_nothing_and_another_is_anothers(
    stage: Stage,
) -> None:
    stage.slots |= {"birth_month": "1968-05", "worker_category": "male"}
    own = await stage.play(RETIREMENT, entities={"age": "58"})
    assert own.responses == ["utter_retirement_age"]
    husband = await stage.play(RETIREMENT, entities={"age": "49"})
    assert husband.responses == ["utter_retirement_age", "utter_retirement_by_age"]
    assert "1976年11月到1977年11月" in husband.text
    earlier = await stage.play(RETIREMENT, counts={"aged": 49})
    assert "1968年5月出生" in earlier.text  # the month is surer than what was said in between


@pytest.mark.parametrize("age", ["9", "120", "0"])
async def test_nobody_of_that_age_retires(stage: Stage, age: str) -> None:
    said = await stage.play(RETIREMENT, entities={"age": age, "worker_category": "male"})
    assert said.responses == ["utter_ask_birth_month"]
    assert said.cards == []


async def test_who_told_his_age_is_asked_for_what_is_still_missing_only(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q073"], "counts": {"aged": 58}}
    said = await stage.play("action_answer_question", **asked)
    assert said.responses == ["utter_answer", "utter_ask_worker_category"]
    said = await stage.play("action_continue", "inform", entities={"worker_category": "male"})
    assert said.responses == ["utter_ask_birth_month"]  # told too long ago
    stage.slots |= {"worker_category": "male"}
    said = await stage.play("action_ask_back", answers=["Q073", "Q001"], entities={"age": "58"})
    assert said.responses == ["utter_retirement_age", "utter_retirement_by_age"]


@pytest.mark.parametrize(
    ("birth", "response"),
    [
        ("2030-01", "utter_born_in_future"),
        ("1900-01", "utter_born_too_long_ago"),
        ("2015-06", "utter_born_too_lately"),
        ("1972", "utter_ask_birth_month"),
    ],
)
async def test_an_impossible_birth_gets_a_sentence_and_no_result(
    stage: Stage, birth: str, response: str
) -> None:
    said = await stage.play(RETIREMENT, entities={"birth_month": birth, "worker_category": "male"})
    assert said.responses == [response]
    assert said.cards == []


async def test_who_asks_on_does_not_get_his_own_result_once_more(stage: Stage) -> None:
    stage.slots |= {"birth_month": "1970-05", "worker_category": "male"}
    asked: dict[str, Any] = {"answers": ["Q073"], "text": "我几岁退休"}
    own = await stage.play("action_answer_question", **asked)
    assert own.responses == ["utter_retirement_age"]
    told = {"event": "bot", "text": "甲", "data": {"custom": {"card": own.card("estimate")}}}
    events = [{"event": "user", "text": "问"}, told, {"event": "user", "text": "能早退不"}]
    asked |= {"events": events, "text": "能早退不", "in_full": "我几岁退休"}
    point = "能早退，最多早3年，年限要够。"
    said = await stage.play("action_answer_question", lines=[point], **asked)
    assert said.responses == ["utter_answer_point"]
    assert point in said.text
    more = await stage.play("action_answer_question", **asked)
    assert more.responses == ["utter_answer_more"]
    assert "按出生年月算" in more.text
    # Another month of birth is another result.
    other = await stage.play("action_answer_question", entities={"birth_month": "1971-05"}, **asked)
    assert other.responses == ["utter_retirement_age"]


@pytest.mark.parametrize(
    ("answers", "category", "response"),
    [
        (["Q073", "Q001"], "male", "utter_retirement_age"),
        # The kind of worker is missing.
        (["Q073", "Q001"], None, "utter_ask_worker_category"),
        (["Q073", "Q001"], "female", "utter_ask_female_kind"),
        # Something near it is likelier; then something else is.
        (["Q078", "Q073"], "male", "utter_retirement_age"),
        (["Q202", "Q073"], "male", "utter_ask_back"),
    ],
)
async def test_who_says_when_he_was_born_is_not_asked_what_he_meant(
    stage: Stage, answers: list[str], category: str | None, response: str
) -> None:
    entities = {"birth_month": "1970-05"} | ({"worker_category": category} if category else {})
    said = await stage.play(
        "action_ask_back",
        "unclear",
        answers=answers,
        text="我70年5月的 到底啥时候能退",
        entities=entities,
    )
    assert said.responses == [response]


async def test_who_asks_in_english_is_asked_back_in_english(stage: Stage) -> None:
    said = await stage.play(
        "action_ask_back",
        "unclear",
        answers=["Q073"],
        text="born 1970-05, male, when",
        entities={"birth_month": "1970-05", "worker_category": "male"},
    )
    assert said.responses[0].endswith("_english")

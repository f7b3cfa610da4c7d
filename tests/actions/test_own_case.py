"""Who told the numbers that a rule counts with hears what it comes to for him."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from actions.counting.small import survivors_months
from actions.knowledge.shelf import read_knowledge
from actions.own_case.answer import PRODUCT, RULES
from tests.actions.stage import ROOT, Said, Stage

KNOWLEDGE = read_knowledge(ROOT / "data/knowledge")


@pytest.fixture
def shelf_folder(tmp_path: Path) -> Path:
    """The real knowledge with the real items."""
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "data/knowledge", folder, ignore=shutil.ignore_patterns("schemas"))
    return folder


async def asked(stage: Stage, item: str, counts: dict[str, int], **turn: Any) -> Said:
    return await stage.play("action_answer_question", answers=[item], counts=counts, **turn)


@pytest.mark.parametrize(
    ("item", "counts", "entities", "said"),
    [
        ("Q148", {"wage": 7000}, {}, "10级约49000元、9级约63000元、8级约77000元、7级约91000元。"),
        ("Q065", {"yearly": 3000, "aged": 41}, {}, "自己一共交57000元，除以139，这一块每月约410元"),
        (
            "Q065",
            {"yearly": 360, "paid_months": 180},
            {},
            "自己一共交5400元，除以139，这一块每月约39元",
        ),
        ("Q125", {"paid_months": 96}, {}, "失业保险缴了8年的，最长领18个月，"),
        ("Q125", {"paid_months": 11}, {}, "失业保险缴了11个月的，还不满1年，"),
        ("Q125", {"paid_months": 97}, {"region": "310000"}, "在上海可以领16个月。"),
        ("Q222", {"paid_months": 264}, {}, "缴了22年的，抚恤金是16个月。"),
        (
            "Q221",
            {"paid_months": 372, "drawn_months": 150},
            {},
            "缴了31年、养老金领了12年6个月的，抚恤金按24个月减12个月，给12个月。",
        ),
        (
            "Q221",
            {"paid_months": 300, "drawn_months": 240},
            {},
            "缴了25年、养老金领了20年的，减下来不到9个月，按最少的给9个月。",
        ),
        ("Q221", {"paid_months": 300}, {}, "缴了25年的，抚恤金先按19个月算，"),
        (
            "Q045",
            {"leaving_year": 2033, "paid_months": 147},
            {},
            "2033年退休的，要缴满17年。缴了12年3个月，还差4年9个月。",
        ),
        (
            "Q086",
            {"paid_months": 180},
            {"birth_month": "1966-01", "worker_category": "male"},
            "2026年退休的，要缴满15年。缴了15年，年限已经够了。",
        ),
        ("Q038", {"age": 720}, {"amount": "100000"}, "60岁退休，计发月数是139。账户里有100000元"),
        ("Q039", {"age": 723}, {}, "60岁3个月退休，各地一般折算成137.3个计发月。"),
        (
            "Q148",
            {"grade": 7, "wage": 6000},
            {},
            "7级的，一次给13个月的本人工资。本人工资按6000元算，大约是78000元。",
        ),
        ("Q122", {"paid_months": 8}, {}, "失业保险缴了8个月的，还不满1年，"),
        ("Q122", {"paid_months": 12}, {}, "失业保险缴了1年的，缴满1年这一条够了，"),
        ("Q058", {"paid_months": 72}, {}, "缴了6年的那个地方还不满10年，"),
        ("Q058", {"paid_months": 120}, {}, "缴了10年的那个地方满了10年，"),
        ("Q163", {"babies": 2}, {}, "一次生2个的，国家规定休113天；"),
        ("Q149", {"grade": 2}, {}, "2级的，一次给25个月的本人工资。以后每月再发本人工资的85%。"),
        ("Q023", {"wage": 8000}, {}, "基数按8000元算，每月扣个人养老640元、医保160元，共800元；"),
        ("Q023", {"base": 8000, "percent": 50}, {}, "失业按0.5%是40元，共840元。"),
        (
            "Q023",
            {"wage": 4000},
            {"region": "110000"},
            "北京的缴费基数最低7270元，不到的按它算。基数按7270元算，每月扣个人养老581.6元、",
        ),
        (
            "Q023",
            {"wage": 90000},
            {"region": "110000"},
            "北京的缴费基数最高36348元，超过的按它算。",
        ),
        (
            "Q019",
            {"wage": 4000, "staff": 6},
            {},
            "养老每月个人扣320元，单位一般缴640元。6个人，单位养老每月共3840元，别的险另算。",
        ),
        (
            "Q179",
            {"base": 8000, "to_pay": 3},
            {},
            "养老按8000元的基数，每月交1600元，其中640元进个人账户。3个月共4800元。",
        ),
        (
            "Q179",
            {},
            {"region": "310000"},
            "上海的缴费基数最低7546元。养老按7546元的基数，每月交1509.2元，"
            "其中603.68元进个人账户。医保每月754.6元，两样共2263.8元。",
        ),
        (
            "Q097",
            {"base": 4500, "percent": 1000, "to_pay": 2},
            {},
            "按您说的数算：4500元×10%×2个月＝900元。",
        ),
    ],
)
async def test_the_sum_is_told_before_the_rule(
    stage: Stage, item: str, counts: dict[str, int], entities: dict[str, str], said: str
) -> None:
    answer = await asked(stage, item, counts, entities=entities)
    card = answer.card("answer")
    assert said in card["summary"].splitlines()[0]
    assert KNOWLEDGE.items[item].summary.removeprefix("请节哀。") in card["summary"]
    assert card["summary"].count("请节哀") == KNOWLEDGE.items[item].summary.count("请节哀")
    assert said in answer.text
    assert card["sources"]


@pytest.mark.parametrize(
    ("item", "counts", "entities"),
    [
        ("Q125", {"drawn_months": 3}, {}),
        ("Q125", {"paid_months": 1200}, {}),
        ("Q221", {"paid_months": 60, "drawn_months": 12}, {}),
        ("Q045", {"paid_months": 147}, {}),
        ("Q045", {"leaving_year": 2025}, {}),
        ("Q045", {"paid_months": 147}, {"birth_month": "2024-05", "worker_category": "male"}),
        ("Q045", {"paid_months": 147}, {"birth_month": "1975-05", "worker_category": "female"}),
        ("Q038", {"age": 47 * 12}, {}),  # its months are doubted
        ("Q038", {"age": 100}, {}),
        ("Q148", {"grade": 12}, {}),
        ("Q124", {"paid_months": 96}, {}),
        ("Q023", {"percent": 50}, {}),
        ("Q097", {"base": 4500}, {}),
        ("Q179", {"to_pay": 2}, {}),
        # Beijing's floor is not known to hold for who pays alone.
        ("Q179", {"to_pay": 2}, {"region": "110000"}),
    ],
)
async def test_nothing_is_counted_from_what_is_missing_or_cannot_be(
    stage: Stage, item: str, counts: dict[str, int], entities: dict[str, str]
) -> None:
    without = await asked(stage, item, {}, entities=entities)
    same = await asked(stage, item, counts, entities=entities)
    assert (same.texts, same.cards) == (without.texts, without.cards)


def test_each_item_of_the_file_is_ours_and_has_a_rule() -> None:
    own = KNOWLEDGE.phrases.words["own_case"]["items"]
    assert {*own} <= {*KNOWLEDGE.items}
    assert {*own.values()} == {*RULES} - {PRODUCT}


async def test_a_percentage_of_an_earlier_message_is_not_multiplied_once_more(stage: Stage) -> None:
    told = {"event": "user", "text": "按4500 10% 多少", "counts": {"base": 4500, "percent": 1000}}
    later = await stage.play("action_answer_question", answers=["Q097"], events=[told])
    assert later.card("answer")["summary"] == KNOWLEDGE.items["Q097"].summary


async def test_the_age_of_staff_is_nobodys_own(stage: Stage) -> None:
    named = {"age": "58", "worker_category": "male"}
    staff = await asked(stage, "Q073", {"aged": 0}, entities=named)
    assert "utter_retirement_age" not in staff.responses
    assert "2028年" not in "".join(staff.texts)


async def test_what_was_told_of_oneself_is_not_the_birth_of_whom_is_asked_for(stage: Stage) -> None:
    stage.slots |= {"birth_month": "1966-10", "worker_category": "male"}
    wife = {"entities": {"worker_category": "female"}, "text": "我老婆呢"}
    asked_for = await asked(stage, "Q073", {"paid_months": 0, "aged": 0}, **wife)
    assert asked_for.responses[-1] == "utter_ask_birth_month"
    assert "1966年" not in "".join(asked_for.texts)


async def test_a_year_alone_is_a_birth_in_one_of_its_months(stage: Stage) -> None:
    man = {"entities": {"worker_category": "male"}, "text": "我属鼠的，男，72年的，什么时候退休"}
    own = await asked(stage, "Q073", {"born_year": 1972}, **man)
    assert own.responses == ["utter_retirement_age", "utter_retirement_by_age"]
    assert "1972年1月到1972年12月出生的男职工" in own.texts[0]
    stage.slots["birth_month"] = "1970-01"
    brother = {**man, "text": "我弟弟1978年的"}
    his = await asked(stage, "Q073", {"aged": 0, "born_year": 1978}, **brother)
    assert "1978年1月到1978年12月出生的男职工" in his.texts[0]
    later = await asked(stage, "Q073", {}, entities={"worker_category": "male"})
    assert "1970年1月出生的男职工" in later.texts[0]


async def test_a_relative_stays_meant_until_a_birth_is_told(stage: Stage) -> None:
    stage.slots |= {"birth_month": "1966-10", "worker_category": "female_50"}
    wife = {"event": "user", "text": "我老婆呢", "counts": {"paid_months": 0, "aged": 0}}
    post = {"entities": {"worker_category": "female_50"}, "text": "工人岗"}
    unknown = await asked(stage, "Q073", {}, events=[wife], **post)
    assert unknown.responses[-1] == "utter_ask_birth_month"
    told = {"event": "user", "text": "她80年的", "counts": {"born_year": 1980}}
    hers = await asked(stage, "Q073", {}, events=[wife, told], **post)
    assert "1980年1月到1980年12月出生的女工人" in hers.texts[0]
    # A month that is told after the year is the one that counts.
    stage.slots["birth_month"] = "1980-05"
    month = {"event": "user", "text": "1980年5月", "counts": {"born_year": 0}}
    exactly = await asked(stage, "Q073", {}, events=[wife, told, month], **post)
    assert "1980年5月出生的女工人" in exactly.texts[0]


async def test_what_is_asked_back_says_what_each_comes_to(stage: Stage) -> None:
    told = {"wage": 4000, "staff": 6}
    said = await stage.play("action_ask_back", "unclear", answers=["Q019", "Q023"], counts=told)
    assert said.responses == ["utter_ask_back"]
    first, second = said.text.split("\n")[1:3]
    assert first.endswith(
        "——基数4000元的，养老每月个人扣320元，单位一般缴640元。6个人，单位养老每月共3840元，别的险另算。"
    )
    assert "基数按4000元算，每月扣个人养老320元、医保80元，共400元；" in second


async def test_numbers_are_multiplied_where_the_topic_is_not_clear(stage: Stage) -> None:
    told = {"base": 4500, "percent": 1000, "to_pay": 2}
    said = await stage.play("action_ask_back", "unclear", answers=["Q097", "Q184"], counts=told)
    assert said.responses == ["utter_own_product", "utter_ask_back"]
    assert said.texts[0].startswith("按您说的数算：4500元×10%×2个月＝900元。")
    assert "900" not in said.texts[1]


async def test_numbers_told_first_count_for_the_question_that_follows(stage: Stage) -> None:
    told = {
        "event": "user",
        "text": "我失业保险交了8年",
        "counts": {"paid_months": 96},
    }
    chat = [{"event": "user", "text": "嗯"}] * 4
    soon = await stage.play("action_answer_question", answers=["Q125"], events=[told, *chat[:3]])
    assert "最长领18个月" in soon.card("answer")["summary"].splitlines()[0]
    late = await stage.play("action_answer_question", answers=["Q125"], events=[told, *chat])
    assert late.card("answer")["summary"] == KNOWLEDGE.items["Q125"].summary


async def test_who_tells_numbers_after_the_rule_hears_the_sum_alone(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q222"])).card("answer")
    shown = {"event": "bot", "text": "答", "data": {"custom": {"card": first}}}
    turn: dict[str, Any] = {"text": "他交了22年", "in_full": "没退休就去世 他交了22年"}
    said = await asked(stage, "Q222", {"paid_months": 264}, events=[shown], **turn)
    assert said.responses == ["utter_answer_point"]
    assert said.card("answer")["summary"] == "缴了22年的，抚恤金是16个月。"
    # The same once more: what fits otherwise, or all steps.
    events = [shown, {**shown, "data": {"custom": {"card": said.card("answer")}}}]
    again = await asked(stage, "Q222", {"paid_months": 264}, events=events, **turn)
    assert again.responses == ["utter_answer_more"]


async def test_who_asks_in_english_gets_the_rule(stage: Stage) -> None:
    english = await asked(stage, "Q125", {"paid_months": 96}, locale="en")
    assert "失业保险缴了" not in english.card("answer")["summary"]


@pytest.mark.parametrize(
    ("paid", "months"),
    [
        (0, 3),
        (59, 3),
        (60, 6),
        (119, 6),
        (120, 9),
        (180, 9),
        (191, 9),
        (192, 10),
        (360, 24),
        (500, 24),
    ],
)
def test_survivors_months_grow_by_full_years(paid: int, months: int) -> None:
    rules = KNOWLEDGE.phrases.words["calculators"]["survivors"]
    assert survivors_months(paid, rules) == months


async def test_who_asks_when_he_retires_hears_what_is_lacking(stage: Stage) -> None:
    born = {"birth_month": "1972-08", "worker_category": "male"}
    own = await asked(stage, "Q073", {"paid_months": 132}, entities=born)
    assert own.responses == ["utter_retirement_age", "utter_own_case"]
    assert own.texts[1].endswith("2034年退休的，要缴满17年6个月。缴了11年，还差6年6个月。")
    assert (await asked(stage, "Q073", {}, entities=born)).responses == ["utter_retirement_age"]


@pytest.mark.parametrize(
    ("item", "told", "said"),
    [
        ("Q080", {"birth_month": "1972-08"}, "最早2032年8月就可以退，不提前是2034年7月退。"),
        ("Q080", {"age": "58"}, "最早2027年11月到2028年11月就可以退，"),
        ("Q080", {"birth_month": "1966-10"}, "最早2027年2月可以退，不提前是2027年4月退。"),
        ("Q080", {"birth_month": "1966-07"}, "2026年12月到法定退休年龄，来不及再提前了。"),
        ("Q080", {"birth_month": "1965-06"}, "不用再提前了。"),
        ("Q083", {"birth_month": "1972-08"}, "和单位商量好，最晚2037年7月退。"),
    ],
)
async def test_who_told_when_he_was_born_hears_what_it_comes_to(
    stage: Stage, item: str, told: dict[str, str], said: str
) -> None:
    # Who has not told what work he does hears the rule alone.
    assert said not in (await asked(stage, item, {}, entities=told)).text
    own = await asked(stage, item, {}, entities={**told, "worker_category": "male"})
    assert said in own.text


@pytest.mark.parametrize("counts", [{"yearly": 3000}, {"aged": 41}, {"yearly": 3000, "aged": 66}])
async def test_what_residents_get_is_not_reckoned_from_half_of_it(
    stage: Stage, counts: dict[str, int]
) -> None:
    assert "除以139" not in (await asked(stage, "Q065", counts)).text


async def test_money_that_is_no_wage_is_not_counted_with(stage: Stage) -> None:
    offered = await asked(stage, "Q148", {"grade": 9}, entities={"amount": "5000"})
    assert "9级的，一次给9个月的本人工资。" in offered.text
    assert "45000" not in offered.text

"""What a citizen asks first, and what they must be told."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from tests.cards import check_card
from tests.conftest import ROOT, Talk
from tests.journeys.conftest import Whole

pytestmark = pytest.mark.journey


async def said(talk: Talk, text: str) -> tuple[str, list[dict[str, object]]]:
    """The words and the cards of the turn that answers `text`."""
    first = await talk.ask(text)
    turn = await talk.events(first["seq"] - 1)
    await asyncio.sleep(0.1)  # a question that is asked back has its choices behind its words
    turn += await talk.events(turn[-1]["seq"])
    cards = [event["card"] for event in turn if "card" in event]
    for card in cards:
        check_card(card)
    return "\n".join(event["text"] for event in turn), cards


async def test_a_policy_question_gets_a_sourced_answer(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "灵活就业人员怎么参加养老保险")
    answer = cards[0]
    assert answer["type"] == "answer"
    assert answer["sources"]
    assert "依据" in words


@pytest.mark.parametrize(
    "text",
    ["你好呀，麻烦问下生孩子能报多少", "谢谢你啊，那失业金怎么领呢", "您好，谢谢，养老金怎么算"],
)
async def test_who_greets_and_asks_gets_the_answer(whole: Whole, text: str) -> None:
    _, cards = await said(await whole.talk(), text)
    assert cards[0]["type"] == "answer"


@pytest.mark.parametrize("text", ["你好，在吗", "谢谢，再见", "你好，谢谢您"])
async def test_courtesy_alone_gets_courtesy(whole: Whole, text: str) -> None:
    words, cards = await said(await whole.talk(), text)
    assert words.strip()
    assert [card for card in cards if card["type"] in ("answer", "choices", "handoff")] == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("职工养老保险断了怎么办", {"好的，那医保呢": "Q097"}),
        ("失业金怎么领", {"嗯，需要什么材料": "Q126"}),
        ("养老保险怎么转移", {"那公积金呢": "Q235"}),
        ("灵活就业能交社保吗", {"那外卖员呢": "Q188"}),
        ("我月薪6000 五险一金扣多少", {"那我老公呢 他月薪1万2": "Q023"}),
        ("社保卡丢了怎么办", {"那老人的呢": "Q196"}),
        ("社保卡密码忘了", {"卡也丢了": "Q196"}),
        ("灵活就业怎么自己交社保", {"那一个月得多少钱": "Q179", "太贵了有没有补贴": "Q181"}),
        # What the dead man drew was told before.
        ("我爸领村里的养老金 上礼拜没了", {"有没有丧葬费": "Q072", "银行卡里剩的咋取": "Q072"}),
    ],
)
async def test_a_question_that_leans_on_the_last_is_understood_in_full(
    whole: Whole, first: str, then: dict[str, str]
) -> None:
    talk = await whole.talk()
    await said(talk, first)
    for text, item in then.items():
        _, cards = await said(talk, text)
        assert [card.get("item") for card in cards[:1]] == [item], text


@pytest.mark.parametrize(
    ("first", "then", "item"),
    [
        ("失业金怎么领", "不是这个 我问的是失业金领几个月", "Q125"),
        ("失业金怎么领", "那我是裸辞的呢", "Q123"),
        ("农村养老一年交多少钱", "不是养老 说的医保", "Q102"),
        ("我爸养老认证咋弄", "他走不动路", "Q202"),
        ("查一下我的缴费记录", "那几个月能补吗", "Q027"),
    ],
)
async def test_who_corrects_us_or_goes_on_is_followed(
    whole: Whole, first: str, then: str, item: str
) -> None:
    talk = await whole.talk()
    await said(talk, first)
    _, cards = await said(talk, then)
    assert [card.get("item") for card in cards[:1]] == [item]


@pytest.mark.parametrize(
    ("text", "item"),
    [("农保和职工养老选哪样合适", "Q263"), ("合作医疗跟职工医保差别大不大", "Q264")],
)
async def test_who_compares_two_ways_hears_both(whole: Whole, text: str, item: str) -> None:
    _, cards = await said(await whole.talk(), text)
    assert cards[0]["item"] == item
    for way in ("职工", "居民"):
        assert way in str(cards[0]["summary"])


async def test_where_no_line_is_surely_meant_it_says_so(whole: Whole) -> None:
    talk = await whole.talk()
    await said(talk, "自己辞职能领失业金吗")
    words, cards = await said(talk, "我老家安徽的 能回安徽领吗")
    assert "不敢说听准" in words
    assert cards[0]["item"] == "Q123"
    assert cards[0]["related"]


async def test_who_tells_how_he_lives_needs_no_sign_in(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "我45 没单位 手头紧")
    assert "登录" not in words
    assert [card for card in cards if card["type"] == "sign_in"] == []


async def test_who_has_lost_somebody_is_asked_back_with_condolence(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "我爸上星期走了")
    assert words.startswith("请节哀")
    assert cards[0]["type"] in ("choices", "answer")


async def test_who_refuses_an_answer_is_not_offered_it_again(whole: Whole) -> None:
    talk = await whole.talk()
    _, cards = await said(talk, "养老金什么时候涨")
    refused = cards[0]["item"]
    words, cards = await said(talk, "答非所问")
    assert "没答到您想问的" in words
    offered = [one["payload"] for one in cards[0]["choices"]]
    assert len(offered) > 1
    assert not [one for one in offered if refused in one]
    words, cards = await said(talk, "不用了")
    assert "不用就不用" in words
    assert cards == []


async def test_what_is_said_after_a_tapped_choice_is_weighed_with_it(whole: Whole) -> None:
    talk = await whole.talk()
    _, cards = await said(talk, "灵活就业怎么自己交社保")
    tapped = next(one for one in cards[0]["related"] if "Q179" in one["payload"])
    assert (await talk.answered(choice=tapped["payload"]))["card"]["item"] == "Q179"
    _, cards = await said(talk, "太贵了有没有补贴")
    # What stands behind the tapped one's answer may come among them.
    assert [card["item"] for card in cards if card["type"] == "answer"] == ["Q181"]


async def test_who_despairs_is_comforted_and_a_person_is_called(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "社保停了房贷还要还 我真不想活了")
    assert "120" in words
    assert cards[-1]["type"] == "handoff"


@pytest.mark.parametrize(
    ("text", "word"), [("字太小了能不能放大", "长辈版"), ("我说的话会不会给别人看", "遮住")]
)
async def test_what_is_asked_of_the_chat_itself(whole: Whole, text: str, word: str) -> None:
    words, _ = await said(await whole.talk(), text)
    assert word in words


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("我社保卡丢了怎么办", "Q196"),
        ("我妈的养老金啥时候涨", "Q048"),
        ("我的失业金能领多久", "Q125"),
    ],
)
async def test_a_rule_that_is_asked_for_oneself_needs_no_sign_in(
    whole: Whole, text: str, item: str
) -> None:
    _, cards = await said(await whole.talk(), text)
    assert [card.get("item") for card in cards[:1]] == [item]


@pytest.mark.parametrize("text", ["查我的社保卡状态", "帮我妈查养老金到账没"])
async def test_what_only_the_record_knows_needs_one(whole: Whole, text: str) -> None:
    _, cards = await said(await whole.talk(), text)
    assert cards[0]["type"] == "sign_in"


@pytest.mark.parametrize("text", ["那天气呢", "股票能买吗", "明天会下雨吗", "我先去吃饭了"])
async def test_what_is_not_ours_stays_so_after_a_question(whole: Whole, text: str) -> None:
    talk = await whole.talk()
    await said(talk, "养老金怎么算")
    words, cards = await said(talk, text)
    assert [card for card in cards if card["type"] == "answer"] == []
    assert "12333" in words


@pytest.mark.parametrize("text", ["陪产假工资照发吗", "试用期工资最低多少"])
async def test_a_question_about_work_alone_gets_no_answer_about_insurance(
    whole: Whole, text: str
) -> None:
    words, cards = await said(await whole.talk(), text)
    assert [card for card in cards if card["type"] == "answer"] == []
    assert "12333" in words


async def test_little_is_said_of_insurance_and_it_is_understood_or_asked_back(whole: Whole) -> None:
    _, cards = await said(await whole.talk(), "我在北京交了8年回老家怎么转")
    offered = [one["payload"] for card in cards for one in card.get("choices", [])]
    answered = [card["item"] for card in cards if card["type"] == "answer"]
    assert any("Q189" in payload for payload in (*answered, *offered))


async def test_the_last_answer_is_said_again_and_then_simply(whole: Whole) -> None:
    talk = await whole.talk()
    words, cards = await said(talk, "自愿放弃社保有没有用")
    again, shown = await said(talk, "没看清，再说一遍")
    assert (again, shown) == (words, cards)
    simply, offered = await said(talk, "太长了看不懂，简单点说")
    assert simply.startswith("简单说：")
    assert "12333" in simply
    assert len(simply) < len(words)
    assert offered[0]["choices"][0]["payload"].endswith(f'{{"item": "{cards[0]["item"]}"}}')


def offered_in_english() -> list[str]:
    """The questions of the widget's first screen in English, and the one in its empty field."""
    words = (ROOT / "web/widget/src/app/words/en.ts").read_text(encoding="utf-8")
    listed = re.search(r"questions: \[(.*?)\]", words, re.S)
    example = re.search(r'placeholder: "e\.g\. (.*?)"', words)
    assert listed
    assert example
    return [*re.findall(r'"(.*?)"', listed[1]), example[1]]


@pytest.mark.parametrize("text", offered_in_english())
async def test_what_the_first_screen_offers_in_english_is_answered_in_english(
    whole: Whole, text: str
) -> None:
    _, cards = await said(await whole.talk(locale="en"), text)
    assert cards[0]["type"] == "answer"
    assert str(cards[0]["title"]).isascii()


async def test_before_anything_was_said_nothing_is_said_again(whole: Whole) -> None:
    talk = await whole.talk()
    words, cards = await said(talk, "再说一遍")
    assert ("再说一遍" in words, cards) == (True, [])
    words, cards = await said(talk, "听不懂")
    assert "12333" in words
    assert [one["payload"] for one in cards[0]["choices"]] == ["/human"]


async def test_the_own_retirement_date_is_counted(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "我是1972年8月出生的男职工，什么时候退休")
    assert "61岁11个月" in words
    assert "2034年7月" in words
    assert cards[0]["type"] == "estimate"


async def test_who_tells_his_numbers_hears_the_sum(whole: Whole) -> None:
    words, _ = await said(
        await whole.talk(), "我爸走了 他缴了31年社保 领了12年养老金 抚恤金能给几个月"
    )
    assert "抚恤金按24个月减12个月，给12个月" in words
    talk = await whole.talk()
    await said(talk, "失业金能领多久")
    words, _ = await said(talk, "我交了三年半")
    assert "失业保险缴了3年6个月的，最长领12个月" in words
    # What was told some messages ago counts as well.
    talk = await whole.talk()
    await said(talk, "我在厂里干了11年，社保一直交着")
    words, _ = await said(talk, "失业金能领多久")
    assert "失业保险缴了11年的，最长领24个月" in words


async def test_the_weather_gets_no_policy_answer(whole: Whole) -> None:
    words, cards = await said(await whole.talk(), "今天天气怎么样")
    assert [card for card in cards if card["type"] == "answer"] == []
    assert "12333" in words


@pytest.mark.parametrize("wish", ["转人工", "人工", "找人", "我要找个真人", "给我转客服"])
async def test_a_person_is_always_reached(whole: Whole, wish: str) -> None:
    words, cards = await said(await whole.talk(), wish)
    assert "12333" in words
    assert cards[0]["type"] == "handoff"
    assert isinstance(cards[0]["ticket"], int)


async def test_the_region_is_asked_for_and_then_used(whole: Whole) -> None:
    talk = await whole.talk()
    words, cards = await said(talk, "失业金一个月领多少钱")
    assert cards[0]["type"] == "answer"
    words, _ = await said(talk, "上海")
    assert "上海" in words


@pytest.mark.parametrize(
    "text",
    ["/restart", '/choose{"item": "Q001"}', "/signed_in", "😀😀", "a\x00b", "问" * 500, "؟؟؟"],
)
async def test_whatever_is_typed_gets_words_and_never_a_command(whole: Whole, text: str) -> None:
    words, cards = await said(await whole.talk(), text)
    assert words.strip()
    assert "登录成功" not in words
    assert [card for card in cards if card["type"] == "contributions"] == []


async def test_a_choice_works_only_where_it_was_offered(whole: Whole) -> None:
    talk, other = await whole.talk(), await whole.talk()
    _, cards = await said(talk, "社保卡怎么弄")
    offered = next(
        choice
        for card in cards
        for choice in [*card.get("choices", []), *card.get("related", [])]  # type: ignore[misc]
    )
    refused = await other.send(choice=offered["payload"])
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_choice")
    assert await other.events() == []
    assert (await talk.send(choice=offered["payload"])).status_code == 202


async def test_numbers_of_persons_stay_in_the_gateway(whole: Whole) -> None:
    talk = await whole.talk()
    number, phone = "310199198001011237", "13800138000"
    await said(talk, f"我身份证{number}，手机{phone}，帮我查查社保")
    everything = json.dumps(await talk.events(), ensure_ascii=False) + whole.logs()
    assert number not in everything
    assert phone not in everything
    assert "〔身份证号1〕" in everything

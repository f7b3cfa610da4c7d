"""Which numbers are lifted out of a text, and which stay."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from channels.masking import (
    CARD,
    NAME,
    PHONE,
    RESIDENT_ID,
    check_digit,
    find,
    hide,
    mask,
    without_spoofs,
)

# Made-up people: regions are real, birthdays and serials are not anybody's.
ID = "510107197208121234"[:17] + check_digit("51010719720812123")
ID_X = next(
    f"31010119900307{serial:03d}X"
    for serial in range(1000)
    if check_digit(f"31010119900307{serial:03d}") == "X"
)
ID_15 = "510107720812123"
MOBILE = "13812345678"
CARD_16 = "6222021234567894"
CARD_19 = "6222021234567890128"
SPACED = f"{ID[:6]} {ID[6:14]} {ID[14:]}"
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
SPOKEN = str.maketrans("0123456789X", "零一二三四五六七八九叉")

LIFTED = [
    (f"我的身份证是{ID}", [(RESIDENT_ID, ID)]),
    (ID, [(RESIDENT_ID, ID)]),
    (f"身份证{ID_X}查一下", [(RESIDENT_ID, ID_X)]),
    (f"身份证{ID_X.lower()}查一下", [(RESIDENT_ID, ID_X)]),
    (ID_X.translate(FULL), [(RESIDENT_ID, ID_X)]),
    (ID_X[:17] + "ｘ", [(RESIDENT_ID, ID_X)]),
    (ID.translate(FULL), [(RESIDENT_ID, ID)]),
    (SPACED, [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "-"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "—"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "."), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "。"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "·"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "\u3000"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "  "), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "- "), [(RESIDENT_ID, ID)]),
    (" ".join(ID), [(RESIDENT_ID, ID)]),
    ("-".join(ID_X), [(RESIDENT_ID, ID_X)]),
    (f"{ID[:4]} {ID[4:8]} {ID[8:12]} {ID[12:16]} {ID[16:]}", [(RESIDENT_ID, ID)]),
    (f"{ID_X[:17]} {ID_X[17]}", [(RESIDENT_ID, ID_X)]),
    (f"张三{ID}李四{ID_X}", [(RESIDENT_ID, ID), (RESIDENT_ID, ID_X)]),
    (f"{ID}，{ID}", [(RESIDENT_ID, ID), (RESIDENT_ID, ID)]),
    (f"{ID} {MOBILE}", [(RESIDENT_ID, ID), (PHONE, MOBILE)]),
    (f"{MOBILE} {ID}", [(PHONE, MOBILE), (RESIDENT_ID, ID)]),
    (f"{ID}{MOBILE}", [(RESIDENT_ID, ID), (PHONE, MOBILE)]),
    (f"2024年{ID}", [(RESIDENT_ID, ID)]),
    (f"1. {ID}", [(RESIDENT_ID, ID)]),
    (f"id:{ID};", [(RESIDENT_ID, ID)]),
    (f"（{ID}）", [(RESIDENT_ID, ID)]),
    (f"老身份证{ID_15}", [(RESIDENT_ID, ID_15)]),
    (ID_15.translate(FULL), [(RESIDENT_ID, ID_15)]),
    (f"{ID_15[:6]} {ID_15[6:12]} {ID_15[12:]}", [(RESIDENT_ID, ID_15)]),
    (f"我手机{MOBILE}", [(PHONE, MOBILE)]),
    (f"电话{MOBILE}，请回电", [(PHONE, MOBILE)]),
    ("138 1234 5678", [(PHONE, MOBILE)]),
    ("138-1234-5678", [(PHONE, MOBILE)]),
    ("138－1234－5678", [(PHONE, MOBILE)]),
    ("138.1234.5678", [(PHONE, MOBILE)]),
    ("1381234 5678", [(PHONE, MOBILE)]),
    ("138 12345678", [(PHONE, MOBILE)]),
    ("138 123 45678", [(PHONE, MOBILE)]),
    ("1381-2345-678", [(PHONE, MOBILE)]),
    (" ".join(MOBILE), [(PHONE, MOBILE)]),
    (MOBILE.translate(FULL), [(PHONE, MOBILE)]),
    (f"+86{MOBILE}", [(PHONE, MOBILE)]),
    (f"+86 {MOBILE}", [(PHONE, MOBILE)]),
    (f"86-{MOBILE}", [(PHONE, MOBILE)]),
    (f"0086{MOBILE}", [(PHONE, MOBILE)]),
    (f"tel{MOBILE}", [(PHONE, MOBILE)]),
    (f"{MOBILE}/19912345678", [(PHONE, MOBILE), (PHONE, "19912345678")]),
    (f"卡号{CARD_16}", [(CARD, CARD_16)]),
    (f"社保卡{CARD_19}丢了", [(CARD, CARD_19)]),
    ("6222 0212 3456 7894", [(CARD, CARD_16)]),
    ("6222-0212-3456-7894", [(CARD, CARD_16)]),
    ("6222 0212 3456 7890 128", [(CARD, CARD_19)]),
    (CARD_19.translate(FULL), [(CARD, CARD_19)]),
    ("622202 1234567894", [(CARD, CARD_16)]),
    (f"{CARD_16} {MOBILE}", [(CARD, CARD_16), (PHONE, MOBILE)]),
    (SPACED.replace(" ", "/"), [(RESIDENT_ID, ID)]),
    (SPACED.replace(" ", "／"), [(RESIDENT_ID, ID)]),
    ("310199/19900315/0241", [(RESIDENT_ID, "310199199003150241")]),
    ("138/1234/5678", [(PHONE, MOBILE)]),
    ("6222/0212/3456/7894", [(CARD, CARD_16)]),
    *((f"{ID_X[:17]}{ten}查一下", [(RESIDENT_ID, ID_X)]) for ten in "×✕✖╳Ⅹⅹ\u03a7\u0425"),
    (f"{ID_X[:17]} ×", [(RESIDENT_ID, ID_X)]),
    ("我电话一三八一二三四五六七八", [(PHONE, MOBILE)]),
    ("幺三八，不对，幺三八幺二三四五六七八", [(PHONE, "13812345678")]),
    ("一三八 一二三四 五六七八", [(PHONE, MOBILE)]),
    ("壹叁捌壹贰叁肆伍陆柒捌", [(PHONE, MOBILE)]),
    ("一三八12345678", [(PHONE, MOBILE)]),
    (ID.translate(SPOKEN), [(RESIDENT_ID, ID)]),
    (ID_X.translate(SPOKEN), [(RESIDENT_ID, ID_X)]),
    (CARD_16.translate(SPOKEN), [(CARD, CARD_16)]),
    (f"周一{MOBILE}打给我", [(PHONE, MOBILE)]),
    (f"{ID}，一三八一二三四五六七八", [(RESIDENT_ID, ID), (PHONE, MOBILE)]),
    ("1381 2345 678", [(PHONE, MOBILE)]),
    ("手机13812 345678", [(PHONE, MOBILE)]),
    ("手机号：13812 345678", [(PHONE, MOBILE)]),
    ("联系电话是 13 81234 5678", [(PHONE, MOBILE)]),
    ("手机号码+86 13812 345678", [(PHONE, MOBILE)]),
    ("Tel: 138123 45678", [(PHONE, MOBILE)]),
    ("银行卡6222021234567890123", [(CARD, "6222021234567890123")]),
    ("我的银行卡号是：6222021234567890", [(CARD, "6222021234567890")]),
    ("卡号6222 0212 3456 7890", [(CARD, "6222021234567890")]),
    ("银行卡建设银行6222021234567890", [(CARD, "6222021234567890")]),
    ("社保卡号码 622202123456789", [(CARD, "622202123456789")]),
    ("6222021234567890123是我的银行卡", [(CARD, "6222021234567890123")]),
    (f"卡号{'6222021234567890'.translate(SPOKEN)}", [(CARD, "6222021234567890")]),
    ("身份证11010119900307777", [(RESIDENT_ID, "11010119900307777")]),
    ("身份证号11010119901307777X", [(RESIDENT_ID, "11010119901307777X")]),
    ("身份证号码：110101 19901307 7771", [(RESIDENT_ID, "110101199013077771")]),
    ("身份证99010119900307777", [(RESIDENT_ID, "99010119900307777")]),
    ("身份证1101011990030777713", [(RESIDENT_ID, "1101011990030777713")]),
    ("11010119900307777是我的身份证号", [(RESIDENT_ID, "11010119900307777")]),
    (
        f"身份证11010119900307777 {MOBILE}",
        [(RESIDENT_ID, "11010119900307777"), (PHONE, MOBILE)],
    ),
    (f"身份证{CARD_16}", [(CARD, CARD_16)]),
]

LEFT = [
    "12333",
    "打12333和12366、12345、12393",
    "电话010-12345678",
    "缴费基数4588元到22941元",
    "1,234,567.89元",
    "1234567.89元",
    "2026年11月24日",
    "2026-11-24",
    "2026-11-24 09:30:00",
    "20261124",
    "1972年8月12日出生",
    "1972.08.12",
    "1990-01-01到2020-12-31",
    "1998 1999 2000 2001",
    "2021 2022 2023 2024",
    "工资1500 2000 300",
    "4000 5000 6000 7000",
    "3500、4000、4500、5000",
    "人社部发〔2019〕13号",
    "国办发〔2009〕66号，人社厅函〔2023〕144号",
    "国务院令第735号",
    "6位验证码 123456",
    "邮编610000，区号028",
    "510107",
    "15年又180个月",
    "8%，16%，0.5%",
    "流水号20261124093000001234",
    "订单2026112409300012",
    "1234567890",
    "00000000000",
    "0000000000000000",
    "1111111111111111",
    "信用代码91510100MA6CQLXX7H",
    "12 24 36 48 60 72",
    "13.5+14.2+15.8",
    "每月3000-5000元，共10000-20000元",
    "6222021234567890",
    "第1条 第2条 第3条 第4条 第5条 第6条",
    "3f0c8b52-1234-4123-8123-123456789012",
    "2023/03/15",
    "2023/03/15 2024/03/15",
    "2023/03/15到2024/11/15，2025/12/31前",
    "2021/11/15-2022/11/15",
    "12333/12366/12345",
    "1500/2000/300",
    "150/2000/3000",
    "1/2，2/3，3/4",
    "人社部发/2019/13，国办发/2009/66",
    "8000×12×15",
    "基数4588×20%×180",
    "社会保险法第58条、第五十八条",
    "二〇二三年三月十五日到二〇二四年一月一日",
    "一二三四五六七八九十一二三四",
    "一三五七九，二四六八",
    "周一周二周三周四周五周六，一三五上午",
    "电话一二三三三、一二三六六、一二三四五",
    "工资1550 2080 350",
    "三个月1535 2482 367元",
    "1998 2003 150",
    "13812 345678",
    "身份证2020-01-01 2040-01-01",
    "身份证20200101-20400101到期",
    "身份证有效期2020.01.01-2040.01.01",
    "社保卡12333 12393 12345",
    "社保卡打12333",
    "银行卡3200 4150 5230",
    "银行卡2023/03/15 2024/03/15",
    "卡号12345678",
    "订单2026112409300012，我的银行卡呢",
    "手机费1500 2000 300",
    "电话1500 2000 300",
    "",
    "没有数字",
]


@pytest.mark.parametrize(("text", "expected"), LIFTED)
def test_a_number_that_identifies_a_person_is_lifted_out(
    text: str, expected: list[tuple[str, str]]
) -> None:
    numbers = [(one.kind, one.value) for one in find(text) if one.kind != NAME]
    assert numbers == expected
    hidden = hide(text)
    for one in find(text):
        assert text[one.start : one.end] not in hidden
    assert find(hidden) == []


@pytest.mark.parametrize("text", LEFT)
def test_an_ordinary_figure_stays(text: str) -> None:
    assert hide(text) == text


def test_placeholders_are_numbered_on_from_those_of_the_conversation() -> None:
    masked = mask(f"{ID}和{ID_X}，{ID}，{MOBILE}", {RESIDENT_ID: 2})
    assert masked.text == "〔身份证号3〕和〔身份证号4〕，〔身份证号3〕，〔手机号1〕"
    assert {name: one.value for name, one in masked.values.items()} == {
        "〔身份证号3〕": ID,
        "〔身份证号4〕": ID_X,
        "〔手机号1〕": MOBILE,
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("〔身份证号1〕", "（身份证号）"),
        ("查〔 手机号 ２ 〕", "查（手机号）"),
        ("［卡号1］【卡号】[手机号3]", "（卡号）（卡号）（手机号）"),
        ("人社部发〔2019〕13号", "人社部发〔2019〕13号"),
    ],
)
def test_a_forged_placeholder_loses_its_brackets(text: str, kept: str) -> None:
    assert without_spoofs(text) == kept


def test_every_valid_id_is_found_and_no_slip_of_one_digit_passes_the_check() -> None:
    dice = random.Random(7)  # noqa: S311
    for _ in range(2000):
        born = date(1930, 1, 1) + timedelta(days=dice.randrange(32_000))
        region = dice.choice((110101, 310115, 440305, 510107))
        head = f"{region}{born:%Y%m%d}{dice.randrange(1000):03d}"
        number = head + check_digit(head)
        assert [one.value for one in find(f"我是{number}。")] == [number]
        place = dice.randrange(17)
        other = dice.choice([d for d in "0123456789" if d != head[place]])
        assert check_digit(head[:place] + other + head[place + 1 :]) != number[17]


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "part",
    [
        "1 ",
        "13-",
        "6222 ",
        "x1",
        "１．",
        "〔身份证号",
        "一",
        "1/",
        "手机1",
        "电话号码13 ",
        "身份证1 ",
        "卡号6",
    ],
)
def test_no_text_makes_the_search_slow(part: str) -> None:
    for _ in range(20):
        hide((part * 500)[:500])


NAMES = [
    (f"我叫王芳，身份证{ID}", "我叫〔姓名〕，身份证〔身份证号〕"),
    (f"王芳{ID}", "〔姓名〕〔身份证号〕"),
    (f"帮我查一下王芳{ID}的社保", "帮我查一下〔姓名〕〔身份证号〕的社保"),
    (f"我妈李桂兰的身份证号是{ID}", "我妈〔姓名〕的身份证号是〔身份证号〕"),
    (f"姓名：欧阳娜娜 身份证号码：{SPACED}", "姓名：〔姓名〕 身份证号码：〔身份证号〕"),
    (f"{ID} 王芳", "〔身份证号〕 〔姓名〕"),
    (f"{ID}，姓名：张伟，查养老", "〔身份证号〕，姓名：〔姓名〕，查养老"),
    (f"张伟（{ID}）和李强（{ID_X}）", "〔姓名〕（〔身份证号〕）和〔姓名〕（〔身份证号〕）"),
    (f"身份证号{ID}", "身份证号〔身份证号〕"),
    (f"成都{ID}", "成都〔身份证号〕"),
    (f"{ID}查社保", "〔身份证号〕查社保"),
    (f"请问余额{ID}", "请问余额〔身份证号〕"),
    *(
        (f"帮我查{name}的身份证{ID}", "帮我查〔姓名〕的身份证〔身份证号〕")
        for name in "窦月 褚军 卫红 戚雪 喻玲 水澄 柏楠 金玲 于丽娟 皇甫嵩 李和平 陈成功".split()
    ),
    (f"我是窦月{ID}", "我是〔姓名〕〔身份证号〕"),
    (f"{ID}，姓名：褚军", "〔身份证号〕，姓名：〔姓名〕"),
    (f"买买提·艾力{ID}", "〔姓名〕〔身份证号〕"),
    (f"帮我看看买买提·艾力的身份证号{ID}", "帮我看看〔姓名〕的身份证号〔身份证号〕"),
    (f"我妈阿依古丽·买买提•艾力，{ID}", "我妈〔姓名〕，〔身份证号〕"),
    (f"{ID}，买买提·艾力", "〔身份证号〕，〔姓名〕"),
    (f"{ID}买买提·艾力查社保", "〔身份证号〕〔姓名〕查社保"),
    (f"养老保险买买提·艾力{ID}", "养老保险〔姓名〕〔身份证号〕"),
    (f"社保·医保{ID}", "社保·医保〔身份证号〕"),
    (f"关于李强{ID}", "关于〔姓名〕〔身份证号〕"),
    *(
        (f"{words}{ID}", f"{words}〔身份证号〕")
        for words in (
            *("我要申请", "查缴费记录", "养老金账户", "谢谢", "农民工", "方式", "我岳母"),
            *("如何处理", "什么时候退休", "水费", "全部", "关系转移", "单位名称", "城乡居民"),
        )
    ),
    (f"{ID}税务", "〔身份证号〕税务"),
    ("王芳身份证11010119900307777", "〔姓名〕身份证〔身份证号〕"),
    (f"王芳的电话{MOBILE}", "王芳的电话〔手机号〕"),
    ("王芳想查社保", "王芳想查社保"),
    ("买买提·艾力想查社保", "买买提·艾力想查社保"),
]


@pytest.mark.parametrize(("text", "hidden"), NAMES)
def test_a_name_beside_an_identity_number_goes_with_it(text: str, hidden: str) -> None:
    assert hide(text) == hidden

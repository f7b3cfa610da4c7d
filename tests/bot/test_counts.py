"""What somebody counts of himself is read, and a rule, an aim or a guess is not."""

from __future__ import annotations

import time

import pytest

from bot.dialogue.counts import bare_time, counts
from bot.normalizer import normalize


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我爸缴了31年领了12年,抚恤金几个月", {"paid_months": 372, "drawn_months": 144}),
        ("爸爸走了 交了25年 养老金领了四年", {"paid_months": 300, "drawn_months": 48}),
        ("我交了十二年零三个月", {"paid_months": 147}),
        ("一个月能领多少", {}),
        ("9级的 我一个月7000", {"grade": 9, "wage": 7000}),
        ("6年 8000块一个月", {"wage": 8000}),
        # What is offered once, or paid each month, is no wage.
        ("包工头让我签个字 说5000块私了", {}),
        ("灵活就业一个月交1200", {}),
        # Somebody else's case: what was told of oneself before does not hold for him.
        (
            "我老公68年5月的,他啥时候退",
            {"paid_months": 0, "drawn_months": 0, "leaving_year": 0, "aged": 0},
        ),
        (
            "我妈63年3月生的交了15年",
            {"paid_months": 180, "drawn_months": 0, "leaving_year": 0, "aged": 0},
        ),
        ("失业保险我交了3年半", {"paid_months": 42}),
        ("我社保一共交了200个月", {"paid_months": 200}),
        ("已经交满15年了", {"paid_months": 180}),
        ("養老保險交了８年", {"paid_months": 96}),
        ("我有8年的社保", {"paid_months": 96}),
        ("31年工龄能领多少失业金", {"paid_months": 372}),
        ("我54岁,在厂里干了11年,社保一直交着", {"paid_months": 132, "age": 648, "aged": 54}),
        ("在厂里干了11年,社保没交过", {}),
        ("工龄二十二年", {"paid_months": 264}),
        ("那我7年能领几个月", {"paid_months": 84}),
        ("养老16年已经够了吧", {"paid_months": 192}),
        ("前面在东莞交过3年 深圳交了4年", {"paid_months": 0}),
        ("退休12年了 人走了", {"drawn_months": 144}),
        ("领了3个月失业金", {"drawn_months": 3}),
        ("我57岁才交了13年", {"paid_months": 156, "age": 684, "aged": 57}),
        ("60岁3个月退休计发月数", {"age": 723}),
        ("55岁半退", {"age": 666}),
        ("鉴定下来七级", {"grade": 7}),
        ("10级伤残赔多少", {"grade": 10}),
        ("我2033年退休要交几年", {"leaving_year": 2033}),
        ("那我这腿大概能赔多少,我一个月挣七千", {"wage": 7000}),
        ("工资六千五", {"wage": 6500}),
        ("他一年交三千,能拿多少", {"yearly": 3000}),
        ("一年交三百六的,交了15年", {"paid_months": 180, "yearly": 360}),
        ("一年交3个月", {}),
        ("按4500 单位和个人加起来10% 两个月", {"base": 4500, "percent": 1000, "to_pay": 2}),
        ("8000的话每个月扣多少 失业0.5%", {"base": 8000, "percent": 50}),
        ("6个人工资四千 单位出多少", {"wage": 4000, "staff": 6}),
        ("我们店三个人 每人4000", {"wage": 4000, "staff": 3}),
        ("3200 停两个月补多少", {"base": 3200, "to_pay": 2}),
        ("选五千的基数每个月交多少", {"base": 5000}),
        ("公司按照3000给我交的 我工资8000", {"wage": 8000, "base": 3000}),
        ("社保2个月没交了 按4494补多少", {"base": 4494}),
        ("2000元的话", {"base": 2000}),
        ("百分之八是多少", {"percent": 800}),
        # Two percentages belong to two insurances, and we cannot tell which.
        ("养老8% 医保2% 工资5000", {"wage": 5000, "percent": 0}),
        ("我工资5万在北京", {"wage": 50000}),
        ("涨到1.5万了", {"wage": 15000}),
        ("我老公月薪两万", {"wage": 20000}),
        ("月薪1万2", {"wage": 12000}),
        ("我交了半年", {"paid_months": 6}),
        ("失业保险交过半年多", {"paid_months": 6}),
        ("我属鼠的,男,72年的", {"born_year": 1972}),
        ("1980年生,女工人", {"born_year": 1980}),
        ("05年的我几岁退", {"born_year": 2005}),
        (
            "我爷爷1966年生的,什么时候退休",
            {
                "paid_months": 0,
                "drawn_months": 0,
                "leaving_year": 0,
                "aged": 0,
                "born_year": 1966,
            },
        ),
        ("我58了,男的", {"aged": 58}),
        (
            "我老婆49 一天没交过",
            {"paid_months": 0, "drawn_months": 0, "leaving_year": 0, "aged": 49},
        ),
        ("我爸72岁我妈70岁", {"age": 864, "aged": 0}),
        ("两个阿姨58岁了 也要交?", {"age": 696, "aged": 0, "staff": 2}),
        ("店里的人都58岁了", {"age": 696, "aged": 0}),
        (
            "我妈55岁交了15年",
            {"paid_months": 180, "drawn_months": 0, "leaving_year": 0, "age": 660, "aged": 55},
        ),
        ("男的60岁退休吗", {"age": 720}),
        ("我自己呢", {"aged": 0}),
        ("那我老婆呢?", {"paid_months": 0, "drawn_months": 0, "leaving_year": 0, "aged": 0}),
        ("老伴呢", {"paid_months": 0, "drawn_months": 0, "leaving_year": 0, "aged": 0}),
        ("那我31年退是要16年对吧", {"leaving_year": 2031}),
        ("交了25年退休能领多少", {"paid_months": 300}),
        ("我爸那个抚恤金 缴27年领7年几个月", {"paid_months": 324, "drawn_months": 84}),
        ("生的双胞胎能多休几天", {"babies": 2}),
        ("三胞胎产假多少天", {"babies": 3}),
        *(
            (text, {})
            for text in (
                "养老要交满15年吗",
                "领养老金要交15年",
                "没交满15年",
                "交了快15年",
                "交15年社保能领多少",
                "社保断了3年怎么办",
                "还差3年",
                "退休还有3年",
                "养老金停了3个月",
                "都交十几年了",
                "交了十三四年",
                "交了5年以上",
                "最近3个月的缴费",
                "5到10级离职",
                "2年没交社保",
                "每月交2000元",
                "失业金一个月多少钱",
                "养老保险一个月交多少",
                "98年生育的算吗",
                "2025 年的基数是多少",
                "2024的话",
                "12333打不通",
                "怀孕5个月了",
                "还差两个月满15年",
                "",
            )
        ),
    ],
)
def test_only_what_has_come_to_pass_counts(text: str, found: dict[str, int]) -> None:
    assert counts(normalize(text).text) == found


@pytest.mark.parametrize(
    "text",
    [
        "交了" * 500,
        "1年" * 500,
        "一二三四五六七八九十级" * 90,
        "领了交" * 300,
        "基数4500" * 300,
        "补2个月" * 300,
    ],
)
def test_long_texts_are_read_at_once(text: str) -> None:
    started = time.perf_counter()
    counts(text)
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("11年", 132),
        ("我不是说了吗 11年", 132),
        ("三年零两个月", 38),
        ("3年或者4年", None),
        ("多少年", None),
        ("我在老家那边种了11年的地,后来才出来打工", None),
    ],
)
def test_a_length_of_time_and_hardly_more(text: str, months: int | None) -> None:
    assert bare_time(text) == months

"""Amounts of money in yuan as decimal strings: 3千 → 3000, 三千五 → 3500, 1.2万 → 12000."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.entities.dates import TO
from bot.entities.found import Found
from bot.entities.numerals import number

_CHARACTERS = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_RUN = re.compile(rf"\d[\d,.]*(?:[百千万亿kw][\d{_CHARACTERS}]*)?|[{_CHARACTERS}]+")
_YUAN = re.compile(
    r"\s?[多来余]?\s?(?P<unit>元(?![旦宵月素])|块钱|块(?![儿头])|圆(?![满形])|人民币|rmb)"
)
_TO = re.compile(TO)
# 3000到5000元: the first one is money too.
_RANGE_AFTER = re.compile(rf"{TO}[\d,.]{{3,}}[千万]?{_YUAN.pattern}")
# 两块五 has five tenths; 六百块一项 and 三块两次 have none.
_HALF = re.compile(
    r"(?P<tenths>[1-9一二三四五六七八九])(?=$|[,。;!?、的吗呢\s]|一[个天月年次]|每|左右)"
    r"|(?P<clear>[2-9二三四五六七八九])(?![\d零十百千万年月日号天个项次人名家张份级岁%])|半"
)
_CUE = re.compile(
    r"(?:工资|基数|收入|待遇|养老金|退休金|月薪|底薪|年薪|失业金|津贴|补贴|保费|费用?|余额|押金"
    r"|金额|账户里?|卡里|社保|[缴交补罚赔扣发领花拿挣赚报涨存欠给]"
    r"|每个?月|一个?月|月均|一年|每年|每人|到手|平均)"
    r"(?:[了我才是为约要的能到有就共:缴交领发拿扣花费大概差不多只还得,\s最低高上下限在]){0,5}$"
)
_MONEY_CUE = re.compile(r"(?:工资|收入|待遇|金|月薪|底薪|年薪|到手)[是为才约:,\s有了的]{0,3}$")
_PER_TIME = re.compile(
    r"\s?[多来左右]{0,2}(?:/月|每月|一个?月|/年|一年|的?(?:工资|基数|退休金|养老金|月薪|补偿"
    r"|赔偿))"
)
_OTHER_MEASURE = re.compile(
    r"\d|\s?(?:[年月日号个次人名户天岁周里字米步斤亩吨层楼页条份件篇亿%‰度"
    r"分点夜平美欧港日英台户口家张位届类种项倍刀:/\-~.]"
    r"|多[年月个人天次]|[多来余几]\s?[百千万亿]|小时|公里|公斤|余人|元[旦月])"
)
_MUST_BE = re.compile(r"[百千万kw]")
_FRACTION_BEFORE = re.compile(r"(?:分之|第|[a-z〔\[(《+\-~.])$")
_HOTLINES = frozenset(("12333", "12393", "12345", "12366", "12329", "12348", "12315"))
_LONGEST = 9  # figures; longer runs are numbers of something else
_LIKE_YEARS = range(1949, 2100)
_LEAST_UNNAMED = 100


def amounts(text: str) -> Iterator[Found]:
    """The amounts of a normalised text; vague ones (几千块, 三四千) are left out."""
    paid = -1  # where the last amount ended
    for run in _RUN.finditer(text):
        start, said = run.start(), run[0].rstrip(",.")
        end = start + len(said)
        if "," in said and number(said) is None:
            start, said = end - len(said.rpartition(",")[2]), said.rpartition(",")[2]
        value = number(said) if sum(map(str.isdecimal, said)) <= _LONGEST else None
        follows = paid >= 0 and bool(_TO.fullmatch(text, paid, start))
        for one in _amount(text, start, end, value, follows) if value else ():
            paid = one.end
            yield one


def _amount(text: str, start: int, end: int, value: Decimal, follows: bool) -> Iterator[Found]:
    before = text[max(0, start - 12) : start]
    if not follows and _FRACTION_BEFORE.search(before):
        return
    unit = _YUAN.match(text, end)
    if unit:
        tenths = _HALF.match(text, unit.end()) if unit["unit"] == "块" else None
        if not tenths and _is_one_piece(text[start:end], unit["unit"], before):
            return
        if tenths:
            value += (number(tenths["tenths"] or tenths["clear"] or "5") or Decimal(0)) / 10
        yield _found(value, start, tenths.end() if tenths else unit.end())
    elif follows or _RANGE_AFTER.match(text, end) or _is_money(text, start, end, value):
        yield _found(value, start, end)


def _found(value: Decimal, start: int, end: int) -> Found:
    return Found("amount", f"{value.normalize():f}", start, end)


def _is_one_piece(said: str, unit: str, before: str) -> bool:
    """一块 is a piece or 'together' rather than one yuan, 两块 two matters."""
    return unit == "块" and len(said) == 1 and not said.isdecimal() and not _CUE.search(before)


def _is_money(text: str, start: int, end: int, value: Decimal) -> bool:
    """Without 元: beside words about money, and nothing else is counted."""
    said, before = text[start:end], text[max(0, start - 12) : start]
    if _OTHER_MEASURE.match(text, end) or said in _HOTLINES or value < _LEAST_UNNAMED:
        return False
    if _MUST_BE.search(said) and (_PER_TIME.match(text, end) or said == text.strip()):
        return True
    if not _CUE.search(before):
        return False
    if said.isdecimal() and int(said) in _LIKE_YEARS:
        return bool(_MONEY_CUE.search(before))
    return True

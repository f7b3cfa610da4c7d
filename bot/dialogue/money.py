"""What somebody tells to be reckoned with: wage, base, percentage, people, months to be paid.

"按4500 单位和个人加起来10% 两个月" tells a base, a percentage and months; "5000块私了" none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bot.entities.numerals import number

WAGE, BASE = "wage", "base"  # yuan a month
YEARLY = "yearly"  # yuan paid in each year
PERCENT = "percent"  # hundredths of a percent: half a percent is 50
STAFF = "staff"  # people whom an employer pays for
TO_PAY = "to_pay"  # months that are to be paid at once
MOST_PERCENT = 10_000

_SPOKEN = r"[一二两三四五六七八九](?:千[一二三四五六七八九]?百?|万[一二三四五六七八九]?千?)"
# Yuan a month. "5000块私了" is no wage, and what is paid in each month is none either.
_EARNED = rf"(?:\d{{1,2}}(?:\.\d{{1,2}})?万\d?|[1-9]\d{{2,4}}|{_SPOKEN})"
_NO_OTHER_MEASURE = r"(?![\d.年岁])"
_WAGE = re.compile(
    rf"(?:工资|月薪|薪水|底薪|[涨升降加]到了?|每个?人|人均|(?<![交缴])(?:[一1]个月|每个?月)(?:能|可以)?(?:挣|拿|发|收入)?)"
    rf"(?:大概|差不多|也就|就|才|只有|是|有|到手|涨到了?)?(?P<wage>{_EARNED}){_NO_OTHER_MEASURE}"
    rf"|(?<![\d交缴])(?P<before>{_EARNED}){_NO_OTHER_MEASURE}(?:多?[块元])?钱?"
    r"(?:[一1]个月|每月|的?工资|的?月薪)(?![交缴])"
)
# "一年交三千": what residents pay.
_YEARLY = re.compile(
    r"(?:[一每][年档]|年年)(?:我|他|她|都|就|只|才|大概|最低|要){0,2}[交缴]了?"
    rf"(?P<yearly>[1-9]\d{{2,3}}|[一二两三四五六七八九]百[一二三四五六七八九]?|{_SPOKEN})(?![\d.年岁个])"
)
# "按4500", "基数选八千", "8000的话", and "3200 停两个月补多少".
_BASE = re.compile(
    r"(?:(?:基数|按照?)(?:是|为|选|报|就|只|给|我|我们|他|她|最低|工资|每月|一个月|的){0,3}"
    rf"(?P<named>{_EARNED})|^(?P<first>{_EARNED})(?=[块元]?的?(?:话|[,，\s]))"
    rf"|(?<![\d.])(?P<chosen>{_EARNED})(?=[块元]?(?:的话|的?基数|来算|这?[个一]?档)))"
    r"(?![\d.年岁月号%个天倍/\-]|百分|\s?年)"
)
_LIKE_YEARS = range(1949, 2050)
_HOTLINES = frozenset((12333, 12393, 12345, 12366, 12329, 12348, 12315))
_PERCENT = re.compile(
    r"(?<![\d.])(?P<figures>\d{1,3}(?:\.\d{1,2})?)\s?(?:%|个点)"
    r"|百分之(?P<words>\d{1,3}(?:\.\d{1,2})?|[一二三四五六七八九十]{1,3})"
)
_FEW = r"\d{1,3}|[两三四五六七八九十]|[二三四五六七八九]?十[一二三四五六七八九]?"
_STAFF = re.compile(
    rf"(?<![\d第几一])(?P<staff>{_FEW})(?:个|名|位)(?:人|员工|工人|伙计|服务员|师傅|阿姨)(?![一每]个?)"
)
_MONTHS = rf"(?<![\d零又年第近])(?P<months>{_FEW})个月(?![前内后之以大])"
_TO_PAY = re.compile(
    rf"(?:(?<!金)[补停断欠漏][了交缴过掉的]{{0,2}}|[一总]共){_MONTHS}"
    rf"|{_MONTHS.replace('months', 'then')}(?:的|[一总]?共|要|得|该)*(?:[交缴补]|多少)"
)
_MONTHS_ALONE = re.compile(_MONTHS)


def money(text: str) -> dict[str, int]:
    """What a normalised text tells of these; a 0 is told twice, differently."""
    found: dict[str, int] = {}
    if earned := _WAGE.search(text):
        found[WAGE] = _whole(earned["wage"] or earned["before"])
    if yearly := _YEARLY.search(text):
        found[YEARLY] = _whole(yearly["yearly"])
    found |= _one(BASE, _bases(text))
    percent = _one(PERCENT, _percents(text))
    found |= percent
    found |= _one(STAFF, (_whole(match["staff"]) for match in _STAFF.finditer(text)))
    return found | _one(TO_PAY, _months(text, any_of_them=bool(percent)))


def _bases(text: str) -> Iterator[int]:
    for match in _BASE.finditer(text):
        base = _whole(match["named"] or match["first"] or match["chosen"])
        is_money = text[match.end() :].startswith(("元", "块"))
        if (is_money or base not in _LIKE_YEARS) and base not in _HOTLINES:
            yield base


def _percents(text: str) -> Iterator[int]:
    for match in _PERCENT.finditer(text):
        said = number(match["figures"] or match["words"]) or Decimal(0)
        if 0 < (hundredths := int(said * 100)) <= MOST_PERCENT:
            yield hundredths


def _months(text: str, *, any_of_them: bool) -> Iterator[int]:
    """Months that are paid for; beside a percentage every number of months is."""
    matches = [*_TO_PAY.finditer(text)]
    yield from (_whole(match["months"] or match["then"]) for match in matches)
    if any_of_them and not matches:
        yield from (_whole(match["months"]) for match in _MONTHS_ALONE.finditer(text))


def _one(name: str, values: Iterable[int]) -> dict[str, int]:
    """What is told once, or the same each time; 0 where it differs."""
    told = {*values}
    return {name: told.pop() if len(told) == 1 else 0} if told else {}


def _whole(said: str) -> int:
    return int(number(said) or 0)

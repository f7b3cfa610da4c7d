"""What somebody counts of himself: time paid and drawn, a grade of injury, age, leaving.

Only what has come to pass counts: "要交满15年吗" asks for a rule, "交了15年" tells of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.dialogue.money import money
from bot.entities.births import ages
from bot.entities.numerals import figures, small

PAID, DRAWN, GRADE, LEAVING, AGE = "paid_months", "drawn_months", "grade", "leaving_year", "age"
BABIES = "babies"
AGED = "aged"  # how old a person is now; `age` is any age that is named, in months
BORN = "born_year"  # where no month is told with it

_N = r"(?<![\d.一二三四五六七八九十])(?:\d{1,3}|[一二两三四五六七八九十]{1,3})(?![\d.])"
_TIME = (
    rf"(?:(?P<years>{_N})个?年头?(?:[零又]?(?P<over>{_N})个?月|(?P<half>半))?|(?P<months>{_N})个月"
    r"|(?P<half_year>半)年)"
    r"(?![前内后之以]|了?[没未]有?[交缴])"
)
_GAP = r"(?P<gap>[^\d,，。;；一二两三四五六七八九十]{0,7})"
# What makes it an aim, a gap or a guess; behind a mere noun, a rule as well.
_NOT_YET = re.compile(r"[要得需差还再补近快每不没断停欠漏]|[至最]少|最低")
_NO_TIME_OF_IT = re.compile(rf"{_NOT_YET.pattern}|[满够能想领拿]")
_NOT_DRAWN = re.compile(rf"{_NOT_YET.pattern}|[交缴满够能想]")
_NOT_PAID = re.compile(rf"{_NO_TIME_OF_IT.pattern}|[交缴]")
_PAID = re.compile(rf"(?:[交缴][了过有]|(?:已经?|一共|总共|累计|都|就|才|只)[交缴]){_GAP}{_TIME}")
_PAID_NOUN = re.compile(
    rf"(?:缴费(?:年限)?|工龄|社保|(?:失业|养老)(?:保险)?|[交缴]的?(?:养老|失业|医保|保险|费)){_GAP}(?![1一]个月){_TIME}"
)
# "在厂里干了11年,社保一直交着".
_PAID_ALONG = re.compile(
    rf"(?:[干做]|上班|工作)(?:了|过){_GAP}{_TIME}多?[,，\s]?社?保?险?(?:是|也|都|一直|我){{0,3}}(?:有|在)?[交缴]"
)
# "那我7年能领几个月", and not "一个月能领多少".
_PAID_AHEAD = re.compile(
    rf"(?P<gap>[^,，。;；]{{0,3}})(?![1一]个月){_TIME}(?:的话)?[,，\s]?(?:能|可以|该)[领拿]"
)
# "有八年的社保", "31年工龄".
_PAID_BEHIND = re.compile(
    rf"(?P<gap>[^,，。;；]{{0,2}}){_TIME}多?的?(?:社保|工龄|养老|失业|缴费|保险)"
)
_DRAWN = re.compile(rf"(?:[领拿](?:[了过])|退休金|养老金|退休工资|退休|退了){_GAP}{_TIME}")
# "缴27年领7年": both together are told of somebody.
_BOTH = re.compile(
    rf"[交缴](?P<paid>{_N})年(?P<gap>[^\d,，。;；要满够差]{{0,6}})[领拿](?:了|过)?(?P<drawn>{_N})年"
)
_GRADE = re.compile(
    r"(?<![\d一二三四五六七八九十到至~\-—、])(10|[1-9]|[一二三四五六七八九十])级(?![到至~\-—、])"
)
_LEAVING = re.compile(
    r"(20[2-9]\d|[二2][〇零0][二三四五六七八九][〇零一二三四五六七八九])年?(?:\d{1,2}月)?[才就要能该到份底初]{0,3}"
    r"(?:可以)?(?:退休|退|到龄|到点)"
)
# "我31年退": a year of the calendar, and no time that was paid before.
_LEAVING_SHORT = re.compile(
    r"(?<![\d交缴了满够过干龄])([2-5]\d)年(?:就|才|能|要|可以|底|初){0,2}退"
)
# "72年的，男", "我老婆1980年生": and no length of time.
_BORN = re.compile(
    r"(?<![\d交缴了满够过干龄])(?P<year>19[3-9]\d|200\d|[3-9]\d|0\d)年"
    r"(?:出?生(?!育|活|病|孩|娃)(?:人|的)?|属|的(?=[,，。.\s?？了我男女他她今]|$|什么|啥|哪|几|多|能|可|该))"
)
_AGE = re.compile(
    rf"(?P<years>[3-7]\d|[三四五六七]十[一二三四五六七八九]?)岁(?:零?(?P<over>{_N})个?月|(?P<half>半))?"
)
_BARE = re.compile(_TIME)
_PARTS = ("years", "over", "half", "months", "half_year")
_RELATIVE = (
    r"(?:[我俺]?(?:老公|老婆|老伴儿?|爱人|媳妇|对象)|[我俺他她](?:爸|妈|爹|娘|哥|姐|弟|妹)"
    r"|儿子|女儿|闺女|公公|婆婆|岳[父母]|爷爷|奶奶|外[公婆]|姥[姥爷]|叔叔|舅舅|姑姑|姨妈|嫂子"
    r"|[我俺](?:叔|舅|姑|姨|嫂)|同事|邻居)"
)
# Who was born when, or leaves when, and is somebody else: "我老公68年5月的 啥时候退", "我老婆呢".
_OF_ANOTHER = re.compile(
    rf"^[那,，\s]*{_RELATIVE}的?话?呢[?？。!！\s]*$"
    rf"|{_RELATIVE}.*(?:\d年\d{{1,2}}月|\d年[的生]|(?:几岁|多大|啥时候|什么时候|哪年|几时)(?:能|可以|才)?退)"
)
# Who asks for himself after he told of somebody else: "那我自己呢".
_OF_ONESELF = re.compile(r"(?:我自己|我本人)(?=几|多|啥|什么|哪|呢|能|可以|退|$)|那我呢")
# Whose age it is where an employer speaks: "两个阿姨58岁了，也要交？".
_OF_STAFF = re.compile(
    r"员工|雇的?人|工人|手下|店里.{0,3}人|[几两三四五六七八九\d]个(?:阿姨|师傅|老头|保安|保洁)"
)
CENTURY = 2000
MOST_SHORT, YOUNGEST_SHORT = 100, 10  # years are told in two figures below; from 10 on it is 19xx
MOST_BARE = 14  # characters
_TWINS = re.compile(r"双胞胎|龙凤胎|双胎|双宝")
_TIMES = (
    (PAID, _PAID_AHEAD, _NOT_PAID),
    (PAID, _PAID_ALONG, _NOT_YET),
    (PAID, _PAID_BEHIND, _NOT_PAID),
    (PAID, _PAID_NOUN, _NO_TIME_OF_IT),
    (PAID, _PAID, _NOT_YET),
    (DRAWN, _DRAWN, _NOT_DRAWN),
)


def counted(text: str, entities: Iterable[Mapping[str, Any]]) -> Mapping[str, int]:
    """What a text tells; where a month of birth is told, a year told before is known no more."""
    month = any(one["entity"] == "birth_month" for one in entities)
    return {**counts(text), BORN: 0} if month else counts(text)


def counts(text: str) -> Mapping[str, int]:
    """What a normalised text tells: months, for `grade` and `leaving_year` the number.

    A 0 is told twice, differently: whatever was told before is not known any more.
    """
    found = _times(text)
    aged = _aged(text)
    if _OF_ANOTHER.search(text) or (aged.get(AGED) and re.search(_RELATIVE, text)):
        found = {
            PAID: 0,
            DRAWN: 0,
            LEAVING: 0,
            **found,
        }  # what was told of oneself does not hold for him
    if named := _AGE.search(text):
        found[AGE] = _months(named["years"], named["over"], named["half"])
    found |= aged
    if born := _BORN.search(text):
        found[BORN] = _year(figures(born["year"]))
    if graded := _GRADE.search(text):
        found[GRADE] = small(graded[1]) or 0
    if leaving := _LEAVING.search(text):
        found[LEAVING] = figures(leaving[1])
    elif short := _LEAVING_SHORT.search(text):
        found[LEAVING] = CENTURY + int(short[1])
    found |= money(text)
    if _TWINS.search(text):
        found[BABIES] = 2
    elif "三胞胎" in text:
        found[BABIES] = 3
    return found


def _year(said: int) -> int:
    """The year of the calendar: "72" is 1972, "05" is 2005."""
    if said >= MOST_SHORT:
        return said
    return said + (CENTURY if said < YOUNGEST_SHORT else CENTURY - 100)


def _aged(text: str) -> dict[str, int]:
    """How old somebody is; it is not known any more where another is asked for."""
    if old := {one.value for one in ages(text)}:
        of_one = len(old) == 1 and not _OF_STAFF.search(text)
        return {AGED: int(old.pop()) if of_one else 0}
    another = _OF_ANOTHER.search(text) or _OF_ONESELF.search(text)
    return {AGED: 0} if another else {}


def _times(text: str) -> dict[str, int]:
    """Time paid and drawn, by the pattern that tells it best; what is told twice is not known."""
    if both := _BOTH.search(text):
        paid, drawn = small(both["paid"]) or 0, small(both["drawn"]) or 0
        return {PAID: 12 * paid, DRAWN: 12 * drawn}
    found: dict[str, int] = {}
    for name, pattern, otherwise in _TIMES:
        told = {
            _months(*(match[name] for name in _PARTS))
            for match in pattern.finditer(text)
            if not otherwise.search(match["gap"])
        }
        if told := told - {0}:
            found[name] = told.pop() if len(told) == 1 else 0
    return found


def bare_time(text: str) -> int | None:
    """A length of time and hardly more, in months: "我不是说了吗 11年"."""
    times = list(_BARE.finditer(text))
    if len(times) != 1 or len(text) > MOST_BARE:
        return None
    return _months(*(times[0][name] for name in _PARTS))


def _months(
    years: str | None,
    over: str | None,
    half: str | None,
    months: str | None = None,
    half_year: str | None = None,
) -> int:
    if months or half_year:
        return small(months or "6") or 0
    return 12 * (small(years or "") or 0) + (6 if half else small(over or "") or 0)

"""When somebody was born (1972-08), and how old somebody is (54).

A month of a year is a birth month, or the time of something that happened: what stands around
it decides. The bot asks for the birth month only, so a month that stands alone is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.entities.dates import TO, YEAR_MONTH, spelled, year_month
from bot.entities.found import Found
from bot.entities.numerals import small

# Nobody asks for a retirement month who was born outside these years.
_BIRTH_YEARS = range(1935, 2011)
# Nobody was at work before: what happened in these years was a birth, unless it says work.
_WORK_BEGAN = 1978
_OLDEST = 120

_LUNAR_BEFORE = re.compile(r"(?:农历|阴历|旧历|老历)[是的:]?\s?$")
_LUNAR_AFTER = re.compile(r"\s?[(,的]?(?:农历|阴历|旧历|老历)")
_BIRTH_BEFORE = re.compile(
    r"(?:出生(?:日期|年月|时间|日)?|生日|生于|属于|身份证(?:上|号)?|档案(?:上"
    r"|里)?)[是为在写的:,\s]{0,4}$"
)
_BIRTH_AFTER = re.compile(
    r"[的,\s(]{0,2}(?:出生|生人|落地|来到世上|属[鼠牛虎兔龙蛇马羊猴鸡狗猪]"
    r"|生(?!孩|小|娃|育|病|产|二|三|老|头|大|宝|了|完|活|效|意|双|儿|女|下孩|一个|的孩|的小"
    r"|的娃|的二|的宝))"
)
_HAPPENED_BEFORE = re.compile(
    rf"(?:从|自|自从|于|在|{TO}|截止|截至|工作时间|参保时间)[是为:\s]{{0,2}}$"
)
_WORK_AFTER = re.compile(
    r"(?:的时候|的|就|才|我|又|刚|正式|开始|左右|在[^,。;!?]{1,6}?){0,3}"
    r"(?:参加工作|工作|上班|入职|进[^,。]{0,4}[厂司局院校店]|进厂|参军|当兵|入伍|下乡|插队|招工"
    r"|顶替|接班|起|以|之|到|至|-|~)"
)
_HAPPENED_AFTER = re.compile(
    r"(?:的时候|那会儿?|的|就|才|我|又|刚|正式|开始|左右|在[^,。;!?]{1,6}?){0,3}"
    r"(?:社保|养老|医保|医疗|工伤|失业|生育|公积金|工资|基数|缴|交|断|补|停|买|离|辞|下岗"
    r"|退休[的了金后前,]"
    r"|退伍|退保|退工|转|调|办|发生|受伤|住院|手术|生|政策|文件|规定|破产|改制|倒闭|解除|签"
    r"|登记|领|去世|死亡|结婚"
    r"|毕业|记录|账|那|前|后|怀|缴|来|搬|落户|参保|公司|单位|离开|出台|实施|新|调整|涨|发)"
)
_SHORT_DATE = re.compile(r"\d\d[-./]")
_MEASURE_AFTER = re.compile(r"\s?(?:元|块|万|千|%|岁|度|公斤|斤|米|倍|分)")

_AGE = re.compile(
    r"(?P<age>1[01]\d|[1-9]\d?|[一二三四五六七八九]?十[一二三四五六七八九]?"
    r"|[一二三四五六七八九])\s?(?:周?岁|周岁)"
    r"|(?<=今年)(?:都|已经|刚|快|就|满)?(?P<age2>[1-9]\d"
    r"|[二三四五六七八九]十[一二三四五六七八九]?)(?:了|,|$|的人)"
    # "我58了", "我老婆49 一天没交过".
    r"|(?<=[我俺妈爸娘爹婆公姐哥妹弟他她])(?:今年|现在|都|已经|刚|快|也|才)?(?P<age3>[3-7]\d)"
    r"(?=了|,|\s|$|的人)"
)
_OWN_AGE_BEFORE = re.compile(
    r"(?:我|今年|现在|已经|刚|都|妈|爸|母亲|父亲|老公|老婆|丈夫|妻子|爱人|老人|本人|阿姨|孩子"
    r"|儿子|女儿|女|男|他|她|(?<!退休)(?<!规定)(?<!法定)年龄)"
    r"[才刚已经都有是快了满:,\s]{0,4}$"
)
_AGE_LIMIT_BEFORE = re.compile(
    r"(?:(?:规定|法定|退休)年龄|到|满|年满|等|至|的要|延迟|提前|虚|不到|超过|大于|小于|过了"
    r"|规定|-|~)\s?$"
)
_AGE_LIMIT_AFTER = re.compile(
    r"(?:及|或|以|之)?(?:以?上|以?下|之?前|之?后|时|起|以内|退|才|领|办|停|延|提前|到|至|-|~|女"
    r"|男|可以|就|和|、|还是|或)"
)
_PERSON_AFTER = re.compile(r"(?:的?(?:女|男|老|人|母|父|农民)|了|,|。|\?|!|;|$|\s)")


def births(text: str, today: date) -> Iterator[Found]:
    """The birth months of a normalised text."""
    for match in YEAR_MONTH.finditer(text):
        year, month = year_month(match)
        year = _born_in(year)
        if year in _BIRTH_YEARS and year <= today.year and _is_birth(text, match, year):
            yield Found("birth_month", spelled(year * 12 + month - 1), *match.span())


def ages(text: str) -> Iterator[Found]:
    """The ages of persons; not the ages that a rule names (年满60岁, 50岁退休)."""
    for match in _AGE.finditer(text):
        bare = next((name for name in ("age2", "age3") if match[name]), None)
        age = small(match[bare or "age"])
        if age is not None and age <= _OLDEST and (bare or _is_own(text, match)):
            where = match.span(bare) if bare else match.span()
            yield Found("age", str(age), *where)


def _born_in(year: int) -> int:
    if year >= 100:
        return year
    return 1900 + year if year >= 30 else 2000 + year


def _is_birth(text: str, match: re.Match[str], year: int) -> bool:
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() :][:24]
    if _LUNAR_BEFORE.search(before) or _LUNAR_AFTER.match(after):
        return False
    if _BIRTH_BEFORE.search(before) or _BIRTH_AFTER.match(after):
        return True
    if _HAPPENED_BEFORE.search(before) or _WORK_AFTER.match(after):
        return False
    if year >= _WORK_BEGAN and _HAPPENED_AFTER.match(after):
        return False
    return not _is_figure(text, match)


def _is_figure(text: str, match: re.Match[str]) -> bool:
    """72.8 is a date only when nothing else is said."""
    if not _SHORT_DATE.match(match[0]):
        return bool(_MEASURE_AFTER.match(text, match.end()))
    return len(text.strip(" 。.,!")) > len(match[0])


def _is_own(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 10) : match.start()], text[match.end() :][:6]
    if _AGE_LIMIT_BEFORE.search(before):
        return False
    if _OWN_AGE_BEFORE.search(before):
        return not re.match(r"(?:以上|以下|及以|之前|以前|之后|以后|前|后|退休[年的]|才退)", after)
    return bool(_PERSON_AFTER.match(after)) and not _AGE_LIMIT_AFTER.match(after)

"""What stands around a date: an open end (2019年以来), a length (交满15年), a birth (72年的)."""

from __future__ import annotations

import re

from bot.entities.dates import TO
from bot.entities.numerals import figures

_OPEN = re.compile(
    rf"\s?(?:以来|至今|以后|之后|往后|起(?!码)|开始|后(?!来|期|面|续|半|年)"
    rf"|(?:一直)?{TO}(?:现在|目前|如今|今天|今(?!年)))"
    rf"(?:(?:一直)?{TO}(?:现在|目前|如今|今天|今(?!年)))?"
)
_AHEAD = re.compile(r"\s?(?:以前|之前|前(?!半|三|两|四|个|年))")
_LUNAR = re.compile(r"(?:农历|阴历|旧历|老历)[是的:]?\s?$")
_BIRTH_BEFORE = re.compile(r"(?:出生(?:于|在|日期|年月)?|生于|属于)[是为:\s]{0,2}$")
_BIRTH_AFTER = re.compile(
    r"(?:的|\s)?(?:出生|生人|生(?:的?(?!孩|小|娃|育|病|产|二|三|效)|$)"
    r"|属[鼠牛虎兔龙蛇马羊猴鸡狗猪]|[腊正冬]月)"
)
_BORN_THEN = re.compile(
    r"的?(?:女|男)(?:的|职|工|干|性|员)|的(?:人|$|[,。;!?]|今年|明年|现在|[什啥]么?时候|多大"
    r"|几岁|能|可以|到退|哪|何时|应该|几时)"
)
_NOT_BORN_THEN = re.compile(r"[查看要交缴补在从自于到把]\s?$")
_AGE_AFTER = re.compile(
    r"(?:我|她|他)?(?:已经|都|刚刚?|才|快|就|满|要|虚岁|周岁|大概)*\s?"
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:周?岁|了|,|。|\?|的人|$)"
)
_RECURRING = re.compile(r"(?:每年?|次年|翌年|第二年|当年|次|隔)的?\s?$")
_YEAR_CUE_AFTER = re.compile(
    r"的?(?:社保|医保|养老|缴费|账单|记录|基数|工资|缴的|交的|那|买的|参保|开始|以来|至今|以后"
    r"|之后|起|参加工作|入职|上班|单位|新"
    r"|政策|标准|下岗|破产|到|至)"
)
_LENGTH_BEFORE = re.compile(
    r"(?:[交缴满够差补买干了过要是有]|缴费|累计|一共|总共|至少|最少|最低|不足|不满|还有|连续"
    r"|工龄|年限|达到|超过|剩|延长|少|多|将近|快|近|社?保|保险|退休)"
    r"(?:了|到|是|得|够|满|有)?\s?$"
)
_LENGTH_AFTER = re.compile(
    r"(?:以?上|以?下|左右|多|半|零|内|的?(?:工龄|年限|时间|养老保险|社保)?(?:才|能|够|就)|产权|代)"
)
_AFTER_A_YEAR = re.compile(rf"年{TO}$")
# Who says 15年社保 means a length; most other numbers name a year there.
_USUAL_LENGTHS = frozenset((10, 15, 20, 25))
# Said digit by digit in order, these are "seven or eight": 七八年.
_VAGUE = frozenset(("一二", "二三", "三四", "四五", "五六", "六七", "七八", "八九"))


def open_end(text: str, end: int) -> int | None:
    """Where "since then" or "until now" behind `end` ends."""
    match = _OPEN.match(text, end)
    return match.end() if match else None


def ahead_of(text: str, end: int) -> bool:
    """Whether it says "before" behind the date."""
    return bool(_AHEAD.match(text, end))


def is_lunar(text: str, start: int) -> bool:
    """Whether the date is one of the lunar calendar."""
    return bool(_LUNAR.search(text, max(0, start - 5), start))


def is_birth_year(text: str, start: int, end: int) -> bool:
    """Whether a year alone says when somebody was born."""
    if _BIRTH_BEFORE.search(text, max(0, start - 8), start) or _BIRTH_AFTER.match(text, end):
        return True
    if _NOT_BORN_THEN.search(text, max(0, start - 2), start):
        return False
    return bool(_BORN_THEN.match(text, end))


def is_person_age(text: str, end: int) -> bool:
    """Whether 今年 only introduces how old somebody is."""
    return bool(_AGE_AFTER.match(text, end))


def is_recurring(text: str, start: int) -> bool:
    """Whether the month is one of every year, or of a year that is not named."""
    return bool(_RECURRING.search(text, max(0, start - 5), start))


def is_length(text: str, match: re.Match[str], said: str) -> bool:
    """Whether two figures before 年 are a number of years."""
    if len(said) > 2:
        return False
    if said in _VAGUE:
        return True
    if _AFTER_A_YEAR.search(text, max(0, match.start() - 6), match.start()):
        return False
    years = figures(said)
    if _LENGTH_AFTER.match(text, match.end()):
        return True
    if years >= 70 or said[0] in "0零〇":
        return False
    if years >= 30 or years in _USUAL_LENGTHS or not said.isdecimal():
        return True
    if _LENGTH_BEFORE.search(text, max(0, match.start() - 6), match.start()):
        return True
    return not _YEAR_CUE_AFTER.match(text, match.end())

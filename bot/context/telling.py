"""What is only told, and asks for nothing yet: "师傅你好，我跑外卖的43了", "厂子要搬去越南了"."""

from __future__ import annotations

import re

# What asks, or wants something looked up.
_ASKS = re.compile(
    r"[怎咋啥哪谁吗么?？]|(?<!着)呢|(?<![过好零十这那])几|什么|多少|多久|多大|何时|为何|可以不|有没有|好多(?=[钱年天]|个月)"
    r"|(.)[不没]\1|[行中成好对要能会是][不没否](?:[啊呀哦]|$)|[不没否][啊呀哦]?$"
    r"|想[问查办看知]|[帮给]我|请[问教帮]|告诉|说说|讲讲|介绍|查|算一下|算算|算下(?!来)|记录|明细|余额|进度"
)
_OF_PEOPLE = re.compile(
    r"[我俺咱她他]|爸|妈|娘|爹|老[公婆伴头汉]|爱人|媳妇|孩子|娃|儿子|女儿|闺女|爷爷|奶奶"
    r"|公司|单位|厂|老板|工地|怀孕|失业|下岗|住院|摔|受伤|退休"
)
# "才交了12年零几个月", and not "最近3个月的缴费", which somebody wants looked up.
_YEARS = re.compile(
    r"(?:[交缴干断领做]|上班|打工|工作)(?:了|过|满|够|费|上)?[^0-9一二三四五六七八九十,，。]{0,4}"
    r"(?:(?<![0-9])[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:多|来|几)?(?:年|个月)"
)
# How somebody lives, which no record is asked for with: "我45 没单位 手头紧".
_LOT = re.compile(
    r"没有?(?:单位|工作|上过?班|收入|钱)|手头紧|种地|务农|打零工|带娃|带孩子"
    r"|(?:[0-9]{2}|[一二三四五六七八九]?十[一二三四五六七八九]?)岁"
)
_THANKS = re.compile(r"谢谢|多谢|感谢|谢了|麻烦你了|麻烦您了|辛苦了")
# An insurance and nothing of it: "你好 我想问下我妈的养老金".
_SUBJECT = re.compile(
    r"(?:您好|你好|请问|老师|同志|师傅|[,，。!！\s]){0,4}(?:我|俺)?(?:就?是)?(?:想|要)?"
    r"(?:问|咨询|打听|了解)(?:一?[下个])?(?:关于)?"
    r"(?:我|俺|咱)?(?:妈|爸|娘|爹|老伴|孩子|自己|家里?|老人)?的?"
    r"(?:社会?保险?|社保卡|医保卡?|医疗保险|养老(?:金|保险)?|失业(?:金|保险)?|工伤(?:保险)?"
    r"|生育(?:保险|津贴)?|退休金?|公积金|居民医保|居民养老|新?农合|农保)"
    r"(?:方面|这块)?的?(?:事[情儿]?|问题)?[啊呀吧呢哈嘛。!！\s]{0,3}"
)


RESIDENT, EMPLOYEE = "resident", "employee"
_RESIDENT = (
    r"居民|新?农合|合作医疗|合疗|农保|城居保"
    r"|(?:村里|农村|老家)(?:(?:的|那[个种份边])?(?:养老|医保|医疗|社保|保险)|交|缴|领|那种)"
    r"|(?:一年|每年|年年)(?:就|才|只|要)?[交缴领]?(?:[1-9一二两三四五六七八九几]百|[1-9]00)"
)
_EMPLOYEE = (
    r"职工|厂里(?:交|缴|退|给|有)|单位(?:交|缴|退|给)|公司(?:交|缴|给)|退休工人|企业退休|工人退休"
    r"|灵活就业"
)
_DENIED = r"(?:不是|没交过|没缴过|没有|又不是)(?:的)?"
_SCHEMES = (
    (EMPLOYEE, re.compile(rf"{_DENIED}(?:{_RESIDENT})")),
    (RESIDENT, re.compile(rf"{_DENIED}(?:{_EMPLOYEE}|厂里|单位)")),
    (RESIDENT, re.compile(_RESIDENT)),
    (EMPLOYEE, re.compile(_EMPLOYEE)),
)


def scheme_of(text: str) -> str:
    """Whose insurance somebody tells of; nothing where no scheme is named, or both are."""
    named, rest = set[str](), text
    for scheme, pattern in _SCHEMES:
        rest, count = pattern.subn("", rest)
        named |= {scheme} if count else set()
    return named.pop() if len(named) == 1 else ""


def only_thanks(text: str) -> bool:
    """Whether somebody thanks and asks for nothing: "谢谢你啊 明天我先打电话"."""
    return _THANKS.search(text) is not None and _ASKS.search(text) is None


def only_named(text: str) -> bool:
    """Whether no more is said than which insurance a question is about."""
    return _SUBJECT.fullmatch(text) is not None


def tells_years(text: str) -> bool:
    """Whether whoever speaks says himself how long it was: "算下来才交了12年零几个月"."""
    return _YEARS.search(text) is not None


def tells_lot(text: str) -> bool:
    """Whether it says how somebody lives, or how old he is."""
    return _LOT.search(text) is not None


def only_told(text: str) -> bool:
    """Whether a normalised text tells of somebody, and no more."""
    return _OF_PEOPLE.search(text) is not None and _ASKS.search(text) is None

"""What somebody says who was not understood: "不是这个，我问的是领几个月", "是职工的不是居民".

A rule and no classifier: what is denied must not be taken for what is asked, and both stand in one
sentence. What is meant is understood by itself afterwards, like any message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.dialogue.follow_up import MOST_CHARACTERS, takes_the_place

# What is left as meant says something from here on.
_LEAST = 2

_SEP = r"[\s,，。.!！?？;；:：]"
_TAIL = r"[啊呀吧嘛啦哦的呢]?"
# "不是" and "不对" alone may begin a question ("不是本地人能交吗"): something stands behind them.
_REFUSAL = (
    rf"(?:(?:不对|不是|错了|[搞弄]错了?){_TAIL}{_SEP}+"
    r"|(?:你|您)(?:没|没有)(?:听|看|弄|搞|理解)(?:懂|明白|清楚?)"
    r"(?:我(?:的)?(?:意思|问题|话))?(?:了)?"
    r"|(?:你|您)(?:又|都)?(?:听|看|弄|搞|理解|答|说)错(?:我的意思)?了?"
    r"|答非所问"
    r"|我?(?:又|并)?(?:不是|没)(?:要|想)?(?:问|说)(?:你|您)?(?:这个|这些|那个|这事|这)"
    r"|我(?:要|想)?(?:问|说)的?(?:又|并)?不是(?:这个|这些|那个|这事|这)"
    r"|不是(?:这个|这些|那个|这样)(?:的|意思)?(?!钱|卡|病|药|月|年))"
    rf"{_TAIL}{_SEP}*"
)
# "我问的是", "我是说", "我的意思是": without a refusal before it only where it insists.
_INSISTS = (
    r"(?:我|俺|咱)(?:刚才|刚刚|前面)?(?:(?:想|要)?(?:问|说|讲|了解|知道)的(?:其实|就)?是"
    r"|(?:其实)?是(?:在|想|要)?(?:问|说|讲)|的?意思是(?:说|问)?)"
)
_SAYS = rf"(?:{_INSISTS}|我(?:就)?(?:想|要)?(?:问|知道|了解)(?:的是|一下)?)"
_REFUSED = re.compile(rf"^{_SEP}*{_REFUSAL}{_SAYS}?{_SEP}*(?P<meant>.*)$", re.DOTALL)
_INSISTED = re.compile(rf"^{_SEP}*{_INSISTS}{_SEP}*(?P<meant>.*)$", re.DOTALL)
# "我问的不是退休年龄，是缴费年限", "我不是问领多少，我问领几个月".
_ASKED = (
    r"(?:(?:我|俺)(?:刚才|刚刚|前面)?(?:想|要)?(?:问|说)的"
    r"|(?:我|俺)(?=(?:又|并)?不?是(?:想|要|在)?(?:问|说)))"
)
_NOT_BUT = re.compile(
    rf"^(?P<asked>{_ASKED}|(?=不是(?:想|要|在)?(?:问|说)))?(?:我|她|他|这)?(?:又|并)?不是(?:想|要|在)?(?:问|说)?"
    rf"(?P<denied>[^,，。\s]{{1,15}}?){_SEP}*"
    r"(?:(?:我|而)?就?(?:(?:想|要)?(?:问|说)的)?是(?:想|要|在)?(?:问|说)?|我(?:就)?(?:想|要)?(?:问|[说讲](?=的))(?:的是?)?"
    r"|[问说讲]的(?:就?是)?)"
    r"(?P<meant>.+)$"
)
# "我问的是医保不是养老", "我是职工的，不是居民".
_BUT_NOT = re.compile(
    rf"^(?P<asked>{_ASKED})?(?:我|她|他)?就?是(?:想|要|在)?(?:问|说)?(?P<meant>[^,，。\s不]{{2,15}}?)的?"
    rf"{_SEP}*(?:我|又|并|可)?不是(?:想|要|在)?(?:问|说)?(?P<denied>[^,，。\s不]{{1,15}}?){_SEP}*$"
)
# "村里的养老不是厂里的", "娃的 不是我的": whose, or which insurance, is said and nothing else.
_OTHER_THAN = re.compile(
    rf"^(?:我问的)?(?P<meant>[^,，。\s不]{{1,6}}的[^,，。\s不]{{0,6}}){_SEP}*不是"
    rf"(?P<denied>[^,，。\s不]{{1,8}}?)的{_SEP}*$"
)
_WHERE_FROM = re.compile(
    r"(?:[我你他她]|自己|厂里?|单位|公司|企业|村里?|农村|城里|镇上?|老家|外地|本地)(?:那个)?"
)
_ASKS = re.compile(
    r"[怎咋啥哪谁几吗么]|什么|多少|多久|能不能|可不可以|是不是|有没有|要不要|(.)[不没]\1"
)
_END = re.compile(rf"(?:{_SEP}|[了的啊呀吧嘛啦哦])+$")


# So much of the question before is replaced by what is meant, not a single character.
_LEAST_DENIED = 2
# "医保" takes the place of "养老保险", and not of "养老" alone.
_INSURED = "保险"


@dataclass(frozen=True)
class Correction:
    """What is said to be meant, and what is said not to be, as far as it is named."""

    meant: str
    denied: str = ""
    asked: bool = True  # and not told of somebody: "我是职工的不是居民"

    def whole(self, question: str) -> str:
        """What is meant in full after `question`; nothing where it tells one more circumstance."""
        if len(self.denied) >= _LEAST_DENIED and self.denied in question:
            named = self.denied + _INSURED
            whole = self.meant.endswith(_INSURED[0]) and named in question
            return question.replace(named if whole else self.denied, self.meant)
        if self.asked:
            return self.meant
        return f"{self.meant}呢" if takes_the_place(self.meant) else ""


def correction(text: str) -> Correction | None:
    """What a normalised text corrects; nothing where it only refuses, or asks something new."""
    if len(text) > MOST_CHARACTERS:  # a story, in which a "不是" denies something else
        return None
    if refused := _REFUSED.match(text):
        return _named(refused["meant"]) or _told(refused["meant"])
    if told := _named(text):
        return told
    insisted = _INSISTED.match(text)
    return _told(insisted["meant"]) if insisted else None


def _named(text: str) -> Correction | None:
    """Where both are named; that something which asks is denied, is said of one's own question."""
    found = _NOT_BUT.match(text) or _BUT_NOT.match(text)
    if not found:
        return _other_than(text)
    if _ASKS.search(found["denied"]) and found["asked"] is None:
        return None
    meant, denied = _END.sub("", found["meant"]), _END.sub("", found["denied"])
    if len(meant) < _LEAST or not denied:
        return None
    # "不是欠工资 是开除我赔不赔" asks, and "我不是本地人是外地的能交吗" tells of somebody.
    asks = text.startswith("不是") and _ASKS.search(meant) is not None
    return Correction(meant, denied, asks or found["asked"] is not None)


def _other_than(text: str) -> Correction | None:
    """Where whose or which one is meant, and whose is not, is all that is said."""
    found = _OTHER_THAN.match(text)
    if not found:
        return None
    meant, denied = found["meant"].removesuffix("的"), found["denied"].removesuffix("的")
    both = takes_the_place(meant) and (takes_the_place(denied) or _WHERE_FROM.fullmatch(denied))
    return Correction(meant, denied, asked=False) if both else None


def _told(meant: str) -> Correction | None:
    return Correction(meant.strip()) if len(_END.sub("", meant)) >= _LEAST else None

"""What is only told, and asks for nothing yet: "师傅你好，我跑外卖的43了", "厂子要搬去越南了"."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"[怎咋啥哪谁吗么呢?？]|(?<![过好零十这那])几|(.)[不没]\1|什么|多少|多久|多大|何时|为何|能不能|可不可以|可以不|是不是|有没有|要不要|会不会|该不该"
    r"|[行中成好对要能会是][不没否](?:[啊呀哦]|$)|[不没否][啊呀哦]?$|想[问查办看知]|帮我|请[问教帮]|告诉|说说|讲讲|介绍"
)
_OF_PEOPLE = re.compile(
    r"[我俺咱她他]|爸|妈|娘|爹|老[公婆伴头汉]|爱人|媳妇|孩子|娃|儿子|女儿|闺女|爷爷|奶奶|公司|单位|厂|老板|工地"
)


_YEARS = re.compile(r"(?:(?<![0-9])[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:多|来|几)?(?:年|个月)")


def tells_years(text: str) -> bool:
    """Whether whoever speaks says himself how long it was: "算下来才交了12年零几个月"."""
    return _YEARS.search(text) is not None


def only_told(text: str) -> bool:
    """Whether a normalised text tells of somebody, and no more."""
    return _OF_PEOPLE.search(text) is not None and _ASKS.search(text) is None

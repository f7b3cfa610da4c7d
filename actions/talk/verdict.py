"""The short verdict that a line begins with ("能。住院生孩子时…"), for who asked just that.

A line is written for one question, and fits others: to "最早什么时候能退" a "能。" says nothing,
and before a second line it contradicts the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# A verdict, and the words of which one makes a question that it answers.
_ANSWERS = {
    "能": "能|可以|行|得",
    "行": "行|能|可以",
    "可以": "可以|能|行",
    "算": "算",
    "要": "要|用|得",
    "用": "用|要",
    "会": "会",
    "有": "有",
    "是": "是",
    "给": "给",
    "管": "管",
    "够": "够",
    "认": "认",
    "影响": "影响",
    "报": "报",
}
_VERDICT = re.compile(rf"不?(?P<word>{'|'.join(_ANSWERS)})[^，。！]?。(?=.)")
_ASKS_WHICH = re.compile(r"什么|多少|多久|多长|怎么|怎样|如何|咋|哪|几|啥|谁")
_ASKS_WHETHER = re.compile(r"吗|么|(.{1,2})不\1|[能是]否|[不没嘛][?？。！!\s]*$|[?？][\s]*$")


def spoken(lines: Iterable[str], asked: str) -> list[str]:
    """The lines as they are said to this question: a verdict at most before the first."""
    first, *more = lines
    return [first if _fits(first, asked) else bare(first), *map(bare, more)]


def bare(line: str) -> str:
    """A line without its verdict."""
    return _VERDICT.sub("", line, count=1) if _VERDICT.match(line) else line


def _fits(line: str, asked: str) -> bool:
    verdict = _VERDICT.match(line)
    if verdict is None:
        return True
    whether = _ASKS_WHETHER.search(asked) and not _ASKS_WHICH.search(asked)
    return bool(whether and re.search(_ANSWERS[verdict["word"]], asked))

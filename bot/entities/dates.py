"""Years and months: the ways to write them, their numbers, and spans in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.entities.numerals import DIGIT, figures, small

MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|元|[一二三四五六七八九])"
DAY = r"(?:\s?(?:[0-3]?\d|[一二三]?十?[一二三四五六七八九十])[日号])"
TO = r"\s?(?:到|至|—{1,2}|–|-|~)\s?"
FULL_YEAR = rf"(?:(?:19|20)\d\d|[一二][九〇零0][{DIGIT}]{{2}})"
# 九八, 零五, 七二: both figures said one by one.
SHORT_YEAR = rf"(?:\d\d|[{DIGIT}][{DIGIT}])"
YEAR_WORD = r"\s?年(?:度|份)?[的里,]?\s?"

_BETWEEN = re.compile(rf"(?:起|开始)?(?:一直)?{TO}")
_AND = re.compile(r"\s?[、和与跟及]\s?")

# 1972年8月15日, 七二年八月, 1972-08-15, 72.8, 19720815; only for months of a named year.
YEAR_MONTH = re.compile(
    rf"(?<![\d{DIGIT}.])(?P<year>{FULL_YEAR}"
    rf"|{SHORT_YEAR}){YEAR_WORD}(?P<month>{MONTH})\s?月份?{DAY}?"
    r"|(?<![\d.\-/])(?P<year2>(?:19|20)?\d\d)(?P<mark>[-./])(?P<month2>1[0-2]|0?[1-9])"
    r"(?:(?P=mark)(?:[12]\d|3[01]|0?[1-9]))?(?![\d\-/]|\.\d)"
    r"|(?<![\d.])(?P<year3>(?:19|20)\d\d)(?P<month3>0[1-9]|1[0-2])"
    r"(?:[0-2]\d|3[01])?(?![\d.%]|\s?[元块万千号])"
)


def year_month(match: re.Match[str]) -> tuple[int, int]:
    """Year as written (two or four figures) and month of a `YEAR_MONTH`."""
    year = match["year"] or match["year2"] or match["year3"]
    return figures(year), of_year(match["month"] or match["month2"] or match["month3"])


def of_year(text: str) -> int:
    """1 to 12; 元月 is January."""
    return 1 if text == "元" else small(text.lstrip("0")) or 1


@dataclass(frozen=True)
class Span:
    """Months from `first` to `last`, both included, each as year × 12 + month − 1."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{spelled(self.first)}/{spelled(self.last)}"


@dataclass(frozen=True)
class Named:
    """Months that stand somewhere in a text; `dated` when their year was said."""

    span: Span
    start: int
    end: int
    dated: bool


def month(year: int, of_year: int) -> int:
    """The number of a month; `of_year` counts from 1."""
    return year * 12 + of_year - 1


def month_of(day: date) -> int:
    """The month in which a day lies."""
    return month(day.year, day.month)


def whole(year: int) -> Span:
    """January to December."""
    return Span(month(year, 1), month(year, 12))


def spelled(number: int) -> str:
    """`2023-03`."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def full_year(figures: int, today: date) -> int:
    """23 is 2023 and 98 is 1998: two figures name the last year that ends in them."""
    if figures >= 100:
        return figures
    return 2000 + figures if figures <= today.year % 100 + 1 else 1900 + figures


def joined(text: str, named: Iterable[Named]) -> Iterator[Named]:
    """Two with a 到 between them are one, and so are 3月、4月 when they follow each other."""
    waiting: Named | None = None
    for one in named:
        between = text[waiting.end : one.start] if waiting else ""
        if waiting and _BETWEEN.fullmatch(between):
            waiting = _range(waiting, one)
            continue
        if waiting and _AND.fullmatch(between) and waiting.dated and not one.dated:
            one = _same_year(waiting, one)
            if one.span.first == waiting.span.last + 1:
                waiting = _range(waiting, one)
                continue
        if waiting:
            yield waiting
        waiting = one
    if waiting:
        yield waiting


def _range(first: Named, last: Named) -> Named:
    start, end = first.span.first, last.span.last
    if first.dated and not last.dated:
        end = end % 12 + start // 12 * 12
        end += 12 if end < start else 0
    elif last.dated and not first.dated:
        start = start % 12 + last.span.first // 12 * 12
    return Named(Span(start, end), first.start, last.end, dated=True)


def _same_year(first: Named, later: Named) -> Named:
    """2023年3月、5月: the year holds for both."""
    start = later.span.first % 12 + first.span.first // 12 * 12
    length = later.span.last - later.span.first
    return Named(Span(start, start + length), later.start, later.end, dated=True)

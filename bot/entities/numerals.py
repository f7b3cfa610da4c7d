"""Numbers as citizens write them: 3千, 三千五, 1.2万, 5,000, 二〇二三, 五十四."""

from __future__ import annotations

import re
from decimal import Decimal

DIGIT = "〇零一二三四五六七八九"
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟两○", "一二三四五六七八九十百千二〇")
_FIGURES = str.maketrans(DIGIT, "00123456789")
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}

_ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_ARABIC_NUMBER = re.compile(rf"(?P<figure>{_ARABIC})(?P<unit>[百千万亿kw]?)(?P<rest>.*)")
_BELOW_TEN_THOUSAND = re.compile(
    r"(?:(?P<千>[一二三四五六七八九])千)?(?:零?(?P<百>[一二三四五六七八九])百)?"
    r"(?:零?(?P<十>[一二三四五六七八九]?)十)?(?:零?(?P<ones>[一二三四五六七八九]))?"
)
# 三千五 means 3500: a last digit without a unit counts for the next smaller one.
_SPOKEN_TAIL = re.compile(r"(?P<head>.*(?P<unit>[百千万kw]))(?P<digit>[1-9一二三四五六七八九])")


def number(text: str) -> Decimal | None:
    """The number that the whole text is; None for none, or a vague one (三四千)."""
    text = text.translate(_FORMAL)
    if not text:
        return None
    tail = _SPOKEN_TAIL.fullmatch(text)
    if tail:
        head = number(tail["head"])
        step = Decimal(_UNITS[tail["unit"]]) / 10
        return None if head is None else head + int(tail["digit"].translate(_FIGURES)) * step
    return _arabic(text) if text[0].isdecimal() else _chinese(text)


def figures(text: str) -> int:
    """Digits read one by one, as years are: 二〇二三 → 2023."""
    return int(text.translate(_FORMAL).translate(_FIGURES))


def small(text: str) -> int | None:
    """A whole number of things, such as months or years."""
    found = number(text)
    return int(found) if found is not None and found == int(found) else None


def _arabic(text: str) -> Decimal | None:
    match = _ARABIC_NUMBER.fullmatch(text)
    if not match:
        return None
    head, rest = Decimal(match["figure"].replace(",", "")), match["rest"]
    unit = _UNITS.get(match["unit"], 1)
    return _sum(head * unit, unit, rest)


def _sum(head: Decimal, unit: int, rest: str) -> Decimal | None:
    """1万 and 2千 are 12000; what follows a unit is smaller than that unit."""
    if not rest:
        return head
    tail = number(rest.removeprefix("零"))
    return head + tail if tail is not None and tail < unit else None


def _chinese(text: str) -> Decimal | None:
    for unit in ("亿", "万"):
        head, found, rest = text.rpartition(unit) if unit == "万" else text.partition(unit)
        if found:
            count = number(head)
            return None if count is None else _sum(count * _UNITS[unit], _UNITS[unit], rest)
    match = _BELOW_TEN_THOUSAND.fullmatch(text)
    if not match:
        return Decimal(0) if text in ("零", "〇") else None
    return Decimal(sum(_part(name, said) for name, said in match.groupdict().items()))


def _part(name: str, said: str | None) -> int:
    if said is None:
        return 0
    return (figures(said) if said else 1) * _UNITS.get(name, 1)

"""The period that a citizen asks about, read from their words: 去年, 2023年3月到5月, 近半年 …"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from actions.knowledge.retirement_rules import Month

_NUMERALS = "〇零一二两三四五六七八九十"
_N = rf"(?:\d{{1,4}}|[{_NUMERALS}]{{1,4}})"
_SPOKEN = rf"[二一][{_NUMERALS}]{{{{3}}}}|大前|前|去|上一|今|本|这"
_YEAR = rf"(?P<{{0}}>(?:19|20)?\d\d|[{_NUMERALS}]{{{{2}}}}|{_SPOKEN})年度?"
# A number of two figures before 年 alone is a length of time, not a year.
_WHOLE = rf"(?P<{{0}}>(?:19|20)\d\d|{_SPOKEN})年度?"
_MONTH = r"(?P<{0}>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
_TO = r"\s*(?:到|至|—|–|-|~|～)\s*"
_YEARS_BACK = {"大前": 3, "前": 2, "去": 1, "上一": 1, "今": 0, "本": 0, "这": 0}
_VALUES = {numeral: value for value, numeral in enumerate("零一二三四五六七八九十")}
_VALUES |= {"〇": 0, "两": 2}
_Y1, _Y2 = _YEAR.format("y1"), _YEAR.format("y2")
_M1, _M2 = _MONTH.format("m1"), _MONTH.format("m2")
_WRITTEN = re.compile(
    rf"(?P<y1>(?:19|20)\d\d)[-./](?P<m1>1[0-2]|0?[1-9])(?!\d)"
    rf"(?:{_TO}(?P<y2>(?:19|20)\d\d)[-./](?P<m2>1[0-2]|0?[1-9])(?!\d))?"
)
_MONTH_TO_MONTH = re.compile(
    rf"(?:{_Y1}的?)?\s*(?:{_M1}|(?P<only>1[0-2]|0?[1-9])){_TO}(?:{_Y2}的?)?\s*{_M2}"
)
_PART = re.compile(rf"(?:{_Y1}的?)?\s*(?:第?(?P<quarter>[一二三四1-4])季度?|(?P<half>[上下])半年)")
_YEAR_TO_YEAR = re.compile(rf"{_WHOLE.format('y1')}{_TO}{_WHOLE.format('y2')}")
_YEAR_MONTH = re.compile(rf"{_Y1}的?\s*{_M1}")
_LAST = re.compile(
    rf"(?:最?近|过去|这)\s*(?:(?P<half>半)\s*年|(?P<many>{_N})\s*(?P<unit>年|个月)|(?P<half2>半)个?年)"
)
_LAST_MONTHS = re.compile(r"(?P<which>上上|上|这|本|当)(?:一?个)?月")
_WHOLE_YEAR = re.compile(_WHOLE.format("y1"))
_BARE_MONTH = re.compile(rf"(?<![\d{_NUMERALS}年个]){_M1}(?!\d)")


@dataclass(frozen=True)
class Period:
    """Months, the first and the last included."""

    first: Month
    last: Month

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


def kept(written: str | None) -> Period | None:
    """The period that a slot kept over a sign-in."""
    first, dots, last = (written or "").partition("..")
    try:
        return Period(Month.read(first), Month.read(last)) if dots else None
    except ValueError:
        return None


def read_period(text: str, today: date) -> Period | None:
    """The period that the words name; None for none. It never reaches beyond this month."""
    now = Month.of(today.year, today.month)
    for pattern, reader in _READERS:
        match = pattern.search(text)
        found = reader(match.groupdict(), now) if match else None
        if found and found.first <= found.last and found.first <= now:
            return Period(found.first, min(found.last, now))
    return None


def _written(said: dict[str, str | None], now: Month) -> Period:
    first = Month.of(int(said["y1"] or 0), int(said["m1"] or 0))
    if said["y2"]:
        return Period(first, Month.of(int(said["y2"]), int(said["m2"] or 0)))
    return Period(first, first)


def _month_to_month(said: dict[str, str | None], now: Month) -> Period:
    first_year = _year(said["y1"], now)
    first = Month.of(first_year, _number(said["m1"] or said["only"] or "1"))
    year = _year(said["y2"], now) if said["y2"] else first_year
    return Period(first, Month.of(year, _number(said["m2"] or "1")))


def _part(said: dict[str, str | None], now: Month) -> Period:
    year = _year(said["y1"], now)
    if said["quarter"]:
        first = Month.of(year, _number(said["quarter"]) * 3 - 2)
        return Period(first, first.after(2))
    first = Month.of(year, 1 if said["half"] == "上" else 7)
    return Period(first, first.after(5))


def _year_to_year(said: dict[str, str | None], now: Month) -> Period:
    return Period(Month.of(_year(said["y1"], now), 1), Month.of(_year(said["y2"], now), 12))


def _year_month(said: dict[str, str | None], now: Month) -> Period:
    month = Month.of(_year(said["y1"], now), _number(said["m1"] or "1"))
    return Period(month, month)


def _last(said: dict[str, str | None], now: Month) -> Period | None:
    """The months before this one: this month's contribution has not come yet."""
    many = 6 if said["half"] or said["half2"] else _number(said["many"] or "0")
    many *= 12 if said["unit"] == "年" else 1
    return Period(now.after(-many), now.after(-1)) if 0 < many <= 600 else None


def _last_month(said: dict[str, str | None], now: Month) -> Period:
    month = now.after(-{"上上": 2, "上": 1}.get(said["which"] or "", 0))
    return Period(month, month)


def _whole_year(said: dict[str, str | None], now: Month) -> Period:
    year = _year(said["y1"], now)
    return Period(Month.of(year, 1), Month.of(year, 12))


def _bare_month(said: dict[str, str | None], now: Month) -> Period:
    """A month without a year is the last one of that name."""
    month = Month.of(now.year, _number(said["m1"] or "1"))
    month = month if month <= now else month.after(-12)
    return Period(month, month)


def _year(written: str | None, now: Month) -> int:
    if written is None:
        return now.year
    if written in _YEARS_BACK:
        return now.year - _YEARS_BACK[written]
    if not written.isdecimal():
        written = "".join(str(_VALUES[one]) for one in written)
    year = int(written)
    if year >= 100:
        return year
    return 2000 + year if year <= now.year % 100 else 1900 + year


def _number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.partition("十")
    if ten:
        return (_VALUES[tens] if tens else 1) * 10 + (_VALUES[ones] if ones else 0)
    return int("".join(str(_VALUES[one]) for one in written))


# The longer forms stand before those that they contain.
_READERS = (
    (_WRITTEN, _written),
    (_MONTH_TO_MONTH, _month_to_month),
    (_PART, _part),
    (_YEAR_TO_YEAR, _year_to_year),
    (_YEAR_MONTH, _year_month),
    (_LAST, _last),
    (_LAST_MONTHS, _last_month),
    (_WHOLE_YEAR, _whole_year),
    (_BARE_MONTH, _bare_month),
)

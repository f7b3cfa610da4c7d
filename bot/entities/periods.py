"""The months that a citizen speaks of, in one spelling: 去年 → 2025-01/2025-12.

A period that has begun ends with this month at the latest; 近半年 are the six months before this
one, since this month's contribution has not come yet. A length of time (交满15年) is no period.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.entities.dates import (
    DAY,
    FULL_YEAR,
    MONTH,
    SHORT_YEAR,
    TO,
    Named,
    Span,
    full_year,
    joined,
    month,
    month_of,
    of_year,
    whole,
)
from bot.entities.found import Found
from bot.entities.numerals import DIGIT, figures, small
from bot.entities.surroundings import (
    ahead_of,
    is_birth_year,
    is_length,
    is_lunar,
    is_person_age,
    is_recurring,
    open_end,
)

_YEARS_AWAY = {"大前": -3, "前": -2, "去": -1, "上一": -1, "上": -1, "今": 0, "本": 0}
_YEARS_AWAY |= {"明": 1, "下一": 1, "后": 2}
_MONTHS_AWAY = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_LEAST_YEAR = 1949
_MOST_YEARS = 50
# Whose year of birth it may be that stands alone.
_OLDEST, _YOUNGEST = 90, 16
_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"

_YEAR = (
    rf"(?:(?<![\d{DIGIT}.])(?P<year>{FULL_YEAR}|{SHORT_YEAR})\s?年(?!代|级|龄|限|费)(?:度|份)?"
    r"|(?P<away>大前|(?<![以之目从提])前|去|上一|(?<!以)上|今|本|明|下一|(?<![以之])后)"
    r"年(?![限龄纪轻级代华])度?)"
)
_PART = (
    rf"(?P<month>{MONTH})(?:\s?月(?:份|(?![龄嫂子饼薪供租均])){DAY}?|(?={TO}{MONTH}\s?月))"
    r"|(?P<nth>第)?(?P<quarter>[一二三四1-4])个?季(?P<degree>度)?|q(?P<q>[1-4])"
    r"|(?P<half>[上下前后])半年"
    rf"|(?P<side>[前头后])(?P<count>{_COUNT})个?(?P<counted>月|季度)"
    r"|(?P<all>全年|整年|一整年)|年?(?P<edge>[初底末])"
)
_DATED = rf"(?:{_YEAR}(?:[的里]?\s?(?:{_PART}))?)"
# The same parts with names of their own, for months, quarters and halves of no named year.
_BARE = (
    rf"(?<![\d.{DIGIT}十])(?P<month_>{MONTH})(?:\s?月(?:(?P<fen>份)"
    rf"|(?![龄嫂子饼薪供租均]))(?P<day>{DAY})?"
    rf"|(?={TO}{MONTH}\s?月))"
    r"|(?P<nth_>第)?(?P<quarter_>[一二三四1-4])(?:(?<=第.)个)?季度|(?P<half_>[上下])半年"
    r"|[前头](?P<quarters>[两二三])个?季度"
)
_WRITTEN = (
    r"(?<![\d./])(?P<wy>(?:19|20)\d\d)(?P<mark>[-./])(?P<wm>1[0-2]|0?[1-9])"
    r"(?:(?P=mark)(?:[12]\d|3[01]|0?[1-9]))?(?![\d/]|-(?!(?:19|20)\d\d[-./])|\.\d"
    r"|\s?[年月元块万%])"
    r"|(?<![\d.])(?P<cy>(?:19|20)\d\d)(?P<cm>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?"
    r"(?![\d.%]|\s?[元块万千号])"
)
_YEARS = (
    rf"(?<![\d.\-])(?!(?:19|20)\d\d{TO}\d\d(?!\d))(?P<from>(?:19"
    rf"|20)?\d\d)(?P<nian>\s?年)?(?P<to>{TO}|[和与跟、])(?P<until>(?:19|20)?\d\d)"
    rf"(?:年(?!\s?{MONTH}月|[上下]半年|底|末|初|以|[一二三四第]季)"
    rf"|(?![\d年月元块万千个天岁%./\-]))"
)
_LAST = (
    rf"(?P<last>最近|近|过去|这(?=两年|2年|半年|半个年))的?\s?(?:(?P<halfyear>半)个?年"
    rf"|(?P<many>{_COUNT})\s?个?"
    r"(?P<unit>年半?|月|季度)(?![份日号龄]))"
)
_TOLD = (
    r"(?P<rel>上上|(?<![以单条表卡])上|这|本|下下|(?<![以一])下)(?:一?个)?"
    r"(?P<what>月|季度)(?![薪度])"
)
_YEAR_OF = (
    r"(?<![\d.\-/a-z〔\[(第])(?P<plain>20[0-3]\d)"
    r"(?=(?<=(?:基数|标准|政策|社保|医保|年龄)\d{4})$|最新|新政"
    r"|社保|医保|养老|居民|职工|灵活|城乡|缴费|基数|政策|标准|退休|失业|工伤|生育|公积金)"
)
# Looking at the first character first is what makes it fast.
_FIRST = rf"(?=[\d{DIGIT}十元大前去上今本明后最近过这下第头])"
_ATOM = re.compile(
    f"{_FIRST}(?:{'|'.join((_YEARS, _WRITTEN, _LAST, _TOLD, _DATED, _YEAR_OF, _BARE))})"
)
_BEGINNING = ("起", "开始")


def periods(text: str, today: date) -> Iterator[Found]:
    """The periods of a normalised text, as seen from `today`."""
    named = [one for match in _ATOM.finditer(text) if (one := _named(text, match, today))]
    for one in joined(text, named):
        settled = _settled(text, one, today)
        if settled:
            yield Found("period", str(settled.span), settled.start, settled.end)


def _settled(text: str, one: Named, today: date) -> Named | None:
    """Open ends reach to this month; what is before a date has no first month and is left out."""
    now, end = month_of(today), one.end
    first, last = one.span.first, one.span.last
    if first > last or first < month(_LEAST_YEAR, 1) or ahead_of(text, end):
        return None
    opened = open_end(text, end)
    if opened and first <= now:
        return Named(Span(first, now), one.start, opened, one.dated)
    if opened and not text.startswith(_BEGINNING, end):
        return None
    return Named(Span(first, min(last, now) if first <= now else last), one.start, end, one.dated)


def _named(text: str, match: re.Match[str], today: date) -> Named | None:
    said = match.groupdict()
    if is_lunar(text, match.start()):
        return None
    name, reader = next(one for one in _READERS if said[one[0]])
    span = reader(text, match, today)
    dated = name not in _UNDATED
    return Named(span, match.start(), match.end(), dated) if span else None


def _years(text: str, match: re.Match[str], today: date) -> Span | None:
    first, last = (full_year(int(match[name]), today) for name in ("from", "until"))
    if len(match["from"]) == 2 and not _two_figures(text, match):
        return None
    if match["to"] in "和与跟、" and last != first + 1:
        return None
    return Span(month(first, 1), month(last, 12))


def _two_figures(text: str, match: re.Match[str]) -> bool:
    """15到20年 is a length; 从20到22年, 86和87年 and 98到05年 are years."""
    said = int(match["from"])
    behind_from = text[max(0, match.start() - 2) : match.start()].strip().endswith(("从", "自"))
    return behind_from or said >= 70 or (said < 10 and bool(match["nian"]))


def _written(text: str, match: re.Match[str], today: date) -> Span:
    year, of = int(match["wy"] or match["cy"]), int(match["wm"] or match["cm"])
    return Span(month(year, of), month(year, of))


def _last(text: str, match: re.Match[str], today: date) -> Span | None:
    """The months before this one."""
    many, unit = small(match["many"] or "0"), match["unit"] or ""
    if many is None:
        return None
    many *= 12 if unit[:1] == "年" else 3 if unit == "季度" else 1
    many += 6 if match["halfyear"] or unit == "年半" else 0
    now = month_of(today)
    return Span(now - many, now - 1) if 0 < many <= _MOST_YEARS * 12 else None


def _told(text: str, match: re.Match[str], today: date) -> Span:
    now, away = month_of(today), _MONTHS_AWAY[match["rel"]]
    if match["what"] == "月":
        return Span(now + away, now + away)
    first = now // 3 * 3 + away * 3
    return Span(first, first + 2)


def _dated(text: str, match: re.Match[str], today: date) -> Span | None:
    if match["away"]:
        year = today.year + _YEARS_AWAY[match["away"]]
    else:
        year = full_year(figures(match["year"]), today)
    part = _part(match, year)
    if part:
        return part
    if match["away"] == "今" and is_person_age(text, match.end()):
        return None
    start, end, said = match.start(), match.end(), match["year"]
    grown_up = year in range(today.year - _OLDEST, today.year - _YOUNGEST)
    if said and (is_length(text, match, said) or (grown_up and is_birth_year(text, start, end))):
        return None
    return whole(year)


def _part(match: re.Match[str], year: int) -> Span | None:
    """The part of the year that is named, the whole for 全年, None for no part."""
    if match["month"]:
        return Span(month(year, of_year(match["month"])), month(year, of_year(match["month"])))
    if match["all"]:
        return whole(year)
    if match["quarter"] or match["q"]:
        first = month(year, (small(match["quarter"] or match["q"]) or 1) * 3 - 2)
        return Span(first, first + 2)
    if match["half"]:
        first = month(year, 1 if match["half"] in "上前" else 7)
        return Span(first, first + 5)
    if match["edge"]:
        first = month(year, 1 if match["edge"] == "初" else 10)
        return Span(first, first + 2)
    return _side(match, year) if match["side"] else None


def _side(match: re.Match[str], year: int) -> Span | None:
    many = (small(match["count"]) or 0) * (3 if match["counted"] == "季度" else 1)
    if not 0 < many < 12:
        return None
    if match["side"] == "后":
        return Span(month(year, 13 - many), month(year, 12))
    return Span(month(year, 1), month(year, many))


def _plain(text: str, match: re.Match[str], today: date) -> Span:
    return whole(int(match["plain"]))


def _bare_month(text: str, match: re.Match[str], today: date) -> Span | None:
    """A month without a year is the last one of that name."""
    unclear = match["month_"] == "一" and not match["fen"] and not match["day"]
    if unclear or is_recurring(text, match.start()):
        return None
    now, of = month_of(today), of_year(match["month_"])
    found = month(today.year, of)
    found -= 12 if found > now else 0
    return Span(found, found)


def _bare_part(text: str, match: re.Match[str], today: date) -> Span | None:
    if is_recurring(text, match.start()):
        return None
    if match["half_"]:
        first = month(today.year, 1 if match["half_"] == "上" else 7)
        return Span(first, first + 5)
    first = month(today.year, (small(match["quarter_"]) or 1) * 3 - 2)
    return Span(first, first + 2)


def _bare_quarters(text: str, match: re.Match[str], today: date) -> Span:
    return Span(month(today.year, 1), month(today.year, 9 if match["quarters"] == "三" else 6))


_READERS = (
    ("from", _years),
    ("wy", _written),
    ("cy", _written),
    ("last", _last),
    ("rel", _told),
    ("year", _dated),
    ("away", _dated),
    ("plain", _plain),
    ("month_", _bare_month),
    ("quarter_", _bare_part),
    ("half_", _bare_part),
    ("quarters", _bare_quarters),
)
_UNDATED = frozenset(("month_", "quarter_", "half_", "quarters"))

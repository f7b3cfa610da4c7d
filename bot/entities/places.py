"""Places as GB/T 2260 codes: 深圳市南山区 → 440305.

The longest name wins; a place directly behind the one above it makes one entity with it. Names
that several places share, and everyday words that are places too, count only where that is clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.entities.found import Found
from bot.normalizer import normalize

ALONE, HINTED, NAME, BELOW = "alone", "hinted", "name", "below"
# "我在郑州，不是上海"; "是不是上海" asks.
_DENIED = re.compile(r"(?<![是在])(?:不是在?|不在|没在)$")
# Words that hide a place's name across their parts.
_HIDING = (
    "平衡水平 均衡水平 东西安全 东西安置 普通化 四平方 四平米 四平八稳 大理石 大理由 大理论 "
    "最大连续 重大连 大连续 天水费 天水电 离开封 开封口 东北海 东南通 平安顺 安顺序 国内江 "
    "境内江 投资阳 大庆典 大庆祝 长治久安 德州扑克 大同小异 医保定 社保定 确保定 担保定 "
    "参保定 社保山 医保山 参保山 日照时 日照强 日照充 日照量 日照不 日照少 日照长 三明治 "
    "文山会海 延安全 和田玉 工农区别 中山装 最大同 保定期 保定点 城市中 县市中 重新余 从新余 "
    "高中山 朝阳产业 朝阳行业 六安全 口腔河 出海口 进入口 心安康 保安康 丹阳光 朝阳光 向阳光 "
    "南阳光 信阳光 东阳光"
).split()
_STREET = re.compile(r"[东西南北中]?(?:路|大道|大街|街(?!道))(?!上|边)?|银行|大学|拉面|火锅|香肠")
_NOT_THE_SUFFIX = {"市": "场值面价政", "区": "别分域间号", "县": "级城域", "州": "级"}
_FITS_BEFORE = re.compile(
    r"(?:[在去来回从往转到是]|住|我们?|咱们?|老家|户口|户籍|来自|人在|,|^)\s?$"
)
_LEFT = re.compile(r"(?:以前|之前|原来|原先|从前|曾经?|早先|早年|当年)(?:一直|都)?(?:是)?在$")
_HOUSEHOLD = re.compile(
    r"[省市县]?的?(?:农村|农业|城镇|非农|居民)?(?:户口|户籍|人(?![工员力民社才口]))"
)
_HOUSEHOLD_IN = re.compile(r"(?:户口|户籍)(?:还|都|一直)?[在是]$")
# "参保在安徽", "我医保交在安徽".
_ENROLLED_IN = re.compile(
    r"(?:参保地?|[社医]保|养老(?:保险|金)?|医疗保险)(?:关系|账户)?(?:都|还|一直)?[是在交缴]{1,2}$"
)
# "社保在深圳交了八年，后来回了湖南" says where it was.
_WAS = re.compile(r"(?:这边|那边)?(?:交|缴|参保|断|停|买)*[了过]")
# "在上海的医院化疗": whoever is treated elsewhere is not insured there.
_TREATED = re.compile(
    r"(?:市|这边|那边)?的?(?:(?:大|三甲|肿瘤)?医院|住院|看病|治病|治疗|就医|化疗|手术|做手术)"
)
_FITS_AFTER = re.compile(
    r"\s?(?:这边|那边|这里|那里|本地|当地|人(?!工|员)|的?(?:社[保会]|医[保疗]|养老|灵活|居民"
    r"|职工|城乡|参保|缴费|交|缴|退休|失业|公积金)"
    r"|上班|打工|工作|户口|户籍|转|到|$)"
)


@dataclass(frozen=True)
class Place:
    """A place that a name may mean, and how far the name goes by itself."""

    code: str
    use: str


Places = Mapping[str, tuple[Place, ...]]


@dataclass(frozen=True)
class Gazetteer:
    """All names; the longest length for the two characters that a name begins with."""

    names: Places
    longest: Mapping[str, int]
    hiding: Mapping[str, tuple[tuple[str, int], ...]]


def region_names(file: Path, *, outside: bool = True) -> dict[str, str]:
    """Each name, short name and alias of `regions.yml` with its GB/T 2260 code.

    Those `outside` the mainland are more than places: who says 香港 may be from there.
    """
    names: dict[str, str] = {}
    for region in yaml.safe_load(file.read_text(encoding="utf-8"))["regions"]:
        if region.get("outside") and not outside:
            continue
        for name in (region["name"], region["short"], *region.get("aliases", [])):
            names[normalize(str(name)).text] = str(region["code"])
    return names


def place_rows(regions: Mapping[str, str], file: Path) -> list[tuple[str, str, str]]:
    """(name, code, use) of every name in both files; the more exact file goes first."""
    rows = [row for line in _lines(file) for row in _names(*line.split("\t"))]
    known = {name for name, _, use in rows if use in (ALONE, HINTED, NAME)}
    for name, code in regions.items():
        if len(name) > 1 and name not in known:
            rows.append((name, code, ALONE))
    return rows


def gazetteer(rows: Iterable[tuple[str, str, str]]) -> Gazetteer:
    """The look-up table of `place_rows`."""
    names: dict[str, tuple[Place, ...]] = {}
    longest: dict[str, int] = {}
    for name, code, use in rows:
        names[name] = (*names.get(name, ()), Place(code, use))
        longest[name[:2]] = max(longest.get(name[:2], 0), len(name))
    hiding: dict[str, tuple[tuple[str, int], ...]] = {}
    for word in _HIDING:
        for start in range(len(word)):
            for end in range(start + 2, len(word) + 1):
                if word[start:end] in names:
                    hiding[word[start:end]] = (*hiding.get(word[start:end], ()), (word, start))
    return Gazetteer(names, longest, hiding)


def regions(text: str, known: Gazetteer) -> Iterator[Found]:
    """The places of a normalised text, but for those where somebody is not, or no more.

    Where somebody is insured, in so many words, counts alone. Where somebody is registered or
    treated counts only where no other place is named: whoever works in Hangzhou with a household
    in Henan is insured in Hangzhou.
    """
    named = [found for found in _named(text, known) if not _is_left(text, found)]
    insured = [found for found in named if _is_insured(text, found)]
    yield from insured or [found for found in named if not _is_elsewhere(text, found)] or named


def _is_left(text: str, found: Found) -> bool:
    denied = _DENIED.search(text, max(0, found.start - 4), found.start)
    return bool(denied or _LEFT.search(text, max(0, found.start - 8), found.start))


def _is_insured(text: str, found: Found) -> bool:
    said = _ENROLLED_IN.search(text, max(0, found.start - 12), found.start)
    return bool(said) and not _WAS.match(text, found.end)


def _is_elsewhere(text: str, found: Found) -> bool:
    registered = _HOUSEHOLD_IN.search(text, max(0, found.start - 6), found.start)
    after = _HOUSEHOLD.match(text, found.end) or _TREATED.match(text, found.end)
    return bool(registered or after)


def _named(text: str, known: Gazetteer) -> Iterator[Found]:
    place = 0
    while place < len(text) - 1:
        found = _at(text, place, known, None)
        if found is None:
            place += 1
            continue
        while (below := _at(text, _skip(text, found.end), known, found.value)) is not None:
            found = Found("region", below.value, found.start, below.end)
        yield found
        place = found.end


def _at(text: str, place: int, known: Gazetteer, above: str | None) -> Found | None:
    """The longest name at a place that may stand there, directly behind `above` or alone."""
    for end in range(place + known.longest.get(text[place : place + 2], 0), place + 1, -1):
        name = text[place:end]
        candidates = known.names.get(name) if len(name) == end - place else None
        if not candidates or _is_no_place(text, place, end, known):
            continue
        if above is not None:
            inside = [one.code for one in candidates if _is_below(one.code, above)]
        else:
            inside = [one.code for one in candidates if _may_stand(one, text, place, end)]
        if inside:
            return Found("region", inside[0], place, end)
    return None


def _is_below(code: str, above: str) -> bool:
    """440305 lies in 440300 and 440000."""
    stem = above[:2] if above.endswith("0000") else above[:4]
    return code != above and code.startswith(stem) and not above[4:] != "00"


def _may_stand(one: Place, text: str, start: int, end: int) -> bool:
    if one.use == HINTED:
        fits_before = _FITS_BEFORE.search(text, max(0, start - 4), start)
        return bool(fits_before and _FITS_AFTER.match(text, end))
    return one.use in (ALONE, NAME)


def _is_no_place(text: str, start: int, end: int, known: Gazetteer) -> bool:
    for word, shift in known.hiding.get(text[start:end], ()):
        if start >= shift and text.startswith(word, start - shift):
            return True
    if text[end : end + 1] and text[end] in _NOT_THE_SUFFIX.get(text[end - 1], ""):
        return True
    return bool(_STREET.match(text, end))


def _skip(text: str, place: int) -> int:
    return place + 1 if text[place : place + 1] == " " else place


def _lines(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _names(code: str, name: str, short: str, use: str) -> Iterator[tuple[str, str, str]]:
    """The names of one line: full, short, and 恩施州 for an autonomous prefecture."""
    yield name, code, NAME if use in (ALONE, HINTED, NAME) else BELOW
    if short == "-":
        return
    yield short, code, use if use in (ALONE, HINTED) else BELOW
    kind = name[-1]
    if len(name) > len(short) + 1 and not short.endswith(kind):
        yield short + kind, code, NAME if use != BELOW else BELOW

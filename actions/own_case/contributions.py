"""Contributions: what is taken from a wage, what an employer adds, what somebody pays alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from actions.counting import small as counting
from actions.knowledge.answers import Region
from actions.own_case.case import Case

FEN = Decimal("0.01")
# A hundredth of a percent, as the engine counts them: half a percent is 50.
WHOLE = 10_000
# Nobody pays a larger part of his wage to the unemployment insurance (REG_UI, 6).
MOST_OF_UNEMPLOYMENT = 100


def deducted(case: Case) -> Iterator[str]:
    """What is taken from a wage each month, with the percentage for unemployment if it is told."""
    if (base := _base(case)) is None:
        return
    rates = case.rules["employee"]
    yield from _bound(case, base, _region(case))
    base = _bounded(case, base, _region(case))
    pension, medical = (_part(base, rates[name]) for name in ("pension", "medical"))
    values = {"base": base, "pension": _plain(pension), "medical": _plain(medical)}
    percent = case.told("percent") or 0
    if not 0 < percent <= MOST_OF_UNEMPLOYMENT:
        yield case.say("deducted", **values, both=_plain(pension + medical))
        return
    own = _part(base, percent)
    together = {"all": _plain(pension + medical + own), "unemployment": _plain(own)}
    yield case.say("deducted_all", **values, percent=_percent(percent), **together)


def shares(case: Case) -> Iterator[str]:
    """Both shares of the pension insurance, and what an employer pays for so many people."""
    if (base := _base(case)) is None:
        return
    yield from _bound(case, base, _region(case))
    base, rates = _bounded(case, base, _region(case)), case.rules["employee"]
    own, employer = (_part(base, rates[name]) for name in ("pension", "employer_pension"))
    yield case.say("shares", base=base, own=_plain(own), employer=_plain(employer))
    if staff := case.told("staff"):
        yield case.say("shares_staff", staff=staff, all=_plain(employer * staff))


def flexible(case: Case) -> Iterator[str]:
    """What somebody pays who pays alone; the least of his place where he told no base."""
    region, base = _of_the_self_employed(case), _base(case)
    floor, _ = _limits(case, region)
    if region is not None and base is None and floor is not None:
        yield case.say("flexible_lowest", region=region.short, floor=floor)
        base = floor
    if base is None:
        return
    yield from _bound(case, base, region)
    base = _bounded(case, base, region)
    code, rules = region.code if region else None, case.rules["flexible"]
    percents = counting.flexible_percents(rules, code, case.today)
    found = counting.flexible(Decimal(base), percents)
    month, account = _plain(found.pension), _plain(found.account)
    yield case.say("flexible", base=base, month=month, account=account)
    if found.medical is not None:
        yield case.say("flexible_medical", medical=_plain(found.medical), all=_plain(found.month))
    if (months := case.told("to_pay") or 0) > 1:
        yield case.say("flexible_months", months=months, all=_plain(found.month * months))


def product(case: Case) -> Iterator[str]:
    """What the asker's own numbers come to, whatever they are about: "4500 10% 两个月"."""
    base, percent = _base(case), case.turn.counts_now.get("percent")
    if base is None or not percent:
        return
    months = case.told("to_pay") or 1
    values = {"base": base, "percent": _percent(percent), "months": months}
    said = "product" if months == 1 else "product_months"
    yield case.say(said, **values, amount=_plain(_part(base, percent) * months))


def _base(case: Case) -> int | None:
    """What is counted with: the base that was told, else the wage."""
    return case.told("base") or case.told("wage")


def _limits(case: Case, region: Region | None) -> tuple[int | None, int | None]:
    """The least and the most that a place counts with today, where both are known for sure."""
    if region is None:
        return None, None
    floor, ceiling = (
        case.knowledge.figure(name, region.code, case.today)
        for name in ("base_floor", "base_ceiling")
    )
    return floor, ceiling


def _region(case: Case) -> Region | None:
    return case.knowledge.region(case.turn.region)


def _of_the_self_employed(case: Case) -> Region | None:
    """The place, if it is known what holds there for who pays alone: not all have one floor."""
    region, item = _region(case), case.rules["flexible"]["item"]
    known = case.knowledge.answer_for(item, region, case.today)
    return region if known.local else None


def _bounded(case: Case, base: int, region: Region | None) -> int:
    floor, ceiling = _limits(case, region)
    least = max(base, floor or base)
    return min(least, ceiling or least)


def _bound(case: Case, base: int, region: Region | None) -> Iterator[str]:
    """That a base is not within what the place counts with."""
    counted = _bounded(case, base, region)
    if counted != base and region is not None:
        said = "base_floor" if counted > base else "base_ceiling"
        yield case.say(said, region=region.short, base=counted)


def _part(base: int, hundredths: int) -> Decimal:
    return (Decimal(base) * hundredths / WHOLE).quantize(FEN, ROUND_HALF_UP)


def _percent(hundredths: int) -> str:
    return _plain(Decimal(hundredths) / 100)


def _plain(amount: Decimal) -> str:
    """Without zeros behind the point: 1509.20 is 1509.2, and 640.00 is 640."""
    return f"{amount.quantize(FEN):f}".rstrip("0").rstrip(".")

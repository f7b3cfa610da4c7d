"""What a record's rows mean: each finding is one fact by one rule, told in one sentence.

A defect is a finding about the data themselves: shown as such, with the way to correct it, and
counted for the registry's owner.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record.explain import OWED, gaps_of
from actions.registries.entries import Contribution, Person

PREFIX = "utter_" + "finding_"
NOT_COUNTED = {
    "arrears": "utter_finding_arrears",
    "deferred": "utter_finding_deferred",
    "refunded": "utter_finding_refunded",
}
# In these a month is a month of work; residents pay for a year, also for one to come.
OF_WORK = frozenset(("pension", "medical", "unemployment", "injury", "maternity"))
# Every employer insures its own risk: two at once are as they should be.
EACH_EMPLOYER = frozenset(("injury", "occupational_injury"))
WORKING_AGE = 16 * 12
# Repaired within three months, an interruption of the medical insurance costs no waiting.
REPAIRABLE = 3


@dataclass(frozen=True)
class Finding:
    """One fact and its sentence; by its kind record.yml has its item and source."""

    response: str
    values: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    defect: bool = False

    @property
    def kind(self) -> str:
        """The response's name without what all have in common."""
        return self.response[len(PREFIX) :]


@dataclass(frozen=True)
class Rows:
    """The months of one insurance, with what is known around them."""

    insurance: str
    months: Sequence[Contribution]
    persons: Sequence[Person]
    birth: date  # by the ID number
    name: str
    today: date


def findings(rows: Rows, knowledge: Knowledge) -> list[Finding]:
    """Everything that the rules see in these rows."""
    return [found for rule in (*_RULES, *_DEFECTS) for found in rule(rows, knowledge)]


def defects(rows: Rows, knowledge: Knowledge) -> list[Finding]:
    """Only what is wrong with the data."""
    return [found for rule in _DEFECTS for found in rule(rows, knowledge)]


def _gaps(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    adult = Month.of(rows.birth.year, rows.birth.month).after(WORKING_AGE)
    months = (_month(one) for one in rows.months if one.counted or one.status in OWED)
    gaps = gaps_of(one for one in months if one >= adult)
    if gaps and rows.insurance != "medical":
        phrases = knowledge.phrases
        newest = [phrases.months(one.first, one.last) for one in gaps[-3:]]
        missing = sum(one.months for one in gaps)
        yield Finding(
            "utter_finding_gap",
            {
                **_insurance(rows, knowledge),
                "gaps": phrases.listed(newest),
                "missing": str(missing),
            },
        )


def _medical_gap(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    """The interruption that lasts now: until when it costs no waiting, or that it does."""
    counted = [_month(one) for one in rows.months if one.counted]
    owed = any(one.status in OWED for one in rows.months)
    died = any(one.death_date for one in rows.persons)
    if rows.insurance != "medical" or not counted or owed or died:
        return
    last, now = max(counted), Month.of(rows.today.year, rows.today.month)
    missing = now.number - last.number - 1
    values = {"last": knowledge.phrases.month(last), "missing": str(missing)}
    if 1 <= missing <= REPAIRABLE:
        until = knowledge.phrases.month(last.after(REPAIRABLE))
        yield Finding("utter_finding_medical_gap", {**values, "until": until})
    elif missing > REPAIRABLE:
        yield Finding("utter_finding_medical_gap_long", values)


def _double(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    regions: dict[Month, set[str]] = defaultdict(set)
    for one in rows.months if rows.insurance not in EACH_EMPLOYER else ():
        if one.counted:
            regions[_month(one)].add(one.region)
    doubled = sorted(month for month, where in regions.items() if len(where) > 1)
    if doubled:
        places = sorted({code for month in doubled for code in regions[month]})
        yield Finding(
            "utter_finding_double",
            {
                **_insurance(rows, knowledge),
                **_span(doubled, knowledge),
                "places": knowledge.phrases.listed(knowledge.regions[one].short for one in places),
            },
            tuple(places),
        )


def _two_employers(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    """Two employers paid for the same month in one region: it counts once."""
    employers: dict[tuple[Month, str], set[str]] = defaultdict(set)
    for one in rows.months if rows.insurance not in EACH_EMPLOYER else ():
        if one.counted and not one.deemed:
            employers[_month(one), one.region].add(one.employer)
    doubled = sorted({month for (month, _), names in employers.items() if len(names) > 1})
    if doubled:
        yield Finding(
            "utter_finding_two_employers",
            {**_insurance(rows, knowledge), **_span(doubled, knowledge)},
        )


def _below_floor(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    """Only months whose region and time have a floor that is known for sure."""
    low: dict[str, list[tuple[Month, Contribution]]] = defaultdict(list)
    for one in rows.months if rows.insurance in OF_WORK else ():
        month = _month(one)
        floor = knowledge.figure("base_floor", one.region, date(month.year, month.month, 1))
        if floor is not None and not one.deemed and one.counted and one.base < floor:
            low[one.region].append((month, one))
    for region, found in low.items():
        month, newest = max(found, key=lambda pair: pair[0])
        floor = knowledge.figure("base_floor", region, date(month.year, month.month, 1))
        yield Finding(
            "utter_finding_below_floor",
            {
                **_insurance(rows, knowledge),
                **_span([month for month, _ in found], knowledge),
                "place": knowledge.regions[region].short,
                "base": f"{newest.base:.0f}",
                "floor": str(floor),
            },
            (region,),
        )


def _owed(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    for status, response in NOT_COUNTED.items():
        found = [one for one in rows.months if one.status == status]
        for region in sorted({one.region for one in found}):
            here = [one for one in found if one.region == region]
            yield Finding(
                response,
                {
                    **_insurance(rows, knowledge),
                    **_span([_month(one) for one in here], knowledge),
                    "employer": here[-1].employer,
                    "place": knowledge.regions[region].short,
                },
                (region,),
            )


def _deemed(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    deemed = {_month(one) for one in rows.months if one.deemed and one.counted}
    if deemed:
        yield Finding("utter_finding_deemed", {**_span(sorted(deemed), knowledge)})


def _listed_twice(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    counted = Counter((one.region, _month(one), one.employer) for one in rows.months if one.counted)
    twice = sorted({(region, month) for (region, month, _), many in counted.items() if many > 1})
    yield from _in_each_region("utter_finding_listed_twice", twice, rows, knowledge)


def _too_young(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    """A month of work before the birth, or before sixteen, cannot be this person's."""
    if rows.insurance not in OF_WORK:
        return
    birth = Month.of(rows.birth.year, rows.birth.month)
    months = {(one.region, _month(one)) for one in rows.months}
    unborn = sorted(one for one in months if one[1] < birth)
    young = sorted(one for one in months if birth <= one[1] < birth.after(WORKING_AGE))
    yield from _in_each_region("utter_finding_before_birth", unborn, rows, knowledge)
    yield from _in_each_region("utter_finding_before_sixteen", young, rows, knowledge)


def _after_death(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    died = {one.region: one.death_date for one in rows.persons if one.death_date}
    late = {
        (one.region, _month(one))
        for one in rows.months
        for died_on in died.values()
        if _month(one) > Month.of(died_on.year, died_on.month)
    }
    yield from _in_each_region("utter_finding_after_death", sorted(late), rows, knowledge)


def _to_come(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    if rows.insurance in OF_WORK:
        now = Month.of(rows.today.year, rows.today.month)
        late = sorted({(one.region, _month(one)) for one in rows.months if _month(one) > now})
        yield from _in_each_region("utter_finding_to_come", late, rows, knowledge)


def _names_differ(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    others = [one for one in rows.persons if one.name != rows.name]
    if others:
        places = knowledge.phrases.listed(knowledge.regions[one.region].short for one in others)
        regions = tuple(one.region for one in others)
        yield Finding("utter_finding_names_differ", {"places": places}, regions, defect=True)


def _births_differ(rows: Rows, knowledge: Knowledge) -> Iterable[Finding]:
    others = [one for one in rows.persons if one.birth_date != rows.birth]
    if others:
        places = knowledge.phrases.listed(knowledge.regions[one.region].short for one in others)
        regions = tuple(one.region for one in others)
        yield Finding("utter_finding_births_differ", {"places": places}, regions, defect=True)


def _in_each_region(
    response: str, found: Sequence[tuple[str, Month]], rows: Rows, knowledge: Knowledge
) -> Iterable[Finding]:
    for region in sorted({region for region, _ in found}):
        months = sorted(month for where, month in found if where == region)
        values = {
            **_insurance(rows, knowledge),
            **_span(months, knowledge),
            "place": knowledge.regions[region].short,
        }
        yield Finding(response, values, (region,), defect=True)


def _insurance(rows: Rows, knowledge: Knowledge) -> dict[str, str]:
    return {"insurance_name": knowledge.phrases.word("insurances", rows.insurance)}


def _span(months: Sequence[Month], knowledge: Knowledge) -> dict[str, str]:
    """How many months, and from when to when."""
    return {
        "many": str(len(set(months))),
        "months": knowledge.phrases.months(min(months), max(months)),
    }


def _month(one: Contribution) -> Month:
    return Month.read(one.month)


_Rule = Callable[[Rows, Knowledge], Iterable[Finding]]
_RULES: tuple[_Rule, ...] = (
    _gaps,
    _medical_gap,
    _double,
    _two_employers,
    _below_floor,
    _owed,
    _deemed,
)
_DEFECTS: tuple[_Rule, ...] = (
    _listed_twice,
    _too_young,
    _after_death,
    _to_come,
    _names_differ,
    _births_differ,
)

"""action_look_up_contributions: the citizen's own months, from every region with a registry."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record import findings, standing
from actions.record.asking import Asking, Service, Told, ask, begin, place_names, who_is_signed_in
from actions.record.counted import note_defects
from actions.record.explain import OWED, Paid, Record, explain
from actions.record.findings import Rows
from actions.record.periods import Period, read_period
from actions.record.pointing import told, with_basis
from actions.record.replies import Shown, replies
from actions.registries.client import Answers, Contribution, Found
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

__all__ = ["CONTRIBUTIONS", "LookUpContributions", "look_up", "who_is_signed_in"]

CONTRIBUTIONS = "contributions"  # the service in the audit, and the slot `pending`
SERVICE = Service(CONTRIBUTIONS)
USUAL_INSURANCE = "pension"
OTHERS = ("resident_pension", "medical", "resident_medical")
# Who says 养老保险 or 医保 may mean the residents' one.
OF_RESIDENTS = {"pension": ("resident_pension",), "medical": ("resident_medical",)}
PENSIONS = frozenset(("pension", "resident_pension"))


class LookUpContributions(CitizenAction):
    """Shows the record, or the way to sign in."""

    action = "action_look_up_contributions"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The record of whoever is signed in."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask the registries, keep that they were asked, explain what they said."""
    knowledge = await parts.shelf.now()
    insurance = _insurance(turn, knowledge)
    period = read_period(turn.known("period"), parts.today())
    asked = str(period) if period else None
    asking = await begin(parts, turn, SERVICE, insurance=insurance, period=asked)
    found = await ask(asking, _questions(asking, insurance, period))
    if not found.entries(CONTRIBUTIONS) and period is None:
        # Who names none may mean any.
        others = OF_RESIDENTS.get(insurance, ()) if turn.known("insurance") else OTHERS
        insurance, found = await _another(asking, found, insurance, others)
    record = _explained(found.entries(CONTRIBUTIONS), standing.birth_of(asking.subject.id_number))
    shown = Shown(insurance, record, asking.regions, found.statuses, period)
    first, *remarks = replies(shown, knowledge, parts.today())
    if period is not None:
        return [first, *remarks]
    defects = await note_defects(asking, _defects(asking, insurance, found))
    own = _retired(found, knowledge)
    if not own and not _died(found):
        own = _standing(asking, turn, insurance, record)
    if insurance in PENSIONS and own and own[0].response == "utter_contributions_retired":
        remarks = [one for one in remarks if not _about_gaps(one)]
    return with_basis([first, *own, *remarks, *told(defects)], knowledge)


async def _another(
    asking: Asking, found: Told, insurance: str, others: Sequence[str]
) -> tuple[str, Told]:
    """Who is not insured as an employee may be as a resident, or for illness only."""
    if not others:
        return insurance, found
    registries, number, regions = asking.parts.registries, asking.subject.id_number, asking.regions
    more = await ask(
        asking,
        {
            f"contributions:{one}": _found(registries.contributions(number, one, regions))
            for one in others
        },
    )
    for one in others:
        if more.entries(f"contributions:{one}"):
            months = {CONTRIBUTIONS: more.found[f"contributions:{one}"]}
            return one, Told({**found.found, **months}, more.statuses)
    return insurance, found


def _questions(
    asking: Asking, insurance: str, period: Period | None
) -> Mapping[str, Awaitable[Found[Any]]]:
    """Whoever draws a pension already is told so, and a pension's months are held against
    birth and death; both only for the whole record of a pension."""
    registries, number = asking.parts.registries, asking.subject.id_number
    span = {"first": str(period.first), "last": str(period.last)} if period else {}
    months = _found(registries.contributions(number, insurance, asking.regions, **span))
    if period is not None or insurance not in PENSIONS:
        return {CONTRIBUTIONS: months}
    return {
        CONTRIBUTIONS: months,
        "benefits": registries.benefits(number, asking.regions),
        "persons": registries.persons(number, asking.regions),
    }


async def _found(answers: Awaitable[Answers]) -> Found[Contribution]:
    told = await answers
    return Found(told.contributions, told.silent, told.unknown)


def _insurance(turn: Turn, knowledge: Knowledge) -> str:
    wanted = turn.known("insurance")
    if wanted and wanted in knowledge.phrases.words["insurances"]:
        return wanted
    return USUAL_INSURANCE


def _retired(found: Told, knowledge: Knowledge) -> list[Reply]:
    benefits = found.entries("benefits") if "benefits" in found.found else ()
    where = sorted({one.region for one in benefits if one.kind in PENSIONS})
    if not where:
        return []
    return [Reply("utter_contributions_retired", {"place": place_names(where, knowledge)})]


def _died(found: Told) -> bool:
    return "persons" in found.found and any(one.death_date for one in found.entries("persons"))


def _standing(asking: Asking, turn: Turn, insurance: str, record: Record) -> list[Reply]:
    if insurance != "pension" or not record.total:
        return []
    found = standing.standings(
        asking.knowledge.rules,
        asking.subject.id_number,
        turn.known("worker_category"),
        record.total,
        asking.parts.today(),
    )
    return [Reply(*one) for one in standing.sentences(found, asking.knowledge)]


def _defects(asking: Asking, insurance: str, found: Told) -> list[findings.Finding]:
    persons = found.entries("persons") if "persons" in found.found else ()
    rows = Rows(
        insurance,
        found.entries(CONTRIBUTIONS),
        persons,
        standing.birth_of(asking.subject.id_number),
        asking.subject.name,
        asking.parts.today(),
    )
    return findings.defects(rows, asking.knowledge)


def _about_gaps(one: Reply) -> bool:
    return one.response in ("utter_contributions_gaps", "utter_contributions_many_gaps")


def _explained(months: Iterable[Contribution], birth: date) -> Record:
    """Months that were given back do not count, but nobody owes them either; months before
    the birth are somebody else's."""
    born = Month.of(birth.year, birth.month)
    record = explain(one for one in map(_paid, months) if one.month >= born)
    return replace(record, owed=tuple(one for one in record.owed if one.status in OWED))


def _paid(one: Contribution) -> Paid:
    return Paid(
        month=Month.read(one.month),
        region=one.region,
        employer=one.employer,
        base=one.base,
        personal=one.personal,
        status=one.status,
        counts=one.counted,
        deemed=one.deemed,
    )

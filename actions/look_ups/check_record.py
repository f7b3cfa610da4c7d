"""action_check_record: the whole record read through, and every finding explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.look_ups import benefits, injury, social_card, transfers, unemployment
from actions.look_ups.contributions import PENSIONS
from actions.record import standing
from actions.record.asking import Asking, Service, Told, ask, begin, place_names, silent_regions
from actions.record.counted import note_defects
from actions.record.findings import Finding, Rows, findings
from actions.record.pointing import told, with_basis
from actions.registries.client import Found
from actions.registries.entries import Contribution
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("checkup")
READ = ("pension", "medical", "unemployment", "injury", "resident_pension", "resident_medical")
# Who has longer to go than this and can still reach it need not hear of it unasked.
NEAR = 120
# What is as it should be is no finding.
QUIET = frozenset(
    ("utter_benefit", "utter_benefit_scheduled", "utter_benefit_ended", "utter_benefit_lump_sum")
    + ("utter_benefit_unpaid", "utter_card_issued", "utter_transfer_finished", "utter_injury_paid")
    + ("utter_months_enough", "utter_unemployment_ended")
)


class CheckRecord(CitizenAction):
    """Reads the record through, or shows the way to sign in."""

    action = "action_check_record"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """What stands out, each with what can be done."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask for everything, keep that it was asked, tell what the rules see."""
    asking = await begin(parts, turn, SERVICE)
    found = await _asked(asking)
    knowledge, today = asking.knowledge, parts.today()
    rules = list(_contributions(asking, found))
    await note_defects(asking, rules)
    said = [*told(rules), *_standing(asking, turn, found), *_cases(found, knowledge, today)]
    said = [one for one in said if one.response not in QUIET]
    kinds = {one.response for one in said}
    first = Reply(
        "utter_checkup" if kinds else "utter_checkup_clean",
        {"many": str(len(said))},
        None,
        {"pending": None},
    )
    return [*with_basis([first, *said], knowledge), *silent_regions(found, knowledge)]


async def _asked(asking: Asking) -> Told:
    registries, number, regions = (
        asking.parts.registries,
        asking.subject.id_number,
        asking.regions,
    )

    async def months(insurance: str) -> Found[Contribution]:
        answers = await registries.contributions(number, insurance, regions)
        return Found(answers.contributions, answers.silent, answers.unknown)

    return await ask(
        asking,
        {
            "persons": registries.persons(number, regions),
            "enrolments": registries.enrolments(number, regions),
            **{f"contributions:{insurance}": months(insurance) for insurance in READ},
            "benefits": registries.benefits(number, regions),
            "unemployment": registries.unemployment(number, regions),
            "transfers": registries.transfers(number, regions),
            "cards": registries.cards(number, regions),
            "injury": registries.injury_cases(number, regions),
        },
    )


def _contributions(asking: Asking, found: Told) -> Iterable[Finding]:
    """The rules over every insurance; what is the same in several is told once."""
    retired = bool(_pensions(found))
    seen: dict[tuple[object, ...], Finding] = {}
    drawing = any(one.status == "drawing" for one in found.entries("unemployment"))
    for insurance in READ:
        for one in findings(_rows(asking, found, insurance), asking.knowledge):
            if retired and one.kind in ("gap", "medical_gap", "medical_gap_long"):
                continue
            if drawing and one.kind.startswith("medical_gap"):
                continue
            values = {name: text for name, text in one.values.items() if name != "insurance_name"}
            key = (one.kind, one.regions, tuple(sorted(values.items())))
            seen.setdefault(key, one)
    yield from seen.values()
    if not retired and not _died(found):
        yield from _enrolments(asking, found)


def _rows(asking: Asking, found: Told, insurance: str) -> Rows:
    return Rows(
        insurance,
        found.entries(f"contributions:{insurance}"),
        found.entries("persons"),
        standing.birth_of(asking.subject.id_number),
        asking.subject.name,
        asking.parts.today(),
    )


def _enrolments(asking: Asking, found: Told) -> Iterable[Finding]:
    """Enrolled without a month yet; or not insured anywhere now."""
    months = {
        (one.region, one.insurance)
        for insurance in READ
        for one in found.entries(f"contributions:{insurance}")
    }
    lasting: dict[str, list[str]] = defaultdict(list)
    for one in found.entries("enrolments"):
        if one.status == "active" and one.insurance in READ:
            lasting[one.region].append(one.insurance)
    for region, insurances in lasting.items():
        waiting = [one for one in insurances if (region, one) not in months]
        if waiting:
            names = [asking.knowledge.phrases.word("insurances", one) for one in waiting]
            values = {
                "place": place_names([region], asking.knowledge),
                "insurance_name": asking.knowledge.phrases.listed(names),
            }
            yield Finding("utter_finding_enrolled_nothing_paid", values, (region,))
    if not lasting and found.entries("enrolments"):
        ends = [one.last for one in found.entries("enrolments") if one.last]
        last = max(ends, default=None)
        month = asking.knowledge.phrases.month(Month.of(last.year, last.month)) if last else ""
        yield Finding("utter_finding_not_insured_now", {"last": month})


def _died(found: Told) -> bool:
    return any(one.death_date for one in found.entries("persons"))


def _pensions(found: Told) -> list[str]:
    return sorted({one.region for one in found.entries("benefits") if one.kind in PENSIONS})


def _standing(asking: Asking, turn: Turn, found: Told) -> list[Reply]:
    months = {one.month for one in found.entries("contributions:pension") if one.counted}
    if _pensions(found) or _died(found) or not months:
        return []
    known = standing.standings(
        asking.knowledge.rules,
        asking.subject.id_number,
        turn.known("worker_category"),
        len(months),
        asking.parts.today(),
    )
    if min(one.left for one in known) > NEAR and all(one.missing <= one.left for one in known):
        return []
    return [Reply(*one) for one in standing.sentences(known, asking.knowledge)]


def _cases(found: Told, knowledge: Knowledge, today: date) -> Iterable[Reply]:
    """Benefits, claims, transfers, cards and injuries in the words of their own look-ups."""
    for benefit in found.entries("benefits"):
        yield from (_plain(one) for one in benefits.sentences(benefit, knowledge))
    yield from (unemployment.sentence(one, knowledge) for one in found.entries("unemployment"))
    for transfer in found.entries("transfers"):
        yield _plain(transfers.sentence(transfer, knowledge, today))
    for card in found.entries("cards"):
        yield _plain(social_card.sentence(card, knowledge, today))
    for case in found.entries("injury"):
        yield _plain(injury.sentence(case, knowledge, today))


def _plain(reply: Reply) -> Reply:
    return replace(reply, card=None, slots={})

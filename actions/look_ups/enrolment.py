"""action_look_up_enrolment: where and as what the citizen is insured (参保登记)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from actions.knowledge.answers import Knowledge
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.tables import iso, table
from actions.registries.entries import Enrolment
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("enrolments")


class LookUpEnrolment(CitizenAction):
    """Shows the enrolments, or the way to sign in."""

    action = "action_look_up_enrolment"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """What lasts now in words, all of it in a table."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.enrolments(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge, entries = asking.knowledge, found.entries(SERVICE.name)
    first = _first(entries, knowledge)
    return [first, *silent_regions(found, knowledge)]


def _first(entries: Iterable[Enrolment], knowledge: Knowledge) -> Reply:
    known = sorted(entries, key=lambda one: (one.status != "active", one.region, one.first))
    active = [one for one in known if one.status == "active"]
    slots = {"pending": None}
    if not known:
        return Reply("utter_enrolment_nothing", {}, None, slots)
    if not active:
        return Reply("utter_enrolment_none", {}, _card(known, knowledge), slots)
    return Reply(
        "utter_enrolment", {"lines": _lines(active, knowledge)}, _card(known, knowledge), slots
    )


def _lines(active: Iterable[Enrolment], knowledge: Knowledge) -> str:
    phrases, together = knowledge.phrases, defaultdict(list)
    for one in active:
        together[one.region, one.employer].append(phrases.word("insurances", one.insurance))
    written: str = phrases.words["record"]["lines"]["enrolment"]
    return phrases.listed(
        written.format(
            place=place_name(region, knowledge),
            insurances=phrases.listed(names),
            employer=employer,
        )
        for (region, employer), names in together.items()
    )


def _card(known: Iterable[Enrolment], knowledge: Knowledge) -> Card:
    phrases = knowledge.phrases
    columns = ("place", "insurance", "kind", "employer", "from", "to", "status")
    rows = (
        (
            place_name(one.region, knowledge),
            phrases.word("insurances", one.insurance),
            phrases.word("enrolment_kinds", one.kind),
            one.employer,
            iso(one.first),
            iso(one.last),
            phrases.word("enrolment_states", one.status),
        )
        for one in known
    )
    return table("enrolment", columns, rows, knowledge)

"""The cards of a case: the form to fill in, the review before it is sent, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from actions.exchange.words import agreements, word, words
from actions.knowledge.answers import Knowledge
from actions.talk import cards
from actions.talk.cards import Card
from actions.talk.parts import CHINA
from records.exchange import states
from records.exchange.cases import COVERAGE, TRANSFER, Case, Step
from records.privacy.display import masked_name, masked_number

STEP = "exchange_step"  # the intent, sent by the gateway alone
CLARIFY = "clarify"
_REVIEWED = {
    TRANSFER: ("person", "id_number", "insurance", "from_region", "to_region", "enrolled_since"),
    COVERAGE: (
        *("person", "id_number", "country", "category", "region", "employer", "employer_code"),
        *("employer_abroad", "from", "to"),
    ),
}


def fill_payload(what: str) -> str:
    """What a filled form is sent with."""
    return str(cards.choice("", STEP, step=f"fill:{what}")["payload"])


def form(kind: str, knowledge: Knowledge, filled: Mapping[str, str] | None = None) -> Card:
    """The form of an application, with what was filled in before."""
    fields = {TRANSFER: _transfer_fields, COVERAGE: _coverage_fields}[kind](knowledge)
    given = filled or {}
    return _form(
        kind,
        fill_payload(kind),
        [{**one, "value": given[one["name"]]} if one["name"] in given else one for one in fields],
    )


def clarification_form(case: Case) -> Card:
    """Where an answer to the other side's question is written."""
    return _form(CLARIFY, fill_payload(f"{CLARIFY}:{case.id}"), [_field("clarification", "text")])


def review(case: Case, knowledge: Knowledge) -> Card:
    """All of the application, to be confirmed by the citizen."""
    shown = {**case.draft, "person": case.draft["name"]}
    rows = [
        [word("labels", name), _value(name, shown[name], knowledge)]
        for name in _REVIEWED[case.kind]
        if shown.get(name)
    ]
    offered = ("confirm", "change", "discard")
    return {
        "type": "table",
        "title": word("kinds", case.kind),
        "columns": [{"label": label} for label in words()["review_columns"]],
        "rows": rows,
        "choices": [step_choice(name, case) for name in offered],
    }


def history(case: Case, steps: Sequence[Step]) -> Card:
    """How the case came where it is; with what the citizen may do now."""
    rows = [
        [day(one.at), word("acts", one.act), word("states", one.state)]
        for one in steps
        if one.act in words()["acts"]
    ]
    card: Card = {
        "type": "table",
        "title": str(words()["history"]).format(number=case.number),
        "columns": [{"label": label} for label in words()["history_columns"]],
        "rows": rows,
    }
    offered = choices(case)
    return {**card, "choices": offered} if offered else card


def choices(case: Case) -> list[Card]:
    """What the citizen may do with the case now."""
    return [step_choice(name, case) for name in states.citizens_acts(case.state, case.reason)]


def step_choice(act: str, case: Case) -> Card:
    """One thing to do with the case."""
    return cards.choice(word("offered", act), STEP, step=f"{act}:{case.id}")


def day(at: datetime) -> str:
    """A moment's day in China."""
    return at.astimezone(CHINA).date().isoformat()


def _form(kind: str, payload: str, fields: list[Card]) -> Card:
    said = words()["forms"][kind]
    return {
        "type": "form",
        "title": said["title"],
        "submit": {"title": said["submit"], "payload": payload},
        "fields": fields,
    }


def _transfer_fields(knowledge: Knowledge) -> list[Card]:
    return [
        _field("insurance", "choice", _options(words()["insurances"])),
        _field("from_region", "choice", _regions(knowledge)),
        _field("to_region", "choice", _regions(knowledge)),
        _field("enrolled_since", "date"),
    ]


def _coverage_fields(knowledge: Knowledge) -> list[Card]:
    countries = {one.code: one.country for one in agreements().values() if one.in_force}
    return [
        _field("country", "choice", _options(countries)),
        _field("category", "choice", _options(words()["categories"])),
        _field("region", "choice", _regions(knowledge)),
        _field("employer", "text", required=False),
        _field("employer_code", "text", required=False),
        _field("employer_abroad", "text"),
        _field("from", "date"),
        _field("to", "date"),
    ]


def _field(
    name: str, kind: str, options: list[Card] | None = None, *, required: bool = True
) -> Card:
    made: Card = {"name": name, "label": word("labels", name), "kind": kind, "required": required}
    return {**made, "choices": options} if options else made


def _options(named: Mapping[str, str]) -> list[Card]:
    return [{"title": title, "value": value} for value, title in named.items()]


def _regions(knowledge: Knowledge) -> list[Card]:
    known = (one for one in knowledge.regions.values() if one.registry)
    return _options({one.code: one.name for one in known})


def _value(name: str, value: str, knowledge: Knowledge) -> str:
    """As a person reads it; who may look over a shoulder learns no whole number or name."""
    shown: dict[str, Any] = {
        "person": masked_name,
        "id_number": masked_number,
        "country": lambda code: agreements()[code].country,
        "category": lambda code: word("categories", code),
        "insurance": lambda code: word("insurances", code),
    }
    for region in ("region", "from_region", "to_region"):
        shown[region] = lambda code: knowledge.regions[code].name
    return str(shown[name](value)) if name in shown else value

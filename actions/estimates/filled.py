"""A calculator's form: shown with what is known, read again once it is filled in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.knowledge.answers import Knowledge
from actions.knowledge.sources import Citation
from actions.record.asking import transaction
from actions.talk import cards
from actions.talk.cards import Card
from actions.talk.errors import Unanswerable
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.files import filled_forms

# Nobody earns, saves or lives so much: beyond it is a slip of the keyboard.
LARGEST = Decimal(100_000_000)
AGAIN = "utter_estimate_field_again"
MOST_MONTHS = 60 * 12
MONTHS = frozenset({"months", "paid_months"})  # the fields that ask for months
_PART = re.compile(r"(-?\d{1,12}(?:\.\d{1,4})?)\s*([^\d\s.-]*)\s*")


class FieldWrong(Unanswerable):
    """What stands in a field cannot be counted with."""

    response = "utter_estimate_field_wrong"


@dataclass(frozen=True)
class Field:
    """A field of the form; `choices` are (title, value)."""

    name: str
    kind: str
    value: str | None = None
    choices: Sequence[tuple[str, str]] = ()
    label: str | None = None  # whose words stand above it; else those of its name


def form(
    calculator: str,
    fields: Iterable[Field],
    knowledge: Knowledge,
    response: str = "utter_estimate_form_plain",
) -> Reply:
    """The form's card, under a sentence."""
    words = knowledge.phrases.words["calculator_words"]
    card: Card = {
        "type": "form",
        "title": words["titles"][calculator],
        "fields": [_field(one, words["fields"]) for one in fields],
        "submit": cards.choice(words["submit"], f"count_{calculator}"),
    }
    return Reply(response, {"title": card["title"]}, card, {"pending": None})


def sentence(known: object) -> str:
    """What stands above a form that a record helps with; `known` is None where nobody signed in."""
    if known is None:
        return "utter_estimate_form"
    return "utter_estimate_form_known" if known else "utter_estimate_form_plain"


def _field(one: Field, labels: Mapping[str, str]) -> Card:
    shown: Card = {
        "name": one.name,
        "label": labels[one.label or one.name],
        "kind": one.kind,
        "required": True,
    }
    if one.value is not None:
        shown["value"] = one.value
    if one.choices:
        shown["choices"] = [{"title": title, "value": value} for title, value in one.choices]
    return shown


async def read(parts: Parts, turn: Turn, calculator: str) -> Mapping[str, str] | None:
    """What was filled in, once; None when nothing was."""
    if turn.intent != f"count_{calculator}" or turn.conversation is None:
        return None
    payload = f"/count_{calculator}"
    async with transaction(parts) as db:
        fields = await filled_forms.latest(db, parts.vault_key, turn.conversation, payload)
        await filled_forms.forget(db, turn.conversation, payload)
    return fields


async def counted(
    parts: Parts, turn: Turn, calculator: str, given: Mapping[str, str], count: Callable[[], Reply]
) -> list[Reply]:
    """What comes of it; where nothing does, the same form once more, filled in as it was."""
    try:
        reply = count()
    except FieldWrong as problem:
        reply = Reply(problem.response, problem.details)
    if reply.card is not None:
        return [reply]
    card = await _once_more(parts, turn, calculator, given)
    if card is None:
        return [reply]
    said = AGAIN if reply.response == FieldWrong.response else reply.response
    return [Reply(said, reply.values, card, {"pending": None})]


async def _once_more(
    parts: Parts, turn: Turn, calculator: str, given: Mapping[str, str]
) -> Card | None:
    """The form that was shown, with what was filled in; None when none was."""
    if turn.conversation is None:
        return None
    async with transaction(parts) as db:
        card = await filled_forms.shown(db, turn.conversation, f"/count_{calculator}")
    if card is None:
        return None
    fields = [
        {**field, "value": given[field["name"]]} if given.get(field["name"]) else field
        for field in card["fields"]
    ]
    return {**card, "fields": fields}


def number(
    fields: Mapping[str, str], name: str, knowledge: Knowledge, least: Decimal = Decimal(0)
) -> Decimal:
    """A number of the form, not below `least`; else `FieldWrong`."""
    words = knowledge.phrases.words["calculator_words"]
    kind, most = ("months", Decimal(MOST_MONTHS)) if name in MONTHS else ("amount", LARGEST)
    value = _written(fields.get(name, ""), words["written"][kind])
    if value is None or not least <= value <= most:
        raise FieldWrong(field=words["fields"][name])
    return value


def _written(given: str, units: Mapping[str, int]) -> Decimal | None:
    """What is written, a sum of its parts where each has its unit; None for anything else."""
    plain = unicodedata.normalize("NFKC", given).replace(",", "").strip()
    parts = _PART.findall(plain)
    known = all(unit in units for _, unit in parts) and _PART.sub("", plain) == ""
    if not parts or not known or (len(parts) > 1 and any(not unit for _, unit in parts)):
        return None
    return sum((Decimal(many) * units[unit] for many, unit in parts), Decimal(0))


def estimate(
    calculator: str,
    inputs: Mapping[str, str],
    results: Sequence[tuple[str, str]],
    formula: Sequence[str],
    citations: Iterable[Citation],
    knowledge: Knowledge,
) -> Card:
    """The card: inputs, results, formula, where it stands written."""
    phrases, words = knowledge.phrases, knowledge.phrases.words["calculator_words"]
    labels = {**words["fields"], **words["inputs"]}
    return {
        "type": "estimate",
        "kind": calculator,
        "inputs": {labels[name]: value for name, value in inputs.items()},
        "results": [{"label": words["results"][name], "value": value} for name, value in results],
        "formula": list(formula),
        "sources": [cards.source(one, phrases) for one in citations],
    }


def citations(calculator: str, knowledge: Knowledge) -> list[Citation]:
    """The sources that calculators.yml names, as the calculator's items cite them."""
    rules: Mapping[str, Any] = knowledge.phrases.words["calculators"][calculator]
    items = rules.get("items") or [rules["item"]]
    found = {
        one.source.id: one
        for item in items
        if item in knowledge.items
        for one in knowledge.items[item].citations
    }
    named = [found[one] for one in rules["sources"] if one in found]
    return named or list(knowledge.rule_citations)


def yuan(amount: Decimal, knowledge: Knowledge) -> str:
    """An amount with its unit."""
    written: str = knowledge.phrases.words["calculator_words"]["units"]["money"]
    return written.format(value=f"{amount:.2f}")


def unit(kind: str, value: object, knowledge: Knowledge) -> str:
    """A count with its unit."""
    written: str = knowledge.phrases.words["calculator_words"]["units"][kind]
    return written.format(value=value)

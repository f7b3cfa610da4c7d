"""Builds the cards that a screen shows beside a reply's text (channels/cards/*.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from actions.knowledge.answers import Answer, Item, Knowledge, Region
from actions.knowledge.phrases import Phrases
from actions.knowledge.retirement_rules import Ends, Month, Retirement
from actions.knowledge.sources import Citation

Card = dict[str, Any]


def choice(title: str, intent: str, **entities: str) -> Card:
    """Something to tap; the payload is what the engine then hears."""
    heard = json.dumps(entities, ensure_ascii=False) if entities else ""
    return {"title": title, "payload": f"/{intent}{heard}"}


def choices(offered: Iterable[Card]) -> Card:
    """A card of choices."""
    return {"type": "choices", "choices": list(offered)}


def item_choice(item: Item) -> Card:
    """Ask this item."""
    return choice(item.title, "choose", item=item.id)


def region_choices(regions: Iterable[Region]) -> Card:
    """Name one of these regions."""
    return choices(choice(region.short, "inform", region=region.code) for region in regions)


def human_choice(phrases: Phrases) -> Card:
    """Ask for a person."""
    return choice(phrases.word("choices", "human"), "human")


def worker_choices(phrases: Phrases, *names: str) -> Card:
    """Say which kind of worker one is; who pays for herself is led to the item about that."""
    offered = [
        choice(phrases.word("choices", name), "inform", worker_category=name) for name in names
    ]
    item = phrases.flexible_item
    return choices([*offered, choice(phrases.word("choices", "flexible"), "choose", item=item)])


def answer(given: Answer, knowledge: Knowledge) -> Card:
    """A whole answer with its sources."""
    item = given.item
    card: Card = {
        "type": "answer",
        "item": item.id,
        "title": item.title,
        "summary": f"{item.summary}\n{given.local}" if given.local else item.summary,
        "effective_from": item.effective_from.isoformat(),
        "sources": _sources(given, knowledge.phrases),
        "related": [
            item_choice(knowledge.items[one]) for one in item.related if one in knowledge.items
        ],
    }
    if item.detail:
        card["detail"] = item.detail
    if item.effective_to:
        card["effective_to"] = item.effective_to.isoformat()
    if item.regional and given.region:
        card["region"] = {"code": given.region.code, "name": given.region.name}
    office: Mapping[str, str] | None = knowledge.phrases.words["offices"].get(item.office)
    if office:
        card["office"] = dict(office)
    return card


def estimate(both: Ends, earliest: Month | None, knowledge: Knowledge) -> Card:
    """When somebody retires, from when on he may, where he still has the choice, and how so.

    `both` are the first and the last that it may be; the same where the birth month is known.
    """
    phrases, (first, last) = knowledge.phrases, both
    words: Mapping[str, Any] = phrases.words["estimate"]
    # Who reached the age before the reform has no choice of it.
    chosen = [
        *([(words["earliest"], phrases.month(earliest))] if earliest else ()),
        (words["latest"], phrases.months(first.latest, last.latest)),
    ]
    years = phrases.spans(first.minimum_contribution, last.minimum_contribution)
    results = [
        (words["age"], phrases.ages(first.age, last.age)),
        (words["month"], phrases.months(first.month, last.month)),
        *(chosen if last.is_concerned else ()),
        (words["years"], years),
    ]
    return {
        "type": "estimate",
        "kind": "retirement_age",
        "inputs": {
            words["birth"]: phrases.months(first.birth, last.birth),
            words["worker"]: phrases.word("workers", first.category),
        },
        "results": [{"label": label, "value": value} for label, value in results],
        "formula": [line for one in dict.fromkeys(both) for line in _counted(one, phrases)],
        "sources": [source(one, phrases) for one in knowledge.rule_citations],
    }


def _counted(found: Retirement, phrases: Phrases) -> list[str]:
    """How a retirement age is counted, line by line."""
    values = {
        "birth": phrases.month(found.birth),
        "base": phrases.age(found.base_age),
        "delay": phrases.span(found.delay),
        "age": phrases.age(found.age),
        "month": phrases.month(found.month),
    }
    return [line.format(**values) for line in phrases.words["estimate"]["formula"]]


def sign_in() -> Card:
    """The way to sign in."""
    return {"type": "sign_in", "reason": "contributions"}


def handoff(phrases: Phrases, ticket: int | None, before: int | None) -> Card:
    """Where a person is; how many wait longer, where that is known."""
    words: Mapping[str, Any] = phrases.words["handoff"]
    card: Card = {
        "type": "handoff",
        "phone": words["phone"],
        "hours": words["hours"],
        "places": [dict(place) for place in words["places"]],
    }
    told = {"ticket": ticket, "position": before}
    return card | {name: value for name, value in told.items() if value is not None}


def source(cited: Citation, phrases: Phrases) -> Card:
    """A document, and the place in it."""
    fields = {
        "title": cited.source.title,
        "document": cited.source.document,
        "article": phrases.article(cited.article) or None,
        "issued": cited.source.issued,
        "url": cited.source.url,
    }
    return {name: value for name, value in fields.items() if value}


def _sources(given: Answer, phrases: Phrases) -> list[Card]:
    national = [source(one, phrases) for one in given.item.citations]
    local = [source(Citation(one, None), phrases) for one in given.local_sources]
    return [*local, *national]

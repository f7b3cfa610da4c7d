"""What is found in sentences, row by row; the rows stand in entities.yml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.entities.component import EntityRules
from bot.entities.places import place_rows, region_names

ROOT = Path(__file__).resolve().parents[2]
TABLE = yaml.safe_load((ROOT / "tests/bot/entities.yml").read_text(encoding="utf-8"))
REGIONS = region_names(ROOT / "data/knowledge/regions.yml")
ROWS = place_rows(REGIONS, ROOT / "data/places.tsv")
KINDS = {"region", "period", "amount", "age", "birth_month", "worker_category", "insurance"}


def rules(today: date) -> EntityRules:
    """The component on a given day; it needs no storage to understand."""
    return EntityRules(ROWS, None, Resource("entities"), lambda: today)


def understood(text: str, today: date) -> list[dict[str, Any]]:
    """The entities that the component adds to a message."""
    message = Message({TEXT: text})
    rules(today).process([message])
    return list(message.get(ENTITIES))


def wanted(text: str, listed: list[str]) -> Iterator[tuple[str, str, int, int]]:
    """Kind, value and place of each "words = kind value", read from left to right."""
    behind = 0
    for one in listed:
        words, said = one.rsplit(" = ", 1)
        kind, value = said.split(" ", 1)
        start = text.index(words, behind)
        behind = start + len(words)
        yield kind, value, start, behind


@pytest.fixture(scope="module", autouse=True)
def one_gazetteer() -> Iterator[None]:
    """Building the look-up table once is enough for some hundred rows."""
    from bot.entities import component

    built = component.gazetteer(ROWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component, "gazetteer", lambda rows: built)
        yield


@pytest.mark.parametrize("row", TABLE["found"], ids=lambda row: row["text"])
def test_value_and_place_are_found(row: dict[str, Any]) -> None:
    today = row.get("today", TABLE["today"])
    found = understood(row["text"], today)
    told = [(one["entity"], one["value"], one["start"], one["end"]) for one in found]
    assert told == list(wanted(row["text"], row["found"]))


@pytest.mark.parametrize("text", TABLE["nothing"])
def test_nothing_is_found(text: str) -> None:
    assert understood(text, TABLE["today"]) == []


def test_the_table_is_wide_enough() -> None:
    expressions = [one for row in TABLE["found"] for one in row["found"]]
    assert len(expressions) >= 300
    assert len(set(TABLE["nothing"])) >= 60
    assert {one.rsplit(" = ", 1)[1].split(" ")[0] for one in expressions} == KINDS

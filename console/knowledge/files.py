"""Writes items, wordings and figures as the YAML files that the assistant reads, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from console.knowledge import content
from console.knowledge.known import load, parse
from records.staff.entries import Content

_INTENT = "faq/"
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    """Writes several lines as several lines."""


def _text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


class NotTheSame(Exception):
    """What was written would not be read as what was meant."""


def items_text(entries: Iterable[tuple[str, Content]]) -> str:
    """`items/FAMILY.yml`."""
    return _checked({"items": [_item(entry, told) for entry, told in entries]})


def wordings_text(entries: Iterable[tuple[str, Content]]) -> str:
    """`nlu/faq/FAMILY.yml`, in Rasa's format."""
    intents = [
        {
            "intent": _INTENT + entry,
            "examples": "".join(f"- {line}\n" for line in told["wordings"]),
        }
        for entry, told in entries
    ]
    return _checked({"version": "3.1", "nlu": intents})


def figures_text(entries: Iterable[tuple[str, Content]]) -> str:
    """`parameters.yml`."""
    return _checked({"parameters": [content.with_dates(told) for _, told in entries]})


def _item(entry: str, told: Content) -> dict[str, Any]:
    kept = {name: told[name] for name in content.ITEM_FIELDS if name in told}
    return content.with_dates({"id": entry, **kept})


def _checked(whole: dict[str, Any]) -> str:
    written = yaml.dump(
        whole,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=2**20,
    )
    if parse(written) != whole:
        raise NotTheSame
    return str(written)


def read_items(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Family, id and content of every item in a folder with `knowledge` and `nlu`."""
    for file in sorted((folder / "knowledge/items").glob("*.yml")):
        wordings = read_wordings(load(folder / "nlu/faq" / file.name))
        for one in load(file)["items"]:
            yield file.stem, one["id"], content.item(one, wordings.get(one["id"], []))


def read_wordings(whole: Any) -> dict[str, list[str]]:
    """The wordings of each item in a file of Rasa's format."""
    return {
        one["intent"].removeprefix(_INTENT): [
            line.strip()[1:].strip() for line in one["examples"].split("\n") if line.strip()
        ]
        for one in whole["nlu"]
        if one.get("intent", "").startswith(_INTENT)
    }


def read_figures(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and content of every figure."""
    for one in load(folder / "knowledge/parameters.yml")["parameters"]:
        told = content.figure(one)
        yield content.figure_id(told), told

"""An item as texts, one for each column: what forms and tables show, and how it is read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.knowledge import content
from records.staff.entries import Content

COLUMNS = (
    *("id", "family", "area", "title", "scope", "summary", "detail", "points", "local"),
    *("parameters", "calculator", "facts", "sources", "effective_from", "effective_to"),
    *("related", "office", "owner"),
    *("english_title", "english_summary", "english_detail", "review_by", "confidence"),
    *("retired", "wordings"),
)
_LISTS = ("parameters", "facts", "related")
_ENGLISH = ("title", "summary", "detail")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_ARTICLE = " | "
YES = "1"


def from_content(entry: str, family: str, told: Content) -> dict[str, str]:
    """Every column as text."""
    cells = {name: str(told.get(name) or "") for name in COLUMNS}
    cells |= {name: " ".join(told.get(name) or []) for name in _LISTS}
    cells["id"], cells["family"] = entry, family
    cells["sources"] = "\n".join(
        one["source"] + (_ARTICLE + one["article"] if one.get("article") else "")
        for one in told.get("sources") or []
    )
    cells["points"] = "\n".join(told.get("points") or [])
    for name in _ENGLISH:
        cells[f"english_{name}"] = (told.get("english") or {}).get(name, "")
    cells["retired"] = YES if told.get("retired") else ""
    cells["wordings"] = "\n".join(told["wordings"])
    return cells


def to_content(cells: Mapping[str, str]) -> dict[str, Any]:
    """The item's content; what is missing is missing in it, too."""
    written: dict[str, Any] = {name: cells.get(name) or None for name in content.ITEM_FIELDS}
    for name in _LISTS:
        written[name] = [one for one in _BETWEEN.split(cells.get(name) or "") if one]
    written["points"] = _lines(cells.get("points"))
    written["sources"] = [_source(line) for line in _lines(cells.get("sources"))]
    english = {name: cells.get(f"english_{name}") or "" for name in _ENGLISH}
    written["english"] = english if any(english.values()) else None
    written["effective_to"] = cells.get("effective_to") or None
    written["retired"] = cells.get("retired") == YES
    return content.item(written, _lines(cells.get("wordings")))


def _source(line: str) -> dict[str, str]:
    source, _, article = line.partition(_ARTICLE.strip())
    return {"source": source.strip(), **({"article": article.strip()} if article.strip() else {})}


def _lines(text: str | None) -> list[str]:
    return [line for line in content.tidy(text or "").split("\n") if line]

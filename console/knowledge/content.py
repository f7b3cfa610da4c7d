"""The shape of an entry's content: order of its fields, tidy text, and what lists show of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from records.staff.entries import Content, Facets

# As they stand in the files, and as columns in tables.
ITEM_FIELDS = (
    *("id", "area", "title", "scope", "summary", "detail", "points", "local", "parameters"),
    *("calculator", "facts", "sources", "effective_from", "effective_to", "related", "office"),
    *("owner", "english", "review_by", "confidence"),
)
FIGURE_FIELDS = (
    *("name", "label", "region", "value", "display", "effective_from", "effective_to"),
    *("source", "confidence"),
)
# Said even where there is nothing to say.
_ALWAYS = frozenset({"effective_to", "value", "source"})
_DATES = frozenset({"effective_from", "effective_to", "review_by"})
ITEM, FIGURE = "item", "figure"
FIGURES_FAMILY = "parameters"


def tidy(text: str) -> str:
    """Text with plain line ends and nothing behind them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def item(written: Mapping[str, Any], wordings: Iterable[str]) -> dict[str, Any]:
    """An item's content from what a file, a form or a table says."""
    content = _ordered(written, ITEM_FIELDS)
    content.pop("id", None)
    content["wordings"] = list(dict.fromkeys(one for line in wordings if (one := tidy(line))))
    if written.get("retired"):
        content["retired"] = True
    return content


def figure(written: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's content."""
    return _ordered(written, FIGURE_FIELDS)


def figure_id(content: Content) -> str:
    """A figure is known by name, region and first day."""
    return f"F-{content['name']}-{content['region']}-{content['effective_from']}"


def _ordered(written: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in fields:
        value = _plain(written.get(name))
        if value not in (None, "", [], {}) or (name in written and name in _ALWAYS):
            content[name] = None if value in ("", []) else value
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if _plain(one) is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def facets(kind: str, entry: str, family: str, content: Content) -> Facets:
    """What the entry is listed and found by."""
    if kind == FIGURE:
        words = (entry, content["label"], content["display"], content.get("source") or "")
        return Facets(
            kind=FIGURE,
            family=family,
            area=content["name"],
            title=content["label"],
            owner="",
            region=content["region"],
            regional=True,
            review_by=None,
            effective_to=_day(content.get("effective_to")),
            search="\n".join(words).lower(),
        )
    texts = [entry, *(content.get(name) or "" for name in ("title", "summary", "detail", "local"))]
    texts += content.get("points") or []
    cited = [one["source"] for one in content.get("sources", [])]
    return Facets(
        kind=ITEM,
        family=family,
        area=content.get("area") or "",
        title=content.get("title") or "",
        owner=content.get("owner") or "",
        region=None,
        regional=content.get("scope") == "regional",
        review_by=_day(content.get("review_by")),
        effective_to=_day(content.get("effective_to")),
        search="\n".join([*texts, *cited, *content["wordings"]]).lower(),
    )


def with_dates(content: Content) -> dict[str, Any]:
    """The content with its dates as dates, for YAML."""
    return {name: _day(one) if name in _DATES else one for name, one in content.items()}


def _day(written: Any) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return None

"""Says a card in words, line by line, as far as the text beside it does not say it already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from channels.messengers.frame.phrases import Phrases

Card = dict[str, Any]

MOST_MONTHS = 6
MOST_ROWS = 20


def lines_of(card: Card, phrases: Phrases, link: str | None) -> list[str]:
    """What the card shows besides its choices; `link` is where signing in or loading begins."""
    kind = _KINDS.get(str(card.get("type")))
    return [line for line in kind(card, phrases, link) if line] if kind else []


def _answer(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield str(card.get("summary", ""))
    yield str(card.get("detail", ""))
    if card.get("region"):
        yield phrases.label("region", region=card["region"]["name"])
    yield _effective(card, phrases)
    yield from _sources(card, phrases)
    if card.get("office"):
        yield phrases.label("office", **card["office"])


def _effective(card: Card, phrases: Phrases) -> str:
    start, end = card.get("effective_from"), card.get("effective_to")
    if start and end:
        return phrases.label("effective_to", **{"from": start, "to": end})
    return phrases.label("effective", **{"from": start}) if start else ""


def _sources(card: Card, phrases: Phrases) -> Iterator[str]:
    if card.get("sources"):
        yield phrases.labels["sources"]
    for source in card.get("sources") or []:
        told = [source.get(part) for part in ("title", "document", "article")]
        name = phrases.labels["comma"].join(part for part in told if part)
        issued = source.get("issued")
        when = phrases.label("issued", issued=issued) if issued else ""
        where = f" {source['url']}" if source.get("url") else ""
        yield phrases.label("source", name=name) + when + where


def _certificate(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield phrases.label("certificate", title=card["title"], number=card["number"])
    if card.get("verify"):
        yield phrases.label("certificate_verify", verify=card["verify"])
    yield phrases.label("certificate_until", until=str(card["expires_at"])[:16].replace("T", " "))
    yield link or ""


def _contributions(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield phrases.label(
        "insurance",
        name=card["insurance"]["name"],
        months=card["months_total"],
        as_of=card["as_of"],
    )
    if card.get("paid_to"):
        yield phrases.label("paid_to", month=card["paid_to"])
    for region in card.get("regions") or []:
        silent = region["status"] == "silent"
        yield phrases.label("place_silent" if silent else "place_months", **region)
    yield from _listed("gaps", "gap", card.get("gaps"), phrases)
    overlaps = [
        {"month": found["month"], "many": len(found["regions"])}
        for found in card.get("overlaps") or []
    ]
    yield from _listed("overlaps", "overlap", overlaps, phrases)
    yield from _listed("recent", "month", _months(card, phrases), phrases)
    yield from _sources(card, phrases)


def _months(card: Card, phrases: Phrases) -> list[dict[str, object]]:
    latest = sorted(card.get("months") or [], key=lambda month: str(month["month"]), reverse=True)
    return [
        {
            **month,
            "employer": month["employer"] or phrases.labels["employer_none"],
            "status": phrases.labels.get(month["status"], month["status"]),
        }
        for month in latest[:MOST_MONTHS]
    ]


def _listed(title: str, line: str, rows: Any, phrases: Phrases) -> Iterator[str]:
    if rows:
        yield phrases.labels[title]
    for row in (rows or [])[:MOST_ROWS]:
        yield phrases.label(line, **row)
    yield _rows_left(rows or [], phrases)


def _rows_left(rows: list[Any], phrases: Phrases) -> str:
    left = len(rows) - MOST_ROWS
    return phrases.label("rows_left", many=left) if left > 0 else ""


def _estimate(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    for result in card.get("results") or []:
        yield phrases.label("result", label=result["label"], value=result["value"])
    if card.get("formula"):
        yield phrases.labels["formula"]
        yield from card["formula"]
    yield from _sources(card, phrases)


def _form(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield str(card["title"])
    yield phrases.labels["form"]
    for field in card.get("fields") or []:
        offered = phrases.labels["comma"].join(one["title"] for one in field.get("choices") or [])
        if offered:
            yield phrases.label("field_choices", label=field["label"], choices=offered)
        else:
            yield phrases.label("field", label=field["label"])


def _handoff(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    if card.get("ticket") is not None:
        yield phrases.label("ticket", ticket=card["ticket"])
    if card.get("position") == 0:
        yield phrases.labels["next"]
    elif card.get("position") is not None:
        yield phrases.label("position", position=card["position"])
    yield phrases.label("phone", phone=card["phone"])
    yield phrases.label("hours", hours=card["hours"])
    for place in card.get("places") or []:
        told = [place.get(part) for part in ("name", "address", "hours", "phone")]
        parts = phrases.labels["comma"].join(part for part in told if part)
        yield phrases.label("place", parts=parts)


def _notice(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    if card.get("phone"):
        yield phrases.label("phone", phone=card["phone"])


def _office(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield phrases.label("office", name=card["name"], phone=card["phone"])
    for part in ("address", "hours"):
        if card.get(part):
            yield phrases.label(part, **{part: card[part]})


def _sign_in(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    if link:
        yield phrases.labels["sign_in"]
        yield link


def _table(card: Card, phrases: Phrases, link: str | None) -> Iterator[str]:
    yield str(card["title"])
    labels = [column["label"] for column in card["columns"]]
    for row in card["rows"][:MOST_ROWS]:
        cells = (f"{label} {cell}" for label, cell in zip(labels, row, strict=False) if cell)
        yield phrases.label("bullet", title=phrases.labels["semicolon"].join(cells))
    yield _rows_left(card["rows"], phrases)
    yield from _sources(card, phrases)


_KINDS: dict[str, Callable[[Card, Phrases, str | None], Iterator[str]]] = {
    "answer": _answer,
    "certificate": _certificate,
    "contributions": _contributions,
    "estimate": _estimate,
    "form": _form,
    "handoff": _handoff,
    "notice": _notice,
    "office": _office,
    "sign_in": _sign_in,
    "table": _table,
}

"""What a citizen would see of an item: on the page, in large type, in WeChat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.knowledge.known import Known, local_text
from records.staff.entries import Content

# WeChat takes 2,048 bytes in a passive reply; a Chinese character is three.
WECHAT_BYTES = 2048


@dataclass(frozen=True)
class Local:
    """The sentence of one region."""

    region: str
    text: str


@dataclass(frozen=True)
class Preview:
    """An answer before it is one."""

    title: str
    summary: str
    steps: tuple[str, ...]
    local: tuple[Local, ...]
    sources: tuple[str, ...]
    effective_from: str
    effective_to: str
    plain: str
    plain_bytes: int


def preview(told: Content, known: Known, figures: Sequence[Content], today: date) -> Preview:
    """The item as of today."""
    title, summary = told.get("title") or "", told.get("summary") or ""
    steps = tuple(line for line in (told.get("detail") or "").split("\n") if line)
    sources = tuple(_source(one, known) for one in told.get("sources") or [])
    plain = "\n".join([title, summary, *steps, *sources])
    return Preview(
        title=title,
        summary=summary,
        steps=steps,
        local=tuple(_local(told, known, figures, today)),
        sources=sources,
        effective_from=told.get("effective_from") or "",
        effective_to=told.get("effective_to") or "",
        plain=plain,
        plain_bytes=len(plain.encode()),
    )


def _source(cited: dict[str, Any], known: Known) -> str:
    source = known.sources.get(cited.get("source") or "")
    if source is None:
        return str(cited.get("source") or "")
    parts = [f"《{source['title']}》", source.get("document") or "", cited.get("article") or ""]
    return " ".join(part for part in parts if part)


def _local(told: Content, known: Known, figures: Sequence[Content], today: date) -> list[Local]:
    if not told.get("local"):
        return []
    by_region: dict[str, dict[str, str]] = {}
    for one in figures:
        if one["effective_from"] <= today.isoformat() <= (one.get("effective_to") or "9999"):
            by_region.setdefault(one["region"], {})[one["name"]] = one["display"]
    found: list[Local] = []
    for code, values in sorted(by_region.items()):
        short = str(known.regions.get(code, {}).get("short", code))
        text = local_text(told, values, short)
        if text is not None:
            found.append(Local(short, text))
    return found

"""Help while an item is being written: what looks odd, though it does not stop anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from console.knowledge.known import Known
from console.knowledge.similar import Index, Neighbour, bare
from records.staff.entries import Content

# A sentence that is read at one glance; longer ones lose older readers.
LONG_SENTENCE = 40
ENOUGH_WORDINGS = 16
SOON = timedelta(days=60)
DUPLICATE = 0.99
MOST_NEIGHBOURS = 12
MOST_LINES = 60
_SENTENCE = re.compile(r"[^。！？；\n]+")
_FIGURE = re.compile(r"\d[\d,.]*\s*(?:元|%|％|万)")
_WEAK = {"ended", "trial", "to_confirm", "not_yet_in_force"}


@dataclass(frozen=True)
class Hint:
    """A sentence of words.yml, with what it speaks of."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hints:
    """All the help for one item."""

    neighbours: tuple[Neighbour, ...]
    duplicates: tuple[Neighbour, ...]
    remarks: tuple[Hint, ...]
    sentence: float  # characters of a sentence, on average
    characters: int


def changed_first(lines: Sequence[str], before: Sequence[Collection[str]]) -> list[str]:
    """The lines that are looked at closely: those that stand in the fewest versions come first."""
    return sorted(lines, key=lambda line: sum(line in one for one in before))[:MOST_LINES]


def hints(
    item: str,
    told: Content,
    known: Known,
    index: Index,
    today: date,
    before: Sequence[Collection[str]] = (),
) -> Hints:
    """What an author would want to know; `before` are the wordings of versions that are kept."""
    looked = changed_first(told["wordings"], before)
    near = [one for line in looked for one in index.near(line, item, 2)]
    near.sort(key=lambda one: -one.score)
    same = [one for line in told["wordings"] for one in index.same(line, item)]
    text = "\n".join(str(told.get(name) or "") for name in ("summary", "detail"))
    sentences = [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
    average = sum(map(len, sentences)) / len(sentences) if sentences else 0.0
    return Hints(
        neighbours=tuple(
            [one for one in near if bare(one.line) != bare(one.other)][:MOST_NEIGHBOURS]
        ),
        duplicates=tuple(same),
        remarks=tuple(_remarks(told, text, sentences, known, today)),
        sentence=round(average, 1),
        characters=len(text.strip()),
    )


def _remarks(
    told: Content, text: str, sentences: list[str], known: Known, today: date
) -> list[Hint]:
    found = [
        Hint("long_sentence", {"sentence": one[:30], "length": len(one)})
        for one in sentences
        if len(one) > LONG_SENTENCE
    ]
    if len(told["wordings"]) < ENOUGH_WORDINGS:
        found.append(
            Hint("few_wordings", {"many": len(told["wordings"]), "enough": ENOUGH_WORDINGS})
        )
    cited = told.get("sources") or []
    if _FIGURE.search(text) and not any(one.get("article") for one in cited):
        found.append(Hint("figure_without_article", {"figure": _FIGURE.findall(text)[0]}))
    for one in cited:
        source = known.sources.get(one.get("source") or "")
        if source and source.get("kind") in _WEAK:
            found.append(Hint("source_" + source["kind"], {"title": source["title"]}))
    for name in ("effective_to", "review_by"):
        if _is_soon(told.get(name), today):
            found.append(Hint(name + "_soon", {"day": told[name]}))
    return found


def _is_soon(day: Any, today: date) -> bool:
    try:
        return day is not None and date.fromisoformat(day) <= today + SOON
    except ValueError:
        return False

"""Dialect words read as standard ones: "攞咗几耐" as "领了多久".

`data/dialects.tsv` has a line a string: its group of dialects, whether it is `sure` (dialect
wherever it stands) or `loose` (found in standard Chinese, too, and read only beside something
sure of its own group), the string, and what it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "data/dialects.tsv"
SURE, LOOSE = "sure", "loose"


@dataclass(frozen=True)
class Entry:
    """A string of a dialect."""

    group: str
    sure: bool
    said: str
    standard: str


@dataclass(frozen=True)
class Entries:
    """A table as it is looked into."""

    by_first: Mapping[str, tuple[Entry, ...]]  # the longest first
    beginnings: frozenset[str]  # the first two characters of what is sure, or the one


def read(table: str, spelled: Callable[[str], str] = str) -> Iterator[Entry]:
    """The lines of a table; a line that is none is a `ValueError` with its number."""
    for number, line in enumerate(table.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 4 or columns[1] not in (SURE, LOOSE) or not columns[2]:
            raise ValueError(f"{TABLE.name}: {number}: {line}")
        group, tier, said, standard = columns
        yield Entry(group, tier == SURE, spelled(said), standard)


def by_first(entries: Iterable[Entry]) -> Entries:
    """The entries by their first characters."""
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.said[0], []).append(one)
    sure = frozenset(one.said[:2] for all_ in found.values() for one in all_ if one.sure)
    return Entries(
        {
            first: tuple(sorted(all_, key=lambda one: -len(one.said)))
            for first, all_ in found.items()
        },
        sure,
    )


def standard_pieces(text: str, entries: Entries) -> list[tuple[str, int, int]]:
    """The text in pieces: what each says, and from where to where it stood in `text`.

    A text without anything sure is one piece, as it is.
    """
    groups = _groups(text, entries)
    if not groups:
        return [(text, 0, len(text))] if text else []
    pieces, done = [], 0
    for start, found in _matches(text, entries, groups):
        one = next((one for one in found if one.group in groups), found[0])
        if done < start:
            pieces.append((text[done:start], done, start))
        done = start + len(one.said)
        pieces.append((one.standard, start, done))
    return [*pieces, (text[done:], done, len(text))] if done < len(text) else pieces


def _groups(text: str, entries: Entries) -> frozenset[str]:
    """The dialects that most of what is sure belongs to."""
    if not _may_be_sure(text, entries.beginnings):
        return frozenset()
    hits = Counter(one.group for _, found in _matches(text, entries) for one in found)
    most = max(hits.values(), default=0)
    return frozenset(group for group, count in hits.items() if count == most)


def _may_be_sure(text: str, beginnings: frozenset[str]) -> bool:
    """Whether to look closer: most messages are in standard Chinese."""
    pairs = map("".join, zip(text, text[1:], strict=False))
    return not beginnings.isdisjoint(pairs) or not beginnings.isdisjoint(text)


def _matches(
    text: str, entries: Entries, groups: frozenset[str] = frozenset()
) -> Iterator[tuple[int, list[Entry]]]:
    """What is sure, or loose in these groups, from left to right, the longest at each place."""
    place = 0
    while place < len(text):
        counted = [
            one
            for one in entries.by_first.get(text[place], ())
            if (one.sure or one.group in groups) and text.startswith(one.said, place)
        ]
        if counted:
            length = len(counted[0].said)
            yield place, [one for one in counted if len(one.said) == length]
        place += length if counted else 1

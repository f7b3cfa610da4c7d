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
# So many first characters of what is sure are looked for before a text is read closely.
_BEGINNING = 3


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

    by_said: Mapping[str, tuple[Entry, ...]]
    lengths: Mapping[str, tuple[int, ...]]  # of what begins with a character, the longest first
    beginnings: frozenset[str]  # of what is sure


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


def by_said(entries: Iterable[Entry]) -> Entries:
    """The entries by what is said, so that no line of the table is tried in vain."""
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.said, []).append(one)
    lengths: dict[str, set[int]] = {}
    for said in found:
        lengths.setdefault(said[0], set()).add(len(said))
    return Entries(
        {said: tuple(all_) for said, all_ in found.items()},
        {first: tuple(sorted(all_, reverse=True)) for first, all_ in lengths.items()},
        frozenset(
            said[:_BEGINNING] for said, all_ in found.items() if any(one.sure for one in all_)
        ),
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
    pieces = (
        text[place : place + length]
        for length in range(1, _BEGINNING + 1)
        for place in range(len(text))
    )
    return not beginnings.isdisjoint(pieces)


def _matches(
    text: str, entries: Entries, groups: frozenset[str] = frozenset()
) -> Iterator[tuple[int, list[Entry]]]:
    """What is sure, or loose in these groups, from left to right, the longest at each place."""
    place = 0
    while place < len(text):
        found = _longest(text, place, entries, groups)
        if found:
            yield place, found
        place += len(found[0].said) if found else 1


def _longest(text: str, place: int, entries: Entries, groups: frozenset[str]) -> list[Entry]:
    for length in entries.lengths.get(text[place], ()):
        said = entries.by_said.get(text[place : place + length], ())
        found = [one for one in said if one.sure or one.group in groups]
        if found:
            return found
    return []

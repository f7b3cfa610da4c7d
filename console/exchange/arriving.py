"""What an import would do, row by row, before it does anything."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from console.exchange import cells
from console.exchange.tables import Row
from console.knowledge import files
from console.knowledge.checks import Problem, problems
from console.knowledge.content import ITEM
from console.knowledge.known import Known
from console.knowledge.similar import bare
from console.refusals import NotReadable
from records.staff import entries
from records.staff.entries import Entry, Version, Wish

Told = Callable[[str, int, int], None]  # step, done, of

NEEDED = ("id", "title", "summary", "wordings")
_ID = re.compile(r"Q[0-9]{3,5}")
_FAMILY = re.compile(r"[a-z][a-z_]{1,30}")


@dataclass(frozen=True)
class Arrival:
    """A row that can come in."""

    entry: str
    family: str
    content: dict[str, Any]
    based_on: int  # 0: a new item


@dataclass(frozen=True)
class Bad:
    """A row that cannot, and why."""

    row: int  # as the spreadsheet counts: 1 is the head
    entry: str
    problem: Problem


@dataclass(frozen=True)
class Plan:
    """All of it."""

    arrivals: tuple[Arrival, ...]
    same: int
    bad: tuple[Bad, ...]


async def plan(db: AsyncConnection, known: Known, rows: Sequence[Row], tell: Told) -> Plan:
    """Look at every row; nothing is written."""
    there = await _all(db)
    heads = await entries.heads(db, ITEM)
    return await asyncio.to_thread(_judge, known, rows, there, heads, tell)


def _judge(
    known: Known,
    rows: Sequence[Row],
    there: Mapping[str, Entry],
    heads: Mapping[str, Version],
    tell: Told,
) -> Plan:
    owners = _owners(rows, heads)
    many = Counter(row.get("id", "").strip() for row in rows)
    arrivals: list[Arrival] = []
    bad: list[Bad] = []
    same = 0
    for number, row in enumerate(rows, start=2):
        tell("judge", number - 1, len(rows))
        entry = row.get("id", "").strip()
        kept, told = there.get(entry), _content(row, heads.get(entry))
        found = list(_of_row(entry, row, kept, many[entry]))
        found += problems(ITEM, entry, told, known) if not found else []
        if not found and kept and told == heads[entry].content:
            same += 1
            continue
        found += _shared(entry, told, owners) if not found else []
        if found:
            bad += [Bad(number, entry, one) for one in found]
        else:
            family = kept.family if kept else row.get("family", "")
            arrivals.append(Arrival(entry, family, told, kept.head if kept else 0))
    return Plan(tuple(arrivals), same, tuple(bad))


def _owners(rows: Sequence[Row], heads: Mapping[str, Version]) -> Mapping[str, set[str]]:
    """Which items would have each wording once the rows are in."""
    after = {entry: head.content["wordings"] for entry, head in heads.items()}
    for row in rows:
        entry = row.get("id", "").strip()
        after[entry] = _content(row, heads.get(entry))["wordings"]
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for entry, lines in after.items():
        for line in lines:
            owners[bare(line)].add(entry)
    return owners


def _shared(
    entry: str, told: Mapping[str, Any], owners: Mapping[str, set[str]]
) -> Iterator[Problem]:
    for line in told["wordings"]:
        for other in sorted(owners.get(bare(line), set()) - {entry}):
            yield Problem("wordings", "shared", {"line": line[:40], "other": other})


def _content(row: Row, head: Version | None) -> dict[str, Any]:
    """The row's content; columns that the table leaves out stay as they are."""
    if head is None:
        return cells.to_content(row)
    return cells.to_content(cells.from_content("", "", head.content) | row)


def _of_row(entry: str, row: Row, kept: Entry | None, many: int) -> list[Problem]:
    if not _ID.fullmatch(entry) or (kept and kept.kind != ITEM):
        return [Problem("id", "no_entry")]
    if many > 1:
        return [Problem("id", "twice", {"entry": entry})]
    family = row.get("family", "")
    if (kept and family not in ("", kept.family)) or (not kept and not _FAMILY.fullmatch(family)):
        return [Problem("family", "bad_family")]
    return []


async def _all(db: AsyncConnection) -> dict[str, Entry]:
    page = await entries.search(db, Wish(ITEM, size=100_000))
    return {one.id: one for one in page.entries}


def wanted_columns(rows: Sequence[Row]) -> list[str]:
    """The columns that a table must have and has not."""
    return [name for name in NEEDED if rows and name not in rows[0]]


def from_rasa(written: bytes) -> list[Row]:
    """Rows out of a file of Rasa's format: wordings of items that are there."""
    try:
        told = files.read_wordings(yaml.safe_load(written.decode("utf-8")))
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as problem:
        raise NotReadable from problem
    return [{"id": entry, "wordings": "\n".join(lines)} for entry, lines in told.items()]

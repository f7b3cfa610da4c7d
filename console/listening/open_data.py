"""A month's figures for everybody: a file without any group of too few conversations."""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from console.listening import sheets
from records.questions import changes, tallies
from records.questions.changes import Group
from records.questions.tallies import CHINA

NAME = re.compile(r"wenbao-\d{4}-\d{2}\.csv")


@dataclass
class _Cell:
    conversations: set[str] = field(default_factory=set)
    questions: int = 0
    answered: int = 0

    def add(self, other: _Cell) -> None:
        self.conversations |= other.conversations
        self.questions += other.questions
        self.answered += other.answered


@dataclass(frozen=True)
class Row:
    """What is published of one region and area; other regions and areas share a row."""

    region: str
    area: str
    questions: int
    answered_percent: int


def rows(groups: Iterable[Group], areas: Mapping[str, str], least: int, rest: str) -> list[Row]:
    """Cells of fewer than `least` conversations join their area's rest, then the rest of all.

    A rest that is still too small is left out; no totals are published, so that nothing can be
    found by subtraction.
    """
    cells: dict[tuple[str, str], _Cell] = defaultdict(_Cell)
    for one in groups:
        told = _Cell({one.conversation}, 1, int(one.answered))
        cells[one.region, areas.get(one.item, rest)].add(told)
    for place in (lambda region, area: (rest, area), lambda region, area: (rest, rest)):
        small = [key for key, cell in cells.items() if len(cell.conversations) < least]
        for key in small:
            cell = cells.pop(key)
            cells[place(*key)].add(cell)
    return [
        Row(region, area, cell.questions, round(100 * cell.answered / cell.questions))
        for (region, area), cell in sorted(cells.items())
        if len(cell.conversations) >= least
    ]


def due(folder: Path, today: date) -> date | None:
    """The first day of last month, while its file is not there."""
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return None if file_of(folder, month).exists() else month


def file_of(folder: Path, month: date) -> Path:
    """Where a month's file lies."""
    return folder / f"wenbao-{month:%Y-%m}.csv"


async def publish(
    database: AsyncEngine,
    folder: Path,
    month: date,
    least: int,
    words: Mapping[str, str],
    regions: Mapping[str, str],
) -> int | None:
    """Write a month's file; how many rows it has, None while nothing was asked at all.

    Whoever reads meanwhile sees all of it or nothing.
    """
    since = datetime(month.year, month.month, 1, tzinfo=CHINA)
    until = (since + timedelta(days=32)).replace(day=1)
    async with database.connect() as db:
        groups = await changes.of_month(db, since, until)
        areas = {item: area for item, (_, area) in (await tallies.areas(db)).items()}
    if not groups:
        return None
    found = rows(groups, areas, least, words["rest"])
    told = [
        (
            f"{month:%Y-%m}",
            regions.get(one.region, one.region or words["rest"]),
            one.area,
            one.questions,
            one.answered_percent,
        )
        for one in found
    ]
    head = [words[name] for name in ("month", "region", "area", "questions", "answered_percent")]
    await asyncio.to_thread(_write, file_of(folder, month), sheets.to_csv(head, told))
    return len(found)


def _write(file: Path, told: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{os.getpid()}.csv")
    fresh.write_bytes(told)
    fresh.replace(file)


def files(folder: Path) -> list[str]:
    """What was published, the latest first."""
    if not folder.is_dir():
        return []
    return sorted((one.name for one in folder.iterdir() if NAME.fullmatch(one.name)), reverse=True)

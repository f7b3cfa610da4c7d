"""Gives citizens' words to an item as new wordings: a draft, which goes through review."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from console.doors import Desk
from console.knowledge import content
from console.knowledge.content import ITEM
from console.knowledge.similar import Index, bare, shared
from console.refusals import Blocked, NoItem, Wanted
from records.staff import entries, workflow
from records.staff.entries import Version

MOST_LINES = 20
LONGEST = 200
# What stands where a number was taken out: no wording of anybody else.
_MASKED = re.compile(r"[〔［\[【]")
# What begins so is a command and no question.
_COMMAND = ("/", "／")
# Of the words that are offered from here on 79 % are the item's own, and 78 % of its own are
# offered: precision, counted double, and recall are best together (F0.5 0.79; at 0.25: 71 and
# 95 %, 0.75). 996 real questions, `python -m bench.alike`, record 0011.
LIKELY = 0.6


def proposed(texts: Sequence[str], most: int) -> list[str]:
    """Words that may become wordings as they are."""
    found: dict[str, str] = {}
    for one in map(content.tidy, texts):
        if 1 < len(one) <= LONGEST and "\n" not in one and not _unfit(one):
            found.setdefault(bare(one), one)
    return list(found.values())[:most]


def _unfit(line: str) -> bool:
    return line.startswith(_COMMAND) or _MASKED.search(line) is not None


def lines(said: str) -> list[str]:
    """The wordings of a form, one a line."""
    told = [one for line in content.tidy(said).split("\n") if (one := line.strip())]
    if len(told) > MOST_LINES:
        raise Wanted("fewer_wordings", most=MOST_LINES)
    for one in told:
        if len(one) > LONGEST:
            raise Wanted("shorter_wording", line=one[:20], most=LONGEST)
    return told


async def add(
    db: AsyncConnection, desk: Desk, index: Index, entry: str, told: Sequence[str]
) -> int:
    """Keep a draft of the item with these wordings, too; how many it did not have."""
    try:
        kept = await entries.get(db, entry, lock=True)
    except entries.NoEntry as problem:
        raise NoItem(entry) from problem
    if kept.kind != ITEM:
        raise NoItem(entry)
    version = await entries.version(db, entry, kept.head)
    fresh = _fresh(version, told)
    alike = shared(index, entry, fresh)
    if alike:
        raise Blocked(desk.parts.writing.problem(alike[0]))
    if not fresh:
        return 0
    changed = {**version.content, "wordings": [*version.content["wordings"], *fresh]}
    shown = content.facets(ITEM, entry, kept.family, changed)
    number = await workflow.save(db, entry, shown, changed, kept.head, desk.me, "", desk.now)
    await desk.note(db, "save", entry, version=number, wordings=len(fresh))
    return len(fresh)


def _fresh(version: Version, told: Sequence[str]) -> list[str]:
    had = {bare(one) for one in version.content["wordings"]}
    return list({bare(one): one for one in told if bare(one) and bare(one) not in had}.values())

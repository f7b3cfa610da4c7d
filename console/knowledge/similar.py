"""Finds wordings that look alike, over all items, by the pairs of characters they share."""

from __future__ import annotations

import asyncio
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import add, itemgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.knowledge.checks import Problem
from records.staff import wordings

MOST = 5
# Pairs that stand in more wordings than this tell nothing.
EVERYWHERE = 4000
# The rarest pairs of a wording find its neighbours; all of them say how near those are.
TELLING = 8
ALIKE = 0.45
# So many of those that share most of the rarest pairs are looked at.
LIKELIEST = 200
# Answers that are kept, and items that are taken up in one go.
MOST_TOLD, AT_ONCE = 20_000, 100
_NOTHING = re.compile(r"[\s，。！？、,.!?~…：:；;（）()“”\"']")


@dataclass(frozen=True)
class Neighbour:
    """A wording of another item that looks like one of this item."""

    line: str
    other: str
    item: str
    score: float


def bare(line: str) -> str:
    """A wording without what does not change its meaning."""
    return _NOTHING.sub("", line).lower()


class Index:
    """All wordings, and where each pair of characters stands; what was replaced is dead."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []  # item, wording
        self._sizes = array("I")  # pairs of each; 0 where it is dead
        # Arrays, for the collector of garbage would walk through millions of numbers in lists.
        self._pairs: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self._places: dict[str, range] = {}
        self._owners: defaultdict[str, set[str]] = defaultdict(set)  # by the bare wording
        self._told: dict[tuple[str, str, int], list[Neighbour]] = {}
        self._changes = 0

    def take(self, wordings: Mapping[str, Sequence[str]]) -> None:
        """Have these stand for their items from now on."""
        for item, lines in wordings.items():
            for place in self._places.get(item, ()):
                self._sizes[place] = 0
                self._owners[bare(self._lines[place][1])].discard(item)
            begin = len(self._lines)
            for place, line in enumerate(lines, start=begin):
                held = _pairs(line)
                self._lines.append((item, line))
                self._owners[bare(line)].add(item)
                self._sizes.append(len(held))
                for pair in held:
                    self._pairs[pair].append(place)
            self._places[item] = range(begin, len(self._lines))
        self._changes += 1
        self._told = {}

    @property
    def worn(self) -> bool:
        """Whether most of it is dead."""
        return 2 * sum(map(len, self._places.values())) < len(self._lines)

    def same(self, line: str, besides: str) -> list[Neighbour]:
        """The same wording in other items."""
        owners = self._owners.get(bare(line), set()) - {besides} if bare(line) else ()
        return [
            Neighbour(line, self._line_of(item, bare(line)), item, 1.0) for item in sorted(owners)
        ]

    def _line_of(self, item: str, plain: str) -> str:
        lines = (self._lines[place][1] for place in self._places[item])
        return next(line for line in lines if bare(line) == plain)

    def near(self, line: str, besides: str, most: int = MOST) -> list[Neighbour]:
        """The nearest wordings of other items, the nearest first (Dice).

        Whoever types asks for the same wordings again and again, so what was found is kept.
        """
        asked, changes = (line, besides, most), self._changes
        found = self._told.get(asked)
        if found is None:
            found = self._find(line, besides, most)
            if changes == self._changes and len(self._told) < MOST_TOLD:
                self._told[asked] = found
        return list(found)

    def _find(self, line: str, besides: str, most: int) -> list[Neighbour]:
        held = _pairs(line)
        known = sorted((places for pair in held if (places := self._pairs.get(pair))), key=len)
        telling = [places for places in known[:TELLING] if len(places) <= EVERYWHERE]
        shared: Counter[int] = Counter()
        for places in telling:
            shared.update(places)
        for place in self._places.get(besides, ()):
            del shared[place]
        rest, best = len(known) - len(telling), 0.0
        found: dict[str, Neighbour] = {}
        for bound, place in self._bounds(held, shared, rest):
            if len(found) >= most and bound <= best:
                break  # what follows shares no more than this
            item, other = self._lines[place]
            many = len(held & _pairs(other)) if rest else shared[place]
            score = round(2 * many / (len(held) + self._sizes[place]), 2)
            if score >= ALIKE and score > _score(found.get(item)):
                found[item] = Neighbour(line, other, item, score)
                best = sorted((one.score for one in found.values()), reverse=True)[:most][-1]
        return sorted(found.values(), key=lambda one: -one.score)[:most]

    def _bounds(
        self, held: frozenset[str], shared: Counter[int], rest: int
    ) -> list[tuple[float, int]]:
        """The likeliest with the most that each can score, the highest first."""
        # Who shares fewer is not alike, however short it is.
        least = ALIKE * len(held) / (2 - ALIKE) - rest
        likely = [(many, place) for place, many in shared.items() if many >= least]
        likely.sort(key=itemgetter(0), reverse=True)
        found = [
            (2 * min(many + rest, size) / (len(held) + size), place)
            for many, place in likely[:LIKELIEST]
            if (size := self._sizes[place])
        ]
        found.sort(key=itemgetter(0), reverse=True)
        return found


def shared(index: Index, entry: str, lines: Sequence[str]) -> list[Problem]:
    """Wordings that other items have, too: both could never be published."""
    return [
        Problem("wordings", "shared", {"line": line[:40], "other": one.item})
        for line in lines
        for one in index.same(line, entry)
    ]


class Wordings:
    """The index of the newest versions, which follows what changes."""

    def __init__(self) -> None:
        self._index = Index()
        self._heads: dict[str, int] = {}
        self._seen: Any = None
        self._making = asyncio.Lock()

    async def index(self, db: AsyncConnection) -> Index:
        """The index as of now."""
        seen = await wordings.mark(db)
        async with self._making:
            if seen != self._seen:
                await self._follow(db)
                self._seen = seen
        return self._index

    async def _follow(self, db: AsyncConnection) -> None:
        """Take up what has changed, or everything where most is dead."""
        index, known = (Index(), {}) if self._index.worn else (self._index, self._heads)
        heads = await wordings.heads(db)
        changed = [item for item, head in heads.items() if known.get(item) != head]
        for place in range(0, len(changed), AT_ONCE):
            told = await wordings.of(db, changed[place : place + AT_ONCE])
            await asyncio.to_thread(index.take, told)
        self._index, self._heads = index, heads


def _pairs(line: str) -> frozenset[str]:
    plain = f"^{bare(line)}$"
    return frozenset(map(add, plain, plain[1:]))


def _score(neighbour: Neighbour | None) -> float:
    return neighbour.score if neighbour else 0.0

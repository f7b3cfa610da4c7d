"""Finds wordings that look alike, over all items, by the pairs of characters they share."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.staff import entries

MOST = 5
# Pairs that stand in more wordings than this tell nothing.
EVERYWHERE = 4000
# The rarest pairs of a wording find its neighbours; all of them say how near those are.
TELLING = 8
ALIKE = 0.45
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


@dataclass(frozen=True)
class Index:
    """All wordings, and where each pair of characters stands."""

    lines: tuple[tuple[str, str], ...]  # item, wording
    pairs: Mapping[str, list[int]] = field(repr=False)
    sizes: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, wordings: Iterable[tuple[str, str]]) -> Index:
        """The index of (item, wording)."""
        lines = tuple(wordings)
        pairs: dict[str, list[int]] = defaultdict(list)
        sizes: list[int] = []
        for place, (_, line) in enumerate(lines):
            held = _pairs(line)
            sizes.append(len(held))
            for pair in held:
                pairs[pair].append(place)
        return cls(lines, pairs, tuple(sizes))

    def near(self, line: str, besides: str, most: int = MOST) -> list[Neighbour]:
        """The nearest wordings of other items, the nearest first (Dice)."""
        held = _pairs(line)
        known = sorted((places for pair in held if (places := self.pairs.get(pair))), key=len)
        shared: Counter[int] = Counter()
        for places in known[:TELLING]:
            if len(places) <= EVERYWHERE:
                shared.update(places)
        found: dict[str, Neighbour] = {}
        for place, _ in shared.most_common(200):
            item, other = self.lines[place]
            many = len(held & _pairs(other))
            score = 2 * many / (len(held) + self.sizes[place])
            if item != besides and score >= ALIKE and score > _score(found.get(item)):
                found[item] = Neighbour(line, other, item, round(score, 2))
        return sorted(found.values(), key=lambda one: -one.score)[:most]


@dataclass
class Wordings:
    """The index of the newest versions, made anew when one has changed."""

    _index: Index = field(default_factory=lambda: Index.of(()))
    _seen: Any = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def index(self, db: AsyncConnection) -> Index:
        """The index as of now."""
        found = await db.execute(
            text("SELECT count(*), max(changed_at), sum(head) FROM entries WHERE kind = 'item'")
        )
        seen = tuple(found.one())
        async with self._making:
            if seen != self._seen:
                heads = await entries.heads(db, "item")
                lines = [
                    (item, line)
                    for item, version in heads.items()
                    for line in version.content["wordings"]
                ]
                self._index = await asyncio.to_thread(Index.of, lines)
                self._seen = seen
        return self._index


def _pairs(line: str) -> frozenset[str]:
    plain = f"^{bare(line)}$"
    return frozenset(plain[place : place + 2] for place in range(len(plain) - 1))


def _score(neighbour: Neighbour | None) -> float:
    return neighbour.score if neighbour else 0.0

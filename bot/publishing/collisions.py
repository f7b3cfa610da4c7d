"""New wordings that say what another item's wording says already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.publishing.probes import Pair, pairs
from bot.ranking.decision import FAQ
from bot.ranking.model import Model, heart

# N-grams and vectors together reach 2. Of two items' own wordings, which were written to tell
# them apart, the nearest reach 1.67; from 1.45 on (one in a hundred) staff should look.
SAME, ALIKE = 1.75, 1.45
MOST_SHOWN = 40
# Most wordings come back with every index.
_heart = lru_cache(maxsize=60_000)(heart)


@dataclass(frozen=True)
class Collision:
    """A new wording and the one of another item (or the small talk) that it is like."""

    item: str
    wording: str
    other: str
    like: str
    score: float

    @property
    def same(self) -> bool:
        """Whether nobody could tell which of the two is meant."""
        return self.score >= SAME


def collisions(after: Model, before: Model) -> list[Collision]:
    """What is alike, the likest first; exact doubles come with the highest score."""
    known = set(pairs(before))
    fresh = [(place, pair) for place, pair in enumerate(pairs(after)) if pair not in known]
    found = [*_doubles(after, before, [pair for _, pair in fresh]), *_alike(after, fresh)]
    best: dict[Pair, Collision] = {}
    for one in sorted(found, key=lambda one: -one.score):
        best.setdefault((one.item, one.wording), one)
    return list(best.values())[:MOST_SHOWN]


def _doubles(after: Model, before: Model, fresh: Sequence[Pair]) -> Iterator[Collision]:
    owners: dict[str, list[Pair]] = {}
    for item, text in pairs(after):
        owners.setdefault(_heart(text), []).append((item, text))
    for item, text in fresh:
        talk = before.by_heart.get(heart(text), FAQ)
        if not talk.startswith(FAQ):
            yield Collision(item, text, talk, text, 2.0)
        for other, like in owners[heart(text)]:
            if other != item and heart(text):
                yield Collision(item, text, other, like, 2.0)


def _alike(model: Model, fresh: Sequence[tuple[int, Pair]]) -> Iterator[Collision]:
    wordings = model.wordings
    for place, (item, text) in fresh:
        row = wordings.rows[place]
        near = wordings.word_nearness((row.indices, row.data)).each
        near = near + wordings.vectors @ wordings.vectors[place]
        near[wordings.item_of == wordings.item_of[place]] = 0.0
        best = int(np.argmax(near))
        if near[best] >= ALIKE:
            other = wordings.items[int(wordings.item_of[best])]
            yield Collision(item, text, other, model.texts[best], round(float(near[best]), 2))

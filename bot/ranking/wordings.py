"""Ranks items by how near a question is to their wordings, in words and in meaning.

An item's score has three parts: the nearness of its middle, the mean nearness of its six
nearest wordings (vectors and n-grams together), and how often it is asked for. The first
then meets the next few in duels. N-grams are found through an inverted index and
only promising items are looked at closely, so the cost hardly grows with the number of items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from bot.ranking.classifier import softmax
from bot.ranking.confidence import leads
from bot.ranking.duels import MOST_ITEMS, Side, fight, outcomes, side
from bot.text.features import Row, cosines
from bot.text.space import Space, means, unit

NEAREST = 6
# Items that are looked at closely, for each of the two ways to be promising.
PROMISING = 20
# How much being asked for often counts beside nearness, in standard deviations.
ASKED_SHARE = 1.0
# How much an item's outcome in the duels counts beside its score.
DUEL_SHARE = 6.0
# So many of the nearest wordings tell whether what they ask is answered by the first item.
VOTERS = 10
# Columns of an item's wordings are padded to the longest; not to more than this times all of them.
MOST_PADDED = 2
_NOBODY = np.float32(-1.0)


@dataclass(frozen=True)
class Ranked:
    """Items (as numbers) with their scores, best first."""

    items: np.ndarray
    scores: np.ndarray
    alike: np.ndarray  # the scores as if all items were asked for as often
    signs: np.ndarray  # what tells how sure to be of the first (`confidence`)

    def chances(self, sharpness: float) -> np.ndarray:
        """How likely each item is: no likelier than it would be if all were asked for alike.

        What is asked for often comes first where nothing else decides, but is no surer for that.
        """
        both = (softmax(sharpness * scores) for scores in (self.scores, self.alike))
        return np.asarray(np.minimum(*both))


@dataclass(frozen=True)
class Lined:
    """Items with their scores before the duels, best first."""

    items: np.ndarray
    scores: np.ndarray
    near: list[np.ndarray]  # of the first few: how near the question is to each wording
    row: Row  # the question's n-grams


@dataclass(frozen=True)
class Likeness:
    """How near a question's n-grams are to each wording, and to each item's likest one."""

    each: np.ndarray
    best: np.ndarray
    row: Row


@dataclass(frozen=True)
class Wordings:
    """All wordings of all items, sorted by item."""

    items: tuple[str, ...]
    postings: csr_matrix  # features × wordings
    vectors: np.ndarray  # wordings × dimensions, in `space`
    item_of: np.ndarray
    answering: np.ndarray  # wordings × items that answer each; -1 where there are fewer
    members: np.ndarray  # items × most wordings of one; -1 where there are fewer
    middles: np.ndarray
    asked: np.ndarray  # how often each item is asked for, in standard deviations
    space: Space
    shares: tuple[float, float]  # what makes middles and nearest wordings comparable

    def nearest(self, words: Likeness, item: str) -> list[str]:
        """The other items whose wordings look most alike, best first; n-grams only."""
        best = self.first_by_words(words)
        return [self.items[number] for number in best if self.items[number] != item]

    def first_by_words(self, words: Likeness) -> np.ndarray:
        """The items with a wording that looks most alike, best first; n-grams only."""
        least = np.partition(words.best, -min(2 * NEAREST, len(words.best)))
        likely = np.flatnonzero(words.best >= least[-min(2 * NEAREST, len(words.best))])
        return np.asarray(likely[np.argsort(-words.best[likely], kind="stable")][: 2 * NEAREST])

    def word_nearness(self, row: Row) -> Likeness:
        """The cosine of n-grams with each wording."""
        each = cosines(self.postings, row)
        if self._columns is None:
            return Likeness(each, np.maximum.reduceat(each, self.members[:, 0]), row)
        return Likeness(each, each[self._columns].max(axis=0), row)

    @cached_property
    def _columns(self) -> np.ndarray | None:
        """Each item's wordings below each other, where that is quicker than item by item.

        It is for many items of like size; where there are fewer, the first stands for them.
        """
        if self.members.size > MOST_PADDED * len(self.item_of):
            return None
        return np.ascontiguousarray(np.where(self.members < 0, self.members[:, :1], self.members).T)

    def rank_by(self, words: Likeness, middles: np.ndarray, vector: np.ndarray) -> Ranked:
        """Rank when nearness in words and to the middles is known."""
        return self.rank_duels(self.before_duels(words, middles, vector))

    def before_duels(self, words: Likeness, middles: np.ndarray, vector: np.ndarray) -> Lined:
        """The promising items in the order of their nearness."""
        promising = self.promising(words, middles)
        near = [self._near(item, words.each, vector) for item in promising]
        closest = np.full((len(near), self.members.shape[1]), _NOBODY)
        for row, one in zip(closest, near, strict=True):
            row[: len(one)] = one
        scores = (
            self.shares[0] * middles[promising]
            + self.shares[1] * nearest_mean(closest)
            + ASKED_SHARE * self.asked[promising]
        )
        order = np.argsort(-scores, kind="stable")
        first = [near[place] for place in order[:MOST_ITEMS]]
        return Lined(promising[order], scores[order], first, words.row)

    def rank_duels(self, lined: Lined) -> Ranked:
        """Let the first meet the next few."""
        items, scores, count = lined.items.copy(), lined.scores.copy(), len(lined.near)
        sides = [self._side(item) for item in items[:count]]
        scores[:count] += DUEL_SHARE * outcomes(sides, lined.near)
        order = np.argsort(-scores[:count], kind="stable")
        items[:count], scores[:count] = items[:count][order], scores[:count][order]
        ahead = leads(lined.scores, int(order[0]), scores)
        shared = _shared(sides[order[0]], lined.row)
        shown = np.array([*ahead, self._votes(lined, items[0]), shared])
        return Ranked(items, scores, scores - ASKED_SHARE * self.asked[items], shown)

    def _votes(self, lined: Lined, item: int) -> float:
        """Which share of the nearest wordings of the first few ask what the item answers."""
        spans = [self._own(one) for one in lined.items[: len(lined.near)]]
        near = np.concatenate(lined.near)
        nearest = np.argpartition(-near, min(VOTERS, len(near)) - 1)[:VOTERS]
        places = np.concatenate([np.arange(span.start, span.stop) for span in spans])[nearest]
        return float((self.answering[places] == item).any(axis=1).mean())

    def fight(self, all_lined: Iterable[Lined]) -> None:
        """Have all duels fought beforehand; together they take half the time."""
        _ = self.rows  # of nearly all items, so all at once
        few = (lined.items[: len(lined.near)].tolist() for lined in all_lined)
        pairs = {tuple(sorted((first, other))) for first, *others in few for other in others}
        sides = {item: self._side(item) for pair in pairs for item in pair}
        fight(sides, sorted((one, other) for one, other in pairs))

    def clearest(self, words: Likeness) -> tuple[str, float]:
        """The first item by n-grams alone, and how far it is ahead of the next."""
        first = self.first_by_words(words)
        members = self.members[first]
        means = nearest_mean(np.where(members < 0, _NOBODY, words.each[members]))
        best = np.argsort(-means, kind="stable")[:2]
        ahead = float(means[best[0]] - means[best[1]]) if len(best) > 1 else 0.0
        return self.items[first[best[0]]], ahead

    @cached_property
    def rows(self) -> csr_matrix:
        """The n-grams of each wording."""
        return self.postings.T.tocsr()

    def contender(self, item: int, words: Likeness, vector: np.ndarray) -> tuple[Side, np.ndarray]:
        """An item as a duel needs it, and how near the question is to each of its wordings."""
        return self._side(item), self._near(item, words.each, vector)

    def _near(self, item: int, words: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """How near the question is to each of an item's wordings."""
        own = self._own(item)
        return np.asarray(words[own] + self.vectors[own] @ vector)

    def _side(self, item: int) -> Side:
        known = self._sides.get(item)
        if known is None:
            own = self._own(item)
            known = self._sides[item] = side(self._rows_of(own), self.vectors[own])
        return known

    def _rows_of(self, own: slice) -> csr_matrix:
        """The n-grams of some wordings; all rows, 20 MB, are made only where many are needed."""
        if "rows" in self.__dict__:
            return self.rows[own]
        indices, count = self.postings.indices, own.stop - own.start
        found = np.flatnonzero((indices >= own.start) & (indices < own.stop))
        features = np.searchsorted(self.postings.indptr, found, side="right") - 1
        cells = (self.postings.data[found], (indices[found] - own.start, features))
        return csr_matrix(cells, shape=(count, self.postings.shape[0]))

    @cached_property
    def _sides(self) -> dict[int, Side]:
        return {}

    def _own(self, item: int) -> slice:
        """Where an item's wordings stand."""
        return slice(self._starts[item], self._starts[item + 1])

    @cached_property
    def _starts(self) -> list[int]:
        counts = np.bincount(self.item_of, minlength=len(self.items))
        return [0, *np.cumsum(counts).tolist()]

    def promising(self, words: Likeness, middles: np.ndarray) -> np.ndarray:
        """The items that are looked at closely."""
        if len(self.items) <= 2 * PROMISING:
            return np.arange(len(self.items))
        chosen = [
            np.argpartition(-nearness, PROMISING)[:PROMISING] for nearness in (words.best, middles)
        ]
        return np.asarray(np.unique(np.concatenate(chosen)))


def gather(
    items: tuple[str, ...],
    rows: csr_matrix,
    placed: np.ndarray,
    item_of: np.ndarray,
    space: Space,
    asked: np.ndarray,
    answering: np.ndarray | None = None,
    shares: tuple[float, float] | None = None,
) -> Wordings:
    """Wordings from n-grams, vectors in `space` and the (sorted) number of each one's item.

    The vectors are taken as they are: `rounded`, as a model keeps them. What is known to be
    `answering` a wording is its own item, where nothing else is told.
    """
    middles = unit(means(placed, item_of))
    counts = np.bincount(item_of, minlength=len(items))
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    members = starts[:, None] + np.arange(counts.max())[None, :]
    members = np.where(np.arange(counts.max())[None, :] < counts[:, None], members, -1)
    gathered = Wordings(
        items=items,
        postings=rows.T.tocsr(),
        vectors=placed,
        item_of=item_of,
        answering=item_of[:, None] if answering is None else answering,
        members=members.astype(np.int32),
        middles=middles,
        asked=asked,
        space=space,
        shares=shares or _shares(middles, placed, rows, members),
    )
    gathered.__dict__["rows"] = rows  # known already; engines make them where they are needed
    return gathered


def _shared(side: Side, row: Row) -> float:
    """How much of a question's n-grams, rare ones more, some wording of the item has, too."""
    numbers, weights = row
    place = np.minimum(np.searchsorted(side.features, numbers), len(side.features) - 1)
    return float((weights[side.features[place] == numbers] ** 2).sum())


def often_asked(items: Sequence[str], asked_for: Mapping[str, int]) -> np.ndarray:
    """How often each item is asked for, as the logarithm of the count, in standard deviations."""
    counts = np.log1p([asked_for.get(item, 0) for item in items])
    spread = max(float(counts.std()), 1e-6)
    return np.asarray((counts - counts.mean()) / spread, dtype=np.float32)


def nearest_mean(near: np.ndarray) -> np.ndarray:
    """The mean of the six highest along the last axis, without those of nobody."""
    best = -np.partition(-near, min(NEAREST, near.shape[-1]) - 1, axis=-1)[..., :NEAREST]
    kept = best > _NOBODY
    return np.asarray((best * kept).sum(axis=-1) / np.maximum(kept.sum(axis=-1), 1))


def _shares(
    middles: np.ndarray, vectors: np.ndarray, rows: csr_matrix, members: np.ndarray
) -> tuple[float, float]:
    """One divided by the spread over items, seen on a sample of wordings."""
    sample = np.linspace(0, len(vectors) - 1, num=min(60, len(vectors))).astype(int)
    near = vectors[sample] @ vectors.T + (rows[sample] @ rows.T).toarray()
    closest = nearest_mean(np.where(members < 0, _NOBODY, near[:, members]))
    to_middles = vectors[sample] @ middles.T
    spreads = to_middles.std(axis=1).mean(), closest.std(axis=1).mean()
    return 1.0 / max(float(spreads[0]), 1e-6), 1.0 / max(float(spreads[1]), 1e-6)

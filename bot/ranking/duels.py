"""Tells the likeliest items apart in duels: each a ridge regression on the wordings of two.

Items that lie close together share most of their words; what still separates two of them shows
best where nothing else is looked at (one against one, Knerr, Personnaz & Dreyfus, 1990). The
likeliest item meets each of those behind it. A duel depends on its two items alone, so its
weights are kept for as long as their wordings stay the same, whatever else changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy.linalg.lapack import sposv
from scipy.sparse import csc_matrix, csr_matrix

MOST_ITEMS = 8
RIDGE = 0.2
# Duels kept in memory, about a kilobyte each; the oldest make room.
MOST_KEPT = 20_000
_KEPT: dict[tuple[bytes, bytes], np.ndarray] = {}


@dataclass(frozen=True)
class Side:
    """One item's wordings as a duel needs them."""

    features: np.ndarray  # numbers of the n-grams that occur, sorted
    columns: csc_matrix  # wordings × those n-grams
    vectors: np.ndarray  # wordings × dimensions

    @cached_property
    def name(self) -> bytes:
        """Differs where any wording does."""
        told = hashlib.blake2b(digest_size=12)
        for part in (self.features, self.columns.indices, self.columns.data, self.vectors):
            told.update(np.ascontiguousarray(part).data)
        return told.digest()

    @cached_property
    def alike(self) -> np.ndarray:
        """How near its wordings are to each other, n-grams and vectors together."""
        words = (self.columns @ self.columns.T).toarray()
        return np.asarray(words + self.vectors @ self.vectors.T)


def side(rows: csr_matrix, vectors: np.ndarray) -> Side:
    """An item's wordings from their n-grams and vectors, one a row."""
    features, local = np.unique(rows.indices, return_inverse=True)
    shape = (rows.shape[0], len(features))
    return Side(features, csr_matrix((rows.data, local, rows.indptr), shape).tocsc(), vectors)


def outcomes(sides: Sequence[Side], near: Sequence[np.ndarray]) -> np.ndarray:
    """What each item shows, the likeliest first: about 1 won clearly, -1 lost clearly.

    The first meets each other one, and shows what it does in its hardest duel. `near` is how near
    the question is to each of a side's wordings (n-grams and vectors together).
    """
    shown, count = np.zeros(len(sides)), len(near[0])
    for place, weights in enumerate(_against(sides[0], sides[1:]), start=1):
        shown[place] = -(near[0] @ weights[:count] + near[place] @ weights[count:])
    if len(sides) > 1:
        shown[0] = -shown[1:].max()
    return shown


def fight(sides: Mapping[int, Side], pairs: Iterable[tuple[int, int]]) -> None:
    """Fight many duels beforehand: an item with all its opponents at once takes half the time."""
    opponents: dict[int, list[Side]] = {}
    for pair in pairs:
        first, second = sorted(pair, key=lambda item: sides[item].name)
        if (sides[first].name, sides[second].name) not in _KEPT:
            opponents.setdefault(first, []).append(sides[second])
    for item, others in opponents.items():
        one = sides[item]
        for other, across in zip(others, _across(one, others), strict=True):
            _keep(one, other, across)


def _against(one: Side, others: Sequence[Side]) -> list[np.ndarray]:
    """The weight of each wording of both, a duel each: for `one` positive, against it negative."""
    found = [_known(one, other) for other in others]
    unknown = [other for other, known in zip(others, found, strict=True) if known is None]
    fought = map(partial(_fight, one), unknown, _across(one, unknown) if unknown else ())
    return [next(fought) if known is None else known for known in found]


def _known(one: Side, other: Side) -> np.ndarray | None:
    if one.name > other.name:
        turned = _known(other, one)
        return None if turned is None else _turned(turned, len(other.vectors))
    return _KEPT.get((one.name, other.name))


def _fight(one: Side, other: Side, across: np.ndarray) -> np.ndarray:
    if one.name > other.name:
        return _turned(_keep(other, one, across.T), len(other.vectors))
    return _keep(one, other, across)


def _turned(weights: np.ndarray, count: int) -> np.ndarray:
    """The weights as the other side sees them; the first `count` are its opponent's."""
    return np.concatenate([-weights[count:], -weights[:count]])


def _keep(one: Side, other: Side, across: np.ndarray) -> np.ndarray:
    fought = _KEPT[one.name, other.name] = _fought(one, other, across)
    if len(_KEPT) > MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return fought


def _fought(one: Side, other: Side, across: np.ndarray) -> np.ndarray:
    counts = np.array([len(one.vectors), len(other.vectors)])
    alike = np.zeros((counts.sum(), counts.sum()), dtype=np.float32, order="F")
    alike[: counts[0], : counts[0]] = one.alike
    alike[counts[0] :, counts[0] :] = other.alike
    alike[: counts[0], counts[0] :] = across  # what is below the diagonal is not looked at
    ridge = RIDGE * np.sqrt(counts.mean() / counts)
    alike[np.diag_indices_from(alike)] += np.repeat(ridge, counts).astype(np.float32)
    targets = np.repeat(np.array([1.0, -1.0], dtype=np.float32), counts)
    return np.asarray(sposv(alike, targets, overwrite_a=True)[1])


def _across(one: Side, others: Sequence[Side]) -> list[np.ndarray]:
    """How near an item's wordings are to those of each other item; only shared n-grams tell."""
    # Made anew for each duel: kept for all items they would take 30 MB.
    rows = [other.columns.tocsr() for other in others]
    numbers = np.concatenate([o.features[its.indices] for o, its in zip(others, rows, strict=True)])
    place = np.full(max(numbers.max(), one.features.max()) + 1, -1, dtype=np.int32)
    place[one.features] = np.arange(len(one.features), dtype=np.int32)
    found = place[numbers]
    shared = np.flatnonzero(found >= 0)
    weights = np.concatenate([its.data for its in rows])[shared]
    ends = np.cumsum(np.concatenate([[0], *(np.diff(its.indptr) for its in rows)]))
    shape = (len(ends) - 1, len(one.features))
    cut = csr_matrix((weights, found[shared], np.searchsorted(shared, ends)), shape)
    words = (cut @ one.columns.T).toarray().T
    parts = np.split(words, np.cumsum([len(other.vectors) for other in others])[:-1], axis=1)
    return [part + one.vectors @ o.vectors.T for part, o in zip(parts, others, strict=True)]

"""What is said for each item once its subject is clear: "领几个月", "我是自己辞职的".

A wording must be understood by itself; this need not, and only counts after another question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from bot.text.features import Row, cosines

_PARTS = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Said:
    """The sayings of all items, sorted by item."""

    items: tuple[str, ...]
    postings: csr_matrix  # features × sayings
    vectors: np.ndarray  # sayings × dimensions, in the items' space
    owner: np.ndarray  # the place of each one's item

    @classmethod
    def of(cls, owners: Sequence[str], rows: csr_matrix, vectors: np.ndarray) -> Said:
        """From the item of each saying, its n-grams and its vector."""
        items = tuple(sorted(set(owners)))
        owner = np.array([items.index(item) for item in owners], dtype=np.int32)
        order = np.argsort(owner, kind="stable")
        return cls(items, rows[order].T.tocsr(), vectors[order], owner[order])

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What a model keeps as `name`, beside the names of the items."""
        parts = {part: getattr(self.postings, part) for part in _PARTS}
        kept = {"vectors": self.vectors.astype(np.float16), "owner": self.owner, **parts}
        return {f"{name}_{part}": array for part, array in kept.items()}

    @classmethod
    def read(cls, name: str, items: tuple[str, ...], arrays: Mapping[str, np.ndarray]) -> Said:
        """From what `arrays` gave."""
        data, indices, indptr = (arrays[f"{name}_{part}"] for part in _PARTS)
        owner = arrays[f"{name}_owner"]
        postings = csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, len(owner)))
        return cls(items, postings, arrays[f"{name}_vectors"].astype(np.float32), owner)

    def each(self, row: Row, vector: np.ndarray) -> np.ndarray:
        """How near a text is to each saying, n-grams and vectors together."""
        return np.asarray(cosines(self.postings, row) + self.vectors @ vector)

    def of_item(self, item: str) -> np.ndarray:
        """The places of an item's sayings."""
        if item not in self.items:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self.owner == self.items.index(item))

    def near(self, places: np.ndarray, row: Row, vector: np.ndarray) -> Iterator[np.ndarray]:
        """How near a text is to the sayings at these places, by n-grams and by vectors."""
        yield cosines(self.postings, row)[places]
        yield self.vectors[places] @ vector

    def nearness(self, row: Row, vector: np.ndarray, items: tuple[str, ...]) -> np.ndarray:
        """How near a text is to the likest saying of each of `items`, from the middle one on.

        Nothing speaks for or against an item of which nothing is said.
        """
        found = np.zeros(len(items))
        if not self.items:
            return found
        best = np.maximum.reduceat(self.each(row, vector), self._starts)
        here, there = places(self.items, items)
        found[there] = (best - np.median(best))[here]
        return found

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.searchsorted(self.owner, np.arange(len(self.items)))


@lru_cache(maxsize=4)
def places(own: tuple[str, ...], items: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Where the items that both name stand in either."""
    place = {item: number for number, item in enumerate(items)}
    both = [(here, place[item]) for here, item in enumerate(own) if item in place]
    pairs = np.array(both, dtype=np.intp).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]

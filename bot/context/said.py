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
class Texts:
    """Texts as the model sees them."""

    postings: csr_matrix  # features × texts
    vectors: np.ndarray  # texts × dimensions, in the items' space

    def each(self, row: Row, place: np.ndarray) -> np.ndarray:
        """How near a text is to each of them, n-grams and vectors together."""
        return np.asarray(cosines(self.postings, row) + self.vectors @ place)

    def near(self, places: np.ndarray, row: Row, place: np.ndarray) -> Iterator[np.ndarray]:
        """How near a text is to those at these places, by n-grams and by vectors."""
        yield cosines(self.postings, row)[places]
        yield self.vectors[places] @ place

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What a model keeps as `name`."""
        parts = {f"{name}_{part}": getattr(self.postings, part) for part in _PARTS}
        return {f"{name}_vectors": self.vectors.astype(np.float16), **parts}

    @classmethod
    def read(cls, name: str, arrays: Mapping[str, np.ndarray]) -> Texts:
        """From what `arrays` gave."""
        data, indices, indptr = (arrays[f"{name}_{part}"] for part in _PARTS)
        vectors = arrays[f"{name}_vectors"].astype(np.float32)
        postings = csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, len(vectors)))
        return cls(postings, vectors)


@dataclass(frozen=True)
class Said:
    """The sayings of all items, sorted by item."""

    items: tuple[str, ...]
    texts: Texts
    owner: np.ndarray  # the place of each one's item

    @classmethod
    def of(cls, owners: Sequence[str], rows: csr_matrix, vectors: np.ndarray) -> Said:
        """From the item of each saying, its n-grams and its vector."""
        items = tuple(sorted(set(owners)))
        owner = np.array([items.index(item) for item in owners], dtype=np.int32)
        order = np.argsort(owner, kind="stable")
        return cls(items, Texts(rows[order].T.tocsr(), vectors[order]), owner[order])

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What a model keeps as `name`, beside the names of the items."""
        return {**self.texts.arrays(name), f"{name}_owner": self.owner}

    @classmethod
    def read(cls, name: str, items: tuple[str, ...], arrays: Mapping[str, np.ndarray]) -> Said:
        """From what `arrays` gave."""
        return cls(items, Texts.read(name, arrays), arrays[f"{name}_owner"])

    def of_item(self, item: str) -> np.ndarray:
        """The places of an item's sayings."""
        if item not in self.items:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self.owner == self.items.index(item))

    def nearness(self, row: Row, vector: np.ndarray, items: tuple[str, ...]) -> np.ndarray:
        """How near a text is to the likest saying of each of `items`, from the middle one on.

        Nothing speaks for or against an item of which nothing is said.
        """
        found = np.zeros(len(items))
        if not self.items:
            return found
        best = np.maximum.reduceat(self.texts.each(row, vector), self._starts)
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

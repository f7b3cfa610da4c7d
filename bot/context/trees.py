"""Boosted decision trees: each asks one sign after another, and what their leaves say adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_ARRAYS = ("starts", "sign", "most", "left", "right", "value")


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees in one row; a leaf leads to itself."""

    signs: tuple[str, ...]  # what the columns of a row are
    starts: np.ndarray  # the first node of each tree
    sign: np.ndarray  # the column that a node asks
    most: np.ndarray  # up to which value it leads to the left
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray  # what a leaf says, in log-odds
    depth: int  # of the deepest tree
    offset: float  # what is said before any tree is asked

    def of(self, rows: np.ndarray) -> np.ndarray:
        """The log-odds of each of rows × signs."""
        at = np.repeat(self.starts[None], len(rows), axis=0)
        for _ in range(self.depth):
            told = np.take_along_axis(rows, self.sign[at], axis=1)
            at = np.where(told <= self.most[at], self.left[at], self.right[at])
        return np.asarray(self.offset + self.value[at].sum(axis=1))

    def arrays(self) -> dict[str, np.ndarray]:
        """What `read` reads."""
        names = ("signs", *_ARRAYS, "depth", "offset")
        return {f"tree_{name}": np.array(getattr(self, name)) for name in names}

    @classmethod
    def read(cls, arrays: Mapping[str, np.ndarray], signs: Sequence[str]) -> Trees | None:
        """From what `arrays` gave; nothing where they were learnt from other signs than these."""
        told = arrays.get("tree_signs")
        if told is None or tuple(told.tolist()) != tuple(signs):
            return None
        starts, sign, most, left, right, value = (arrays[f"tree_{name}"] for name in _ARRAYS)
        depth, offset = int(arrays["tree_depth"]), float(arrays["tree_offset"])
        return cls(tuple(signs), starts, sign, most, left, right, value, depth, offset)

"""Turns sentence vectors so that what differs between items counts, and style does not.

Wordings of one item differ in style only; the directions in which they differ are squeezed
(within-class covariance normalisation, Hatch, Kajarekar & Stolcke, 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

# How much of the mean variance is added to each direction before it is squeezed.
SMOOTHING = 4.0


@dataclass(frozen=True)
class Space:
    """Where the middle of all wordings is, and how vectors are turned."""

    centre: np.ndarray
    turn: np.ndarray

    def place(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors of length 1 in this space; one vector or one a row."""
        return unit((vectors - self.centre) @ self.turn)


def learn_space(vectors: np.ndarray, item_of: np.ndarray) -> Space:
    """The space in which the wordings of an item lie close together."""
    centre = vectors.mean(axis=0)
    middle = means(vectors, item_of)
    spread = vectors - middle[item_of]
    covariance = spread.T @ spread / max(1, len(spread))
    variances, directions = np.linalg.eigh(covariance.astype(np.float64))
    squeeze = (np.maximum(variances, 0) + SMOOTHING * max(variances.mean(), 1e-6)) ** -0.5
    return Space(centre.astype(np.float32), (directions * squeeze).astype(np.float32))


def means(vectors: np.ndarray, item_of: np.ndarray) -> np.ndarray:
    """The mean vector of each item; `item_of` is sorted."""
    ends = np.flatnonzero(np.r_[True, item_of[1:] != item_of[:-1], True])
    told = (np.ones(len(item_of), vectors.dtype), np.arange(len(item_of)), ends)
    # Four times as fast as `np.add.reduceat`.
    sums = csr_matrix(told, shape=(len(ends) - 1, len(item_of))) @ vectors
    return np.asarray(sums / np.diff(ends)[:, None], dtype=vectors.dtype)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Length 1 along the last axis; nothing stays nothing."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)

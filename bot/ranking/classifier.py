"""A linear classifier that is trained in one step and knows how it does on unseen wordings.

Kernel ridge regression on one-against-rest targets: one Cholesky solve gives the weights of
all labels, and the leave-one-out scores come with it (Rifkin & Lippert, "Notes on
Regularized Least Squares", 2007), so thresholds need no second training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import strtri
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from bot.text.features import Row

RIDGE = 0.3
# How much a sentence vector counts beside the n-grams of the same text.
VECTOR_SHARE = 0.5


@dataclass(frozen=True)
class Classifier:
    """Weights of n-grams and of vector components, and what makes scores probabilities."""

    labels: tuple[str, ...]
    weights: np.ndarray  # of what tells labels apart × labels, float16; the first row tells nothing
    place: np.ndarray  # the row of each feature that training saw: the first for six in ten
    vector_weights: np.ndarray  # dimensions × labels, float32; no rows without vectors
    sharpness: float

    @classmethod
    def of(
        cls,
        labels: tuple[str, ...],
        weights: np.ndarray,
        vector_weights: np.ndarray,
        sharpness: float,
    ) -> Classifier:
        """From weights of all features; rows of those that tell nothing are not kept."""
        telling = weights.any(axis=1)
        place = np.where(telling, np.cumsum(telling), 0).astype(np.int32)
        silent = np.zeros((1, len(labels)), weights.dtype)
        kept = np.concatenate([silent, weights[telling]])
        return cls(labels, kept, place, vector_weights, sharpness)

    @property
    def seen(self) -> int:
        """How many features training saw."""
        return len(self.place)

    def scores(self, row: Row, vector: np.ndarray | None) -> np.ndarray:
        """One number a label; the highest is the likeliest."""
        numbers, values = row
        seen = numbers < self.seen  # n-grams that came after training say nothing
        if not seen.all():
            numbers, values = numbers[seen], values[seen]
        scores = values @ self.weights[self.place[numbers]].astype(np.float32)
        if vector is not None:
            scores = scores + vector @ self.vector_weights
        return np.asarray(scores)

    def of_many(self, rows: csr_matrix) -> np.ndarray:
        """Scores of texts by their n-grams alone, one a row."""
        return np.asarray(rows @ self.weights[self.place].astype(np.float32))

    def probabilities(self, row: Row, vector: np.ndarray | None) -> np.ndarray:
        """The probability of each label."""
        return softmax(self.sharpness * self.scores(row, vector))


@dataclass(frozen=True)
class Trained:
    """A classifier, and the probabilities it gives to each of its last rows when left out."""

    classifier: Classifier
    left_out: np.ndarray


def alike(rows: csr_matrix) -> np.ndarray:
    """How near n-grams are to each other, each row to each; rows have length 1."""
    return np.asarray((rows @ rows.T).toarray(), dtype=np.float32)


def train(
    rows: csr_matrix,
    near: np.ndarray,
    vectors: np.ndarray | None,
    labels: Sequence[str],
    last: int | None = None,
) -> Trained:
    """Fit all labels at once; `near` is what is `alike` in the rows, vectors have length 1.

    How it does on unseen wordings is found on the `last` rows: on all where nothing is said.
    """
    since = 0 if last is None else len(labels) - last
    names = tuple(sorted(set(labels)))
    place = {name: i for i, name in enumerate(names)}
    truth = np.array([place[label] for label in labels])
    targets = np.eye(len(names), dtype=np.float32)[truth]
    kernel = near.copy() if vectors is None else near + VECTOR_SHARE * (vectors @ vectors.T)
    kernel[np.diag_indices_from(kernel)] += (RIDGE / _balance(truth)).astype(np.float32)
    # Turned, as LAPACK stores by columns: it would copy the same numbers into that order.
    factor, lower = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    dual = cho_solve((factor, lower), targets, check_finite=False)
    # The inverse's end, down to its right corner, follows from the factor's end alone.
    left_out = targets[since:] - dual[since:] / _inverse_diagonal(factor[since:, since:])[:, None]
    sharpness = _sharpness(left_out, truth[since:])
    # Half precision, as in the model's file: an engine holds two of these, the largest it has.
    weights = np.asarray(rows.T @ dual, dtype=np.float16)
    turned = np.zeros((0, len(names))) if vectors is None else VECTOR_SHARE * (vectors.T @ dual)
    classifier = Classifier.of(names, weights, turned.astype(np.float32), sharpness)
    return Trained(classifier, softmax(sharpness * left_out))


def _inverse_diagonal(factor: np.ndarray) -> np.ndarray:
    """The diagonal of a matrix's inverse, from its lower Cholesky factor."""
    count = len(factor)
    # OpenBLAS 0.3.18 crashes on an odd number of rows where it has but its oldest kernels.
    even = np.eye(count + count % 2, dtype=factor.dtype, order="F")
    even[:count, :count] = factor
    inverse = np.tril(strtri(even, lower=1, overwrite_c=1)[0][:count, :count])
    return np.asarray(np.einsum("ij,ij->j", inverse, inverse))


def rounded(numbers: np.ndarray) -> np.ndarray:
    """Numbers as exact as the model's file keeps them: half precision, half the size."""
    return np.asarray(numbers.astype(np.float16), dtype=np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def _balance(truth: np.ndarray) -> np.ndarray:
    """A weight for each row, so that a rare label is not drowned by a frequent one."""
    counts = np.bincount(truth)
    return np.asarray(np.sqrt(counts.mean() / counts[truth]))


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    """The one number that makes the left-out probabilities most honest (log loss)."""

    def loss(sharpness: float) -> float:
        shown = softmax(sharpness * scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(shown, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(1.0, 60.0), method="bounded").x)

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
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

RIDGE = 0.5


@dataclass(frozen=True)
class Classifier:
    """Weights (features × labels, float32) and the sharpness that makes scores probabilities."""

    labels: tuple[str, ...]
    weights: np.ndarray
    sharpness: float

    def probabilities(self, numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The probability of each label for one row of features."""
        return softmax(self.sharpness * (values @ self.weights[numbers]))


@dataclass(frozen=True)
class Trained:
    """A classifier, and the probabilities it gives to each of its rows when left out."""

    classifier: Classifier
    left_out: np.ndarray


def train(rows: csr_matrix, labels: Sequence[str]) -> Trained:
    """Fit all labels at once; rows have length 1."""
    names = tuple(sorted(set(labels)))
    place = {name: i for i, name in enumerate(names)}
    truth = np.array([place[label] for label in labels])
    targets = np.zeros((len(labels), len(names)), dtype=np.float64)
    targets[np.arange(len(labels)), truth] = 1.0
    kernel = (rows @ rows.T).toarray().astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    dual = cho_solve(factor, targets, check_finite=False)
    inverse_diagonal = np.diagonal(cho_solve(factor, np.eye(len(labels)), check_finite=False))
    scores = targets - dual / inverse_diagonal[:, None]
    sharpness = _sharpness(scores, truth)
    weights = np.asarray(rows.T @ dual, dtype=np.float32)
    return Trained(Classifier(names, weights, sharpness), softmax(sharpness * scores))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    """The one number that makes the left-out probabilities most honest (log loss)."""

    def loss(sharpness: float) -> float:
        shown = softmax(sharpness * scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(shown, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(1.0, 60.0), method="bounded").x)

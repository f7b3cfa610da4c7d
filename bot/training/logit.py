"""A conditional logit: one of several things is chosen, by what speaks for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from bot.ranking.classifier import softmax

RIDGE = 1e-3


@dataclass(frozen=True)
class Choice:
    """What spoke for each thing, things × signs, and the places of those that were right."""

    signs: np.ndarray
    right: tuple[int, ...]


def weights_of(choices: Sequence[Choice], ridge: float = RIDGE) -> np.ndarray:
    """The weight of each sign that makes what was right likeliest."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        lost, slope = 0.0, np.zeros_like(weights)
        for one in choices:
            chance = softmax(one.signs @ weights)
            right = np.zeros_like(chance)
            right[list(one.right)] = chance[list(one.right)]
            lost -= float(np.log(right.sum() + 1e-12))
            slope += one.signs.T @ (chance - right / (right.sum() + 1e-12))
        count = len(choices)
        return lost / count + ridge * float(weights @ weights), slope / count + 2 * ridge * weights

    start = np.zeros(choices[0].signs.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)

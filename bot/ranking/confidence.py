"""How sure to be that the first item is right: a logistic regression over what the ranking shows.

Scores alone take a near miss for a sure answer: what is far ahead by nearness and wins its duels
narrowly errs more often than the other way round. Which sign counts how much is learnt from
questions that came first and had no part in the ranking; any of their items is right
(decision 0018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

# How far the first item is ahead, how far the second one is, how far ahead the first one was
# before the duels, which share of the nearest wordings ask what it answers, and how much of the
# question its wordings have in common with it.
SIGNS = ("lead", "next_lead", "lead_before", "votes", "shared")
# Chances at the ends have odds without bounds.
_LEAST, _MOST = 1e-5, 1 - 1e-6


@dataclass(frozen=True)
class Confidence:
    """What the log-odds of the chance and each sign count."""

    weights: tuple[float, ...]
    offset: float

    def of(self, chance: np.ndarray, signs: np.ndarray) -> np.ndarray:
        """The probability that the first item is right; `signs` has one row for each chance."""
        return np.asarray(expit(stood(chance, signs) @ np.array(self.weights) + self.offset))

    def among(self, chances: np.ndarray, signs: np.ndarray) -> np.ndarray:
        """The chances of the best few: the first is as sure as this says, others share the rest."""
        first = self.of(chances[:1], signs[None])
        rest = chances[1:] * (1 - first) / max(1 - float(chances[0]), 1 - _MOST)
        return np.minimum.accumulate(np.concatenate([first, rest]))

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Confidence:
        """From what a model's file holds."""
        return cls(tuple(told["weights"]), float(told["offset"]))


# Nothing learnt: as sure as the chance.
PLAIN = Confidence((1.0, *(0.0 for _ in SIGNS)), 0.0)


def stood(chance: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """The log-odds of each chance beside its signs."""
    odds = logit(np.clip(chance, _LEAST, _MOST))
    return np.column_stack([odds, signs])


def leads(before: np.ndarray, place: int, after: np.ndarray) -> tuple[float, float, float]:
    """The first three of `SIGNS`.

    `before` are the scores before the duels, best first, `place` is where the first item stood
    there, and `after` are the scores after them, best first.
    """
    first, second, third = (after[min(place, len(after) - 1)] for place in range(3))
    rival = before[0] if place else before[min(1, len(before) - 1)]
    return float(first - second), float(second - third), float(before[place] - rival)

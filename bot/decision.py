"""One calibrated decision from the probabilities of all labels.

`answer` an FAQ item, `clarify` by asking back, `lookup` the own record, `human`, `chat`, or
`reject` what is not covered. Being unsure is a decision of its own, not a weak answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

FAQ = "faq/"
_DECISIONS = {
    "look_up_contributions": "lookup",
    "human": "human",
    "out_of_scope": "reject",
}


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which on we answer, and from which on choices are worth offering."""

    answer: float
    choices: float
    chat: float


@dataclass(frozen=True)
class Decision:
    """What to do, the intent that Rasa's rules know, and the items, best first."""

    decision: str
    intent: str
    confidence: float
    answers: tuple[tuple[str, float], ...]


def decide(
    labels: Sequence[str], probabilities: np.ndarray, thresholds: Thresholds, most: int = 5
) -> Decision:
    """Decide on one text."""
    order = np.argsort(probabilities)[::-1]
    ranked = (i for i in order if labels[i].startswith(FAQ))
    answers = tuple(
        (labels[i][len(FAQ) :], round(float(probabilities[i]), 4)) for i in islice(ranked, most)
    )
    best, sure = labels[order[0]], float(probabilities[order[0]])
    if not best.startswith(FAQ):
        if sure >= thresholds.chat:
            return Decision(_DECISIONS.get(best, "chat"), best, sure, answers)
        return _unsure(answers, thresholds)
    if sure >= thresholds.answer:
        return Decision("answer", "faq", sure, answers)
    return _unsure(answers, thresholds)


def _unsure(answers: tuple[tuple[str, float], ...], thresholds: Thresholds) -> Decision:
    likely = sum(score for _, score in answers[:3])
    if likely >= thresholds.choices:
        return Decision("clarify", "unclear", likely, answers)
    return Decision("reject", "out_of_scope", 1.0 - likely, answers)

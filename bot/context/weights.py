"""How the last question bears on the next one: "要带什么", "我是自己辞职的", "都过了三个月了".

Whoever goes on says little. Which item is meant is weighed from what the message is near to by
itself, what both messages are near to together, and how the items stand to the one before: the
same, named there as related, alike. Whether it goes on at all is weighed in the same breath, so
that a new subject, or none, is not drawn to the old one. `make follow-ups` finds the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.ranking.classifier import softmax
from bot.ranking.decision import FAQ, LOOKUPS, OUT_OF_SCOPE, Decision

WEIGHTS = "weights.json"  # in the folder of the follow-ups
# Less likely than this is not told apart: the rest of a long tail is noise.
LEAST_LOG = -9.0
# What a decision by the message alone is worth here before it gives way to choices.
AGREED = 0.3
MOST_ANSWERS = 5
# How sure a short message may be not to be ours.
SOFTENED = 0.03
# Brings cosines to the size of the other signs.
COSINE_SCALE = 5.0

# What is known by heart or clear from n-grams alone needs no question before it.
UNCLEAR_WAY = "vectors"
# Small talk, and who wants a person.
OWN_WAY = ("chat", "human")
OF_ITEMS = ("alone", "alone_policy", "together", "same", "related", "alike", "near", "asked")
OF_NOBODY = (
    "always",
    "policy",
    "policy_odds",
    "outside",
    "rest",
    "length",
    "best",
    "look_up",
    "asks",
)


@dataclass(frozen=True)
class Before:
    """The last question about policy as far as it counts, and the item that it led to."""

    text: str
    item: str


@dataclass(frozen=True)
class Context:
    """The items that each one names as related, the weights, and from which chance on we act."""

    related: Mapping[str, tuple[str, ...]]
    of_items: np.ndarray
    of_nobody: np.ndarray
    answer: float
    choices: float

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Context:
        """From what `written` gives; what `make follow-ups` finds names no items.

        A sign that had no weight yet says nothing.
        """
        return cls(
            {item: tuple(others) for item, others in written.get("related", {}).items()},
            np.array([written["of_items"].get(name, 0.0) for name in OF_ITEMS]),
            np.array([written["of_nobody"].get(name, 0.0) for name in OF_NOBODY]),
            float(written["answer"]),
            float(written["choices"]),
        )

    def among(self, related: Mapping[str, Iterable[str]]) -> Context:
        """The same where items name these others."""
        return replace(self, related={item: tuple(others) for item, others in related.items()})

    def written(self) -> dict[str, Any]:
        """What `read` reads."""
        return {
            "related": self.related,
            "of_items": dict(zip(OF_ITEMS, self.of_items.tolist(), strict=True)),
            "of_nobody": dict(zip(OF_NOBODY, self.of_nobody.tolist(), strict=True)),
            "answer": self.answer,
            "choices": self.choices,
        }


@dataclass(frozen=True)
class Sight:
    """What a message is by itself, and together with the one before."""

    length: int
    asks: bool  # for more, in so many words: "要带什么", "多久能办好"
    intents: Mapping[str, float]
    alone: np.ndarray  # logarithms of the items' probabilities
    together: np.ndarray
    near: np.ndarray  # cosines of the message with the items' middles
    middles: np.ndarray  # items × dimensions


def signs(sight: Sight, items: tuple[str, ...], before: int, related: Iterable[str]) -> np.ndarray:
    """What speaks for each item: items × `OF_ITEMS`."""
    same, named = np.zeros(len(items)), np.zeros(len(items))
    same[before] = 1.0
    named[[items.index(item) for item in related if item in items]] = 1.0
    alike = sight.middles @ sight.middles[before]
    alike = (alike - alike.mean()) / max(float(alike.std()), 1e-6)
    alike[before] = 0.0
    policy = sight.intents.get(FAQ, 0.0)
    near = COSINE_SCALE * sight.near
    asked = same * sight.asks
    columns = (sight.alone, policy * sight.alone, sight.together, same, named, alike, near, asked)
    return np.stack(columns, axis=1)


def signs_of_nobody(sight: Sight) -> np.ndarray:
    """What speaks for none of the items, as `OF_NOBODY`."""
    policy = sight.intents.get(FAQ, 0.0)
    outside = sight.intents.get(OUT_OF_SCOPE, 0.0)
    odds = np.log((policy + SOFTENED) / (1 + SOFTENED - policy))
    by_itself = [policy, odds, outside, 1.0 - policy - outside]
    # "要带什么" is asked of a passport, too: by itself it says nothing of whose matter it is.
    return np.array(
        [
            1.0,
            *([0.0] * len(by_itself) if sight.asks else by_itself),
            sight.length / 10,
            float(sight.alone.max()),
            max((sight.intents.get(name, 0.0) for name in LOOKUPS), default=0.0),
            float(sight.asks),
        ]
    )


def chances(context: Context, of_items: np.ndarray, of_nobody: np.ndarray) -> np.ndarray:
    """The chance of each item; what is left to one is that of none."""
    scores = np.append(of_items @ context.of_items, of_nobody @ context.of_nobody)
    return softmax(scores)[:-1]


def settled(
    alone: Decision, found: np.ndarray, items: tuple[str, ...], context: Context
) -> Decision:
    """The decision that counts, from that on the message alone and the chances in context."""
    if alone.decision in OWN_WAY or alone.way != UNCLEAR_WAY:
        return alone
    best = np.argsort(-found, kind="stable")[:MOST_ANSWERS]
    answers = tuple((items[place], round(float(found[place]), 4)) for place in best)
    first, likely = answers[0][1], float(found[best[:3]].sum())
    if first >= context.answer:
        return Decision("answer", FAQ, first, answers, "context")
    if alone.decision == "lookup" or _agrees(alone, found, items):
        return alone
    if likely >= context.choices:
        return Decision("clarify", "unclear", likely, answers, "context", alone.beside)
    return alone


def _agrees(alone: Decision, found: np.ndarray, items: tuple[str, ...]) -> bool:
    if alone.decision != "answer":
        return False
    return bool(found[items.index(alone.answers[0][0])] >= AGREED)

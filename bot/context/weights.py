"""How the last question bears on the next one: "要带什么", "我是自己辞职的", "都过了三个月了".

Whoever goes on says little. Which item is meant is weighed from what the message is near to by
itself, what both messages are near to together, what is said of items once the subject is clear,
and how the items stand to the one before: the same, named there as related, alike, often asked
next. Whether it goes on at all is weighed in the same breath, so
that a new subject, or none, is not drawn to the old one. `make follow-ups` finds the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.context.lines import Lines
from bot.context.said import Said
from bot.context.signs import OF_CANDIDATES, OF_ITEMS, OF_NOBODY, Neighbours, candidates
from bot.context.talks import Talks
from bot.context.trees import Trees
from bot.ranking.classifier import softmax
from bot.ranking.decision import FAQ, Decision

# What a decision by the message alone is worth here before it gives way to choices.
AGREED = 0.3
MOST_ANSWERS = 5
# What is known by heart or clear from n-grams alone needs no question before it.
UNCLEAR_WAY = "vectors"
# How it says that the question before counted.
IN_CONTEXT = "context"
# What answers us: "我是男的", "上海".
TOLD = "inform"
# Small talk, and who wants a person.
OWN_WAY = ("chat", "human")


@dataclass(frozen=True)
class Before:
    """The last question about policy as far as it counts, and the item that it led to."""

    text: str
    item: str
    denied: bool = False  # whether this item was said not to be meant
    unasked: bool = False  # whether we asked for nothing, so that what sounds told to us goes on
    own: bool = False  # whether it was a look-up, for which the item stands
    shown: bool = False  # and its result was shown
    story: str = ""  # what was told before that, where more was


@dataclass(frozen=True)
class Own:
    """What a look-up or an estimate of one's own leaves to lean on."""

    stands_for: Mapping[str, str]  # the item that tells the same in general
    how: tuple[str, ...] = ()  # the items that tell how to look up

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Own:
        """From what `own.yml` or `Context.written` gives."""
        return cls(dict(written.get("stands_for", {})), tuple(written.get("how", ())))


@dataclass(frozen=True)
class Context:
    """What is known of going on, the weights, and from which chance on we act."""

    neighbours: Neighbours
    own: Own
    said: Said | None  # these are kept beside what is `written`
    lines: Lines | None
    talks: Talks | None
    of_items: np.ndarray
    of_nobody: np.ndarray
    answer: float
    choices: float
    trees: Trees | None = None  # what weighs the likeliest items once more, kept beside, too

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Context:
        """From what `written` gives; what `make follow-ups` finds are the weights alone.

        A sign that had no weight yet says nothing.
        """
        return cls(
            Neighbours(
                _lists(written.get("related", {})),
                _lists(written.get("next", {})),
                dict(written.get("schemes", {})),
            ),
            Own.read(written.get("own", {})),
            None,
            None,
            None,
            np.array([written["of_items"].get(name, 0.0) for name in OF_ITEMS]),
            np.array([written["of_nobody"].get(name, 0.0) for name in OF_NOBODY]),
            float(written["answer"]),
            float(written["choices"]),
        )

    def beside(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """What a model keeps beside: arrays, and names."""
        arrays: dict[str, np.ndarray] = {}
        names: dict[str, Any] = {}
        if self.said:
            arrays |= self.said.arrays("said")
            names["said"] = self.said.items
        if self.lines:
            lines, more = self.lines.kept()
            arrays, names = arrays | lines, names | more
        if self.talks:
            arrays, names = arrays | self.talks.arrays(), names | {"talks": self.talks.items}
        if self.trees:
            arrays |= self.trees.arrays()
        return arrays, names

    def with_beside(self, names: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Context:
        """The same with what was kept beside."""
        said = Said.read("said", tuple(names["said"]), arrays) if "said" in names else None
        talks = Talks.read(tuple(names["talks"]), arrays) if "talks" in names else None
        trees = Trees.read(arrays, OF_CANDIDATES)
        return replace(self, said=said, lines=Lines.read(names, arrays), talks=talks, trees=trees)

    def among(self, related: Mapping[str, Iterable[str]]) -> Context:
        """The same where items name these others."""
        return replace(self, neighbours=replace(self.neighbours, related=_lists(related)))

    def written(self) -> dict[str, Any]:
        """What `read` reads."""
        return {
            "related": self.neighbours.related,
            "next": self.neighbours.next,
            "schemes": self.neighbours.schemes,
            "own": {"stands_for": self.own.stands_for, "how": self.own.how},
            "of_items": dict(zip(OF_ITEMS, self.of_items.tolist(), strict=True)),
            "of_nobody": dict(zip(OF_NOBODY, self.of_nobody.tolist(), strict=True)),
            "answer": self.answer,
            "choices": self.choices,
        }


def chances(
    context: Context, of_items: np.ndarray, of_nobody: np.ndarray, denied: Sequence[int] = ()
) -> np.ndarray:
    """The chance of each item, none of those denied; what is left to one is that of nobody.

    A weighted sum of the signs finds the likeliest items, and trees weigh these once more.
    """
    scores = np.append(of_items @ context.of_items, of_nobody @ context.of_nobody)
    scores[list(denied)] = -np.inf
    likely = softmax(scores)[:-1]
    return weighed_again(context.trees, of_items, of_nobody, likely) if context.trees else likely


def weighed_again(
    trees: Trees, of_items: np.ndarray, of_nobody: np.ndarray, likely: np.ndarray
) -> np.ndarray:
    """The chance of each item by the trees, where it was so likely by the sum."""
    places, rows = candidates(of_items, of_nobody, likely)
    found = np.zeros(len(likely))
    found[places] = softmax(trees.of(rows))[:-1]
    return found


def stands(alone: Decision, before: Before) -> bool:
    """Whether a message is clear by itself, or small talk."""
    if alone.intent == TOLD and before.unasked:
        return False
    return alone.way != UNCLEAR_WAY or alone.decision in OWN_WAY


def settled(
    alone: Decision, found: np.ndarray, items: tuple[str, ...], context: Context
) -> Decision:
    """The decision that counts, from that on the message alone and the chances in context."""
    choices = offered(found, items)
    answers, first, likely = choices.answers, choices.answers[0][1], choices.confidence
    if first >= context.answer:
        return Decision("answer", FAQ, first, answers, IN_CONTEXT)
    if alone.decision == "lookup" or _agrees(alone, found, items):
        return alone
    return replace(choices, beside=alone.beside) if likely >= context.choices else alone


def offered(found: np.ndarray, items: tuple[str, ...]) -> Decision:
    """The likeliest items to choose from."""
    best = np.argsort(-found, kind="stable")[:MOST_ANSWERS]
    answers = tuple((items[place], round(float(found[place]), 4)) for place in best)
    return Decision("clarify", "unclear", float(found[best[:3]].sum()), answers, IN_CONTEXT)


def _agrees(alone: Decision, found: np.ndarray, items: tuple[str, ...]) -> bool:
    if alone.decision != "answer":
        return False
    return bool(found[items.index(alone.answers[0][0])] >= AGREED)


def _lists(named: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {item: tuple(others) for item, others in named.items()}

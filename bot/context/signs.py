"""The signs by which a message after a question is weighed, for each item and for none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bot.ranking.decision import FAQ, LOOKUPS, OUT_OF_SCOPE, Decision

# Less likely than this is not told apart: the rest of a long tail is noise.
LEAST_LOG = -9.0
# How sure a short message may be not to be ours.
SOFTENED = 0.03
# Brings cosines to the size of the other signs.
COSINE_SCALE = 5.0
# So many items are named as asked next at most, the likeliest first.
MOST_NEXT = 12
# So many items, the likeliest by the first weighing, are weighed once more.
MOST_CANDIDATES = 24
# What nobody has of an item's signs: less than any item.
_NOTHING = -30.0
_LEAST_CHANCE = 1e-6

OF_ITEMS = (
    *("alone", "alone_policy", "together", "same", "related", "alike", "near", "asked"),
    "goes_on",
    *("next", "soon", "said", "said_here", "lines", "lines_same"),
    *("story", "story_now", "talks", "scheme", "after", "wanted"),
)
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
    "goes_on",
    "said",
    "said_here",
    "talks",
    *("answered", "asked_back", "rejected", "looked_up", "sure"),
    *("story_length", "before_length", "one_story"),
)
# Each likely item by its signs, its chance and its rank among them, and by what holds of all.
OF_CANDIDATES = (*OF_ITEMS, "likely", "rank", *(f"all: {name}" for name in OF_NOBODY))
_DECISIONS = ("answer", "clarify", "reject", "lookup")


@dataclass(frozen=True)
class Neighbours:
    """What each item names as related, and what is asked next, the likeliest first."""

    related: Mapping[str, tuple[str, ...]]
    next: Mapping[str, tuple[str, ...]]
    schemes: Mapping[str, str] = field(default_factory=dict)  # of items that hold in one alone

    def of(self, item: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Both, of one item."""
        return self.related.get(item, ()), self.next.get(item, ())[:MOST_NEXT]

    def before(self, item: str) -> list[str]:
        """The items that this one is asked after."""
        return [one for one, others in self.next.items() if item in others]


@dataclass(frozen=True)
class Sight:
    """What a message is by itself, and together with the one before."""

    length: int
    asks: bool  # for more, in so many words: "要带什么", "多久能办好"
    goes_on: bool  # asks what may be asked of any matter, and names none: "叫我弟去行不"
    intents: Mapping[str, float]
    alone: np.ndarray  # logarithms of the items' probabilities
    together: np.ndarray
    near: np.ndarray  # cosines of the message with the items' middles
    said: np.ndarray  # and how near it is to what is said of them
    lines: np.ndarray  # and to what they say themselves
    story: np.ndarray  # logarithms of the items' probabilities by what was told before
    story_now: np.ndarray  # and by that and the message
    talks: np.ndarray  # how near it is to what was said in a story like this and wanted each item
    talks_nobody: float  # and how much nearer to what wanted none of them
    after: np.ndarray  # items × 2: how often it was wanted after the item before, and at all
    middles: np.ndarray  # items × dimensions
    scheme: str = ""  # the one that was told last
    told: tuple[int, int, bool] = (0, 0, True)  # lengths: story, question before; whether one


def signs(sight: Sight, items: tuple[str, ...], before: int, neighbours: Neighbours) -> np.ndarray:
    """What speaks for each item: items × `OF_ITEMS`."""
    related, follows = neighbours.of(items[before])
    same, named = np.zeros(len(items)), _marked(items, dict.fromkeys(related, 1.0))
    same[before] = 1.0
    alike = sight.middles @ sight.middles[before]
    alike = (alike - alike.mean()) / max(float(alike.std()), 1e-6)
    alike[before] = 0.0
    asked_next = _marked(items, dict.fromkeys(follows, 1.0))
    asked_before = _marked(items, dict.fromkeys(neighbours.before(items[before]), 1.0))
    said = COSINE_SCALE * sight.said
    columns = (
        sight.alone,
        sight.intents.get(FAQ, 0.0) * sight.alone,
        sight.together,
        same,
        named,
        alike,
        COSINE_SCALE * sight.near,
        same * sight.asks,
        same * sight.goes_on,
        asked_next,
        _marked(items, {one: 1 - rank / MOST_NEXT for rank, one in enumerate(follows)}),
        said,
        said * np.maximum.reduce((same, named, asked_next, asked_before)),
        COSINE_SCALE * sight.lines,
        COSINE_SCALE * sight.lines * same,
        sight.story,
        sight.story_now,
        COSINE_SCALE * sight.talks,
        _of_scheme(items, sight.scheme, neighbours.schemes),
        *sight.after.T,
    )
    return np.stack(columns, axis=1)


def _of_scheme(items: tuple[str, ...], told: str, schemes: Mapping[str, str]) -> np.ndarray:
    """1 for items of the scheme that was told, -1 for those of the other."""
    found = np.zeros(len(items))
    for place, item in enumerate(items) if told else ():
        if item in schemes:
            found[place] = 1.0 if schemes[item] == told else -1.0
    return found


def _marked(items: tuple[str, ...], marks: Mapping[str, float]) -> np.ndarray:
    found = np.zeros(len(items))
    for item, mark in marks.items():
        if item in items:
            found[items.index(item)] = mark
    return found


def signs_of_nobody(sight: Sight, of_items: np.ndarray, alone: Decision) -> np.ndarray:
    """What speaks for none of the items, as `OF_NOBODY`, where so much speaks for each of them.

    `alone` is the decision on the message by itself.
    """
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
            float(sight.goes_on),
            *of_items[:, [OF_ITEMS.index("said"), OF_ITEMS.index("said_here")]].max(axis=0),
            COSINE_SCALE * sight.talks_nobody,
            *(float(alone.decision == name) for name in _DECISIONS),
            alone.confidence,
            sight.told[0] / 10,
            sight.told[1] / 10,
            float(sight.told[2]),
        ]
    )


def candidates(
    of_items: np.ndarray, of_nobody: np.ndarray, likely: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The places of the likeliest items, and their signs as `OF_CANDIDATES`, nobody's last."""
    best = np.argsort(-likely, kind="stable")[:MOST_CANDIDATES]
    places = best[likely[best] > 0]
    rows = np.full((len(places) + 1, len(OF_CANDIDATES)), _NOTHING)
    split = len(OF_ITEMS)
    rows[:-1, :split] = of_items[places]
    rows[:, split] = np.log(np.append(likely[places], 1 - likely.sum()).clip(_LEAST_CHANCE))
    rows[:-1, split + 1] = np.arange(len(places))
    rows[:, split + 2 :] = of_nobody
    return places, rows

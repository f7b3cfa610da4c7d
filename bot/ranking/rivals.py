"""Whether a rule answers or only the own record: items against look-ups that sound like them.

The classifier of intents sees all items as one, so "我社保卡丢了怎么办" sounds to it like somebody
who wants to see the state of his card. The likeliest item and the likeliest look-up know better:
they meet in a duel, on the wordings of both alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from bot.ranking.decision import FAQ
from bot.ranking.duels import Side, outcomes, side
from bot.text.features import Row

# From what outcome on the item has won, and up to what the look-up has; between, both may be
# meant. Set by hand on wordings that had no part (decision 0002); `make evaluate` shows how
# many look-ups are taken as such, and how many are sent to sign in though a rule answers.
WON, LOST = 0.3, 0.1
# A look-up that is as unlikely as this has nothing to fight for.
LEAST = 0.05


# What asks for a sum or a time to be counted.
_SUM = re.compile(r"多少|多久|多长|多大|[几算估测]|金额|how (?:much|many|long)|calculat|estimat")
ESTIMATES = "estimate_"


@dataclass(frozen=True)
class Rivals:
    """The wordings of the intents that an item may have to beat, sorted by intent."""

    intents: tuple[str, ...]
    rows: csr_matrix  # wordings × features
    vectors: np.ndarray  # wordings × dimensions, in the items' space
    owner: np.ndarray

    @classmethod
    def of(cls, intents: Sequence[str], rows: csr_matrix, vectors: np.ndarray) -> Rivals:
        """From the intent of each row."""
        names = tuple(sorted(set(intents)))
        owner = np.array([names.index(intent) for intent in intents], dtype=np.int32)
        order = np.argsort(owner, kind="stable")
        return cls(names, rows[order], vectors[order], owner[order])

    def likeliest(self, intents: Mapping[str, float]) -> str | None:
        """The likeliest of these intents, where one is likely at all."""
        best = max(self.intents, key=lambda name: intents.get(name, 0.0), default=None)
        return best if best and intents.get(best, 0.0) >= LEAST else None

    def outcome(
        self, intent: str, item: Side, near: np.ndarray, row: Row, vector: np.ndarray
    ) -> float:
        """How the item does against the intent: about 1 won clearly, -1 lost clearly.

        `near` is how near the question is to each of the item's wordings.
        """
        rival = self._sides[intent]
        return float(outcomes((item, rival), (near, nearness(rival, row, vector)))[0])

    @cached_property
    def _sides(self) -> Mapping[str, Side]:
        ends = np.searchsorted(self.owner, np.arange(len(self.intents) + 1))
        spans = {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(self.intents)}
        return {name: side(self.rows[span], self.vectors[span]) for name, span in spans.items()}


def nearness(rival: Side, row: Row, vector: np.ndarray) -> np.ndarray:
    """How near a question is to each wording, n-grams and vectors together."""
    numbers, values = row
    place = np.searchsorted(rival.features, numbers)
    place[place == len(rival.features)] = 0
    known = rival.features[place] == numbers
    there = np.zeros(len(rival.features), dtype=np.float32)
    there[place[known]] = values[known]
    return np.asarray(rival.columns @ there + rival.vectors @ vector)


def without_sums(intents: Mapping[str, float], text: str) -> dict[str, float]:
    """Who asks for no sum wants none: "交了七个月够不够" has a rule for its answer."""
    if _SUM.search(text):
        return dict(intents)
    estimates = {name: 0.0 for name in intents if name.startswith(ESTIMATES)}
    moved = sum(intents[name] for name in estimates)
    return {**intents, **estimates, FAQ: intents.get(FAQ, 0.0) + moved}


def weighed(intents: Mapping[str, float], intent: str, outcome: float) -> dict[str, float]:
    """The intents' probabilities when a policy question fought for what `intent` has.

    Who wins has what both had; where nobody does, they share it.
    """
    both = intents[intent] + intents[FAQ]
    share = 1.0 if outcome >= WON else 0.0 if outcome <= LOST else 0.5
    return {**intents, FAQ: both * share, intent: both * (1 - share)}

"""What is counted: right items, wrong answers, coverage, rejection, each with its interval."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# The 97.5 % point of the normal distribution: intervals hold in 95 of 100 cases.
_Z = 1.959964
# The share of questions that is to be answered.
ANSWERED = 0.65


@dataclass(frozen=True)
class Judged:
    """A labelled question and what the engine made of it."""

    question: str
    kind: str  # faq, lookup, human, uncovered, oos
    topics: tuple[str, ...]  # acceptable items
    near: bool
    decision: str
    ranked: tuple[str, ...]
    sure: float  # of the first item
    milliseconds: float
    asked: bool = False  # whether the question came first, and its item was found after
    by_chance: float = 0.0  # of what was asked: how sure its chance alone would be

    def right(self, within: int) -> bool:
        """Whether one of the first `within` items is acceptable."""
        return any(item in self.topics for item in self.ranked[:within])


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval (Wilson)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share itself; nothing of nothing is nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies in 95 of 100 cases."""
        if not self.of:
            return 0.0, 1.0
        square = _Z * _Z / self.of
        middle = (self.value + square / 2) / (1 + square)
        root = math.sqrt(self.value * (1 - self.value) / self.of + square / (4 * self.of))
        half = _Z * root / (1 + square)
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"hits": self.hits, "of": self.of, "share": self.value, "interval": self.interval}


def share(hits: Sequence[bool]) -> Share:
    """How many of them."""
    return Share(sum(hits), len(hits))


def overall(judged: Sequence[Judged]) -> dict[str, Share]:
    """The measures over all questions."""
    faq = [one for one in judged if one.kind == "faq"]
    first = [one for one in faq if one.asked]
    found = _of_policy(faq)
    if first:
        told = _of_policy(first) | _of_the_surest(first)
        found |= {f"asked first: {name}": one for name, one in told.items()}
    for name, group in _others(judged).items():
        policy = [one.decision in ("answer", "lookup") for one in group]
        found[f"{name}: answered or looked up"] = share(policy)
    own = [one.decision for one in judged if one.kind == "lookup"]
    for decision in ("lookup", "clarify", "answer", "reject") if own else ():
        found[f"look-ups: {decision}"] = share([one == decision for one in own])
    return found


def _of_policy(faq: Sequence[Judged]) -> dict[str, Share]:
    answered = [one for one in faq if one.decision == "answer"]
    asked_back = [one.decision == "clarify" and one.right(3) for one in faq]
    return {
        "top-1": share([one.right(1) for one in faq]),
        "top-3": share([one.right(3) for one in faq]),
        "answered": share([one.decision == "answer" for one in faq]),
        "wrong among the answered": share([not one.right(1) for one in answered]),
        "right topic among the choices asked back": share(asked_back),
        "sent to sign in, though a rule answers": share([one.decision == "lookup" for one in faq]),
    }


def _of_the_surest(first: Sequence[Judged]) -> dict[str, Share]:
    """Errors among as many as should be answered: by our confidence, and by chances alone."""
    most = int(ANSWERED * len(first))
    by_confidence = sorted(first, key=lambda one: -one.sure)[:most]
    by_chance = sorted(first, key=lambda one: -one.by_chance)[:most]
    name = f"wrong among the surest {100 * ANSWERED:.0f} %"
    return {
        name: share([not one.right(1) for one in by_confidence]),
        f"{name}, by chances alone": share([not one.right(1) for one in by_chance]),
    }


def _others(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups = {
        "far": [one for one in judged if one.kind == "oos" and not one.near],
        "near": [one for one in judged if one.kind == "oos" and one.near],
        "uncovered": [one for one in judged if one.kind == "uncovered"],
    }
    return {name: group for name, group in groups.items() if group}


def by_topic(judged: Sequence[Judged]) -> dict[str, dict[str, Share]]:
    """The measures for each first acceptable item."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        if one.kind == "faq":
            groups.setdefault(one.topics[0], []).append(one)
    return {
        topic: {
            "top-1": share([one.right(1) for one in group]),
            "top-3": share([one.right(3) for one in group]),
            "answered": share([one.decision == "answer" for one in group]),
            "wrong": share([one.decision == "answer" and not one.right(1) for one in group]),
        }
        for topic, group in sorted(groups.items())
    }


def confusions(judged: Sequence[Judged], most: int = 25) -> list[tuple[str, str, int]]:
    """(wanted, given, how often), the most frequent first."""
    pairs = Counter(
        (one.topics[0], one.ranked[0])
        for one in judged
        if one.kind == "faq" and one.ranked and not one.right(1)
    )
    return [(wanted, given, count) for (wanted, given), count in pairs.most_common(most)]


def risk_coverage(judged: Sequence[Judged]) -> list[dict[str, float]]:
    """For each threshold: how many are answered, and how many of these wrongly."""
    faq = [one for one in judged if one.kind == "faq"]
    others = [one for one in judged if one.kind == "oos"]
    curve = []
    for threshold in sorted({round(one.sure, 3) for one in faq}, reverse=True):
        answered = [one for one in faq if one.sure >= threshold]
        wrong = sum(not one.right(1) for one in answered)
        let_in = sum(one.sure >= threshold for one in others)
        curve.append(
            {
                "threshold": threshold,
                "coverage": len(answered) / len(faq),
                "risk": wrong / max(1, len(answered)),
                "others": let_in / max(1, len(others)),
            }
        )
    return curve

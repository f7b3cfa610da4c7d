"""What labelled samples show: accuracy beside coverage, agreement, scores of items, the curve."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from records.questions.samples import LABELLED, Judged, Week
from records.questions.understood import ANSWER, CLARIFY, REJECT

# What a question can be besides one about an item; the last says that nobody can tell.
UNTOLD = "untold"
OTHERS = ("none", "lookup", "human", "chat", UNTOLD)
# The two-sided 95 % point of the normal distribution.
_Z = 1.959964
_POINTS = 20


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval."""

    hits: int
    of: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """How one item fares."""

    item: str
    asked: int  # questions that are about it
    found: int  # …and were answered with it
    given: int  # how often it was the answer
    right: Share  # …rightly


@dataclass(frozen=True)
class Point:
    """Answering from a score on: how much is covered, how much of what is answered is wrong."""

    score: float
    coverage: float
    risk: float


def share(hits: int, of: int) -> Share:
    """Wilson's interval, which is right for few and for extreme ones."""
    if of == 0:
        return Share(0, 0, None, 0.0, 1.0)
    p, z2 = hits / of, _Z * _Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(hits, of, p, max(0.0, middle - half), min(1.0, middle + half))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa: agreement beyond what chance would give; None where chance explains all."""
    if not pairs:
        return None
    alike = sum(one == other for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[name] * second[name] for name in first) / len(pairs) ** 2
    return None if chance == 1 else (alike - chance) / (1 - chance)


def truth(question: Judged) -> str | None:
    """What at least two people say it is about; None while that is open."""
    common = Counter(question.labels).most_common(1)
    return common[0][0] if common and common[0][1] >= LABELLED else None


def week_of(week: date, sample: Sequence[Judged]) -> Week:
    """A week's outcome."""
    told = _told(sample)
    pairs = [(one.labels[0], one.labels[1]) for one in sample if len(one.labels) >= LABELLED]
    answered = [(one, label) for one, label in told if one.decision == ANSWER]
    return Week(
        week=week,
        sampled=len(sample),
        judged=len(told),
        topical=sum(label not in OTHERS for _, label in told),
        covered=sum(label not in OTHERS for _, label in answered),
        answered=len(answered),
        hits=sum(label == one.item for one, label in answered),
        pairs=len(pairs),
        alike=sum(one == other for one, other in pairs),
        kappa=kappa(pairs),
    )


def scores(sample: Sequence[Judged]) -> list[Score]:
    """Each item's, those that are wrong most often first."""
    asked: defaultdict[str, list[Judged]] = defaultdict(list)
    given: defaultdict[str, list[str]] = defaultdict(list)
    for one, label in _told(sample):
        if label not in OTHERS:
            asked[label].append(one)
        if one.decision == ANSWER and one.item:
            given[one.item].append(label)
    found = [
        Score(
            item=item,
            asked=len(asked[item]),
            found=sum(one.decision == ANSWER and one.item == item for one in asked[item]),
            given=len(given[item]),
            right=share(given[item].count(item), len(given[item])),
        )
        for item in sorted({*asked, *given})
    ]
    return sorted(found, key=lambda one: one.found - one.asked + one.right.hits - one.given)


def curve(sample: Sequence[Judged]) -> list[Point]:
    """Risk against coverage, had only answers from a score on been given."""
    told = [
        (one.score or 0.0, one.item == label, label not in OTHERS)
        for one, label in _told(sample)
        if one.decision in (ANSWER, CLARIFY, REJECT)
    ]
    topical = sum(about for _, _, about in told)
    if topical == 0:
        return []
    told.sort(key=lambda one: -one[0])
    step = max(1, len(told) // _POINTS)
    points = []
    for many in sorted({*range(step, len(told) + 1, step), len(told)}):
        some = told[:many]
        covered = sum(about for _, _, about in some) / topical
        wrong = sum(not right for _, right, _ in some) / many
        points.append(Point(some[-1][0], covered, wrong))
    return points


def _told(sample: Sequence[Judged]) -> list[tuple[Judged, str]]:
    """The questions that two people agree on, with what they say."""
    labelled = [(one, label) for one in sample if (label := truth(one)) is not None]
    return [(one, label) for one, label in labelled if label != UNTOLD]

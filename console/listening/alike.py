"""Puts questions of the same meaning together, without a model in this process.

Two questions are alike by the characters they share and by the items that came into question for
each: those came out of sentence vectors in the engine, so they carry meaning across other words.
An item that scored low says little: two questions of which nothing is known are not alike by it.
Decision record 0021 has the figures.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.knowledge.similar import bare
from records.questions.grouping import SHOWN_OF_EACH, Question

# In the groups of more than one, one item answers 83 % of the questions (0.35: 78 %), and there are
# as many such groups as at any threshold: 996 real questions, `python -m bench.alike`, record 0011.
ALIKE = 0.4
Weights = Mapping[str, float]


@dataclass(frozen=True)
class Profile:
    """What a question is compared by."""

    line: str
    characters: Weights
    items: Weights

    def likeness(self, other: Profile) -> float:
        """From 0 to 1."""
        return (_shared(self.characters, other.characters) + _shared(self.items, other.items)) / 2


def placed(
    fresh: Sequence[Question], known: Mapping[int, Sequence[Question]]
) -> list[list[Question] | int]:
    """For each fresh question the group it goes to: a known one's number, or a new one.

    Questions that begin a new group together get the same list.
    """
    rarity = _Rarity([*fresh, *(one for group in known.values() for one in group)])
    groups = _Groups(rarity)
    for number, questions in known.items():
        groups.add(number, questions)
    return [groups.take(one) for one in fresh]


class _Rarity:
    """How much a pair of characters tells."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._seen: Counter[str] = Counter()
        self._many = len(questions)
        for one in questions:
            self._seen.update(set(_pieces(bare(one.text))))

    def profile(self, question: Question) -> Profile:
        line = bare(question.text)
        told = {one: math.log(1 + self._many / self._seen[one]) for one in _pieces(line)}
        items = {item: math.sqrt(score) for item, score in question.answers if score > 0}
        return Profile(line, _unit(told), _at_most_unit(items))


class _Groups:
    """The groups while questions are being placed."""

    def __init__(self, rarity: _Rarity) -> None:
        self._rarity = rarity
        self._members: list[list[Profile]] = []
        self._names: list[list[Question] | int] = []
        self._by: defaultdict[str, set[int]] = defaultdict(set)

    def add(self, name: list[Question] | int, questions: Sequence[Question]) -> None:
        place = len(self._names)
        self._names.append(name)
        self._members.append([])
        for one in questions:
            self._join(place, self._rarity.profile(one))

    def take(self, question: Question) -> list[Question] | int:
        """The group of a question, which belongs to it from now on."""
        profile = self._rarity.profile(question)
        best, place = max(
            ((self._nearness(profile, one), one) for one in self._candidates(profile)),
            default=(0.0, -1),
        )
        if best < ALIKE:
            fresh = [question]
            self.add(fresh, fresh)
            return fresh
        self._join(place, profile)
        name = self._names[place]
        if isinstance(name, list):
            name.append(question)
        return name

    def _join(self, place: int, profile: Profile) -> None:
        self._members[place].append(profile)
        for key in _keys(profile):
            self._by[key].add(place)

    def _candidates(self, profile: Profile) -> set[int]:
        return set().union(*(self._by.get(key, set()) for key in _keys(profile)))

    def _nearness(self, profile: Profile, place: int) -> float:
        latest = self._members[place][-SHOWN_OF_EACH:]
        if any(one.line == profile.line for one in latest):
            return 1.0
        return sum(map(profile.likeness, latest)) / len(latest)


def _keys(profile: Profile) -> list[str]:
    """What two questions have to share one of, to be compared at all."""
    likely = sorted(profile.items, key=lambda item: -profile.items[item])[:3]
    return [*likely, f"={profile.line}"] if likely else ["none"]


def _pieces(line: str) -> list[str]:
    return [*line, *(line[place : place + 2] for place in range(len(line) - 1))]


def _unit(weights: dict[str, float]) -> Weights:
    length = math.sqrt(sum(one * one for one in weights.values())) or 1.0
    return {name: one / length for name, one in weights.items()}


def _at_most_unit(weights: dict[str, float]) -> Weights:
    """The weights as they are, unless they say more than one sure answer would."""
    length = max(1.0, math.sqrt(sum(one * one for one in weights.values())))
    return {name: one / length for name, one in weights.items()}


def _shared(one: Weights, other: Weights) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(name, 0.0) for name, weight in one.items())

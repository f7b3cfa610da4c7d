"""What wordings look like to learning: their n-grams and vectors, and whose wordings they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from bot.ranking.examples import Example
from bot.ranking.wordings import often_asked
from bot.text.features import Counted, Vocabulary, counted, features, one_below_the_other
from bot.text.sentence_vectors import SentenceVectors
from bot.text.wording import places_pattern, shortened, subject
from bot.training.calibration import Tried, to_try, tried
from bot.training.forks import halved

# A wording is looked at twice: as it is, and as what it is about.
SEEN_IN_ONE = 2


@dataclass(frozen=True)
class Seen:
    """What all wordings look like; those of items stand first, sorted by item."""

    ordered: Sequence[Example]
    last: int  # how many belong to items
    vectors: np.ndarray
    whole: csr_matrix  # their n-grams
    bare: csr_matrix  # those of what they are about
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Ranking:
    """The wordings of items, as the ranking knows them."""

    items: tuple[str, ...]
    item_of: np.ndarray
    rows: csr_matrix
    vectors: np.ndarray
    asked: np.ndarray
    answering: np.ndarray
    came_first: np.ndarray  # which of them are questions and were not written for an item

    def tried(self, held: np.ndarray) -> Tried:
        """What it makes of those that are `held` out, as many as it takes."""
        known = self.items, self.rows, self.vectors, self.item_of, self.asked, self.answering
        return tried(*known, held, to_try(held, self.came_first))


def ranking_of(seen: Seen, asked_for: Mapping[str, int]) -> Ranking:
    """What of all that was seen belongs to items."""
    told = seen.ordered[: seen.last]
    items, item_of = _items(told)
    return Ranking(
        items=items,
        item_of=item_of,
        rows=seen.bare[: seen.last],
        vectors=seen.vectors[: seen.last],
        asked=often_asked(items, asked_for),
        answering=_answering(told, items),
        came_first=np.array([one.asked for one in told]),
    )


def look(examples: Sequence[Example], places: Sequence[str], vectors: SentenceVectors) -> Seen:
    """What examples look like, where `places` are not what they are about."""
    pattern = places_pattern(places)
    ordered = sorted(examples, key=lambda example: example.item or "~")
    halves = halved(lambda some: [_told(some, pattern)], ordered)
    about = [text for half in halves for text in half.about]
    counts = one_below_the_other([half.whole for half in halves] + [half.bare for half in halves])
    bare = np.arange(len(ordered))
    apart = np.flatnonzero(np.concatenate([half.apart for half in halves]))
    bare[apart] = np.arange(len(ordered), counts.counts.shape[0])
    times = np.bincount(np.concatenate([np.arange(len(ordered)), bare]))
    vocabulary = Vocabulary.of(counts, SEEN_IN_ONE, times)
    rows = vocabulary.matrix(counts)
    return Seen(
        ordered=ordered,
        last=sum(1 for example in ordered if example.item),
        vectors=vectors.many(about),
        whole=rows[: len(ordered)],
        bare=rows[bare],
        vocabulary=vocabulary,
    )


@dataclass(frozen=True)
class _Told:
    """What wordings are about, their features, and those of what they are about where it differs.

    Four in five are about all that they say.
    """

    about: Sequence[str]
    whole: Counted
    bare: Counted
    apart: np.ndarray


def _told(some: Sequence[Example], pattern: re.Pattern[str]) -> _Told:
    about = [subject(one.text, pattern) for one in some]
    whole = [features(shortened(one.text), one.words) for one in some]
    apart = np.array([text != one.text for one, text in zip(some, about, strict=True)])
    bare = [
        features(text, [word for word in one.words if word in text])
        for one, text in zip(some, about, strict=True)
        if text != one.text
    ]
    return _Told(about, counted(whole), counted(bare), apart)


def _items(ordered: Sequence[Example]) -> tuple[tuple[str, ...], np.ndarray]:
    items = tuple(sorted({example.item for example in ordered}))
    number = {item: i for i, item in enumerate(items)}
    return items, np.array([number[example.item] for example in ordered], dtype=np.int32)


def _answering(ordered: Sequence[Example], items: Sequence[str]) -> np.ndarray:
    """Which items answer each wording, its own first; -1 where there are fewer."""
    number = {item: i for i, item in enumerate(items)}
    told = [[number[item] for item in (one.item, *one.also) if item in number] for one in ordered]
    answering = np.full((len(told), max(map(len, told))), -1, dtype=np.int16)
    for row, numbers in zip(answering, told, strict=True):
        row[: len(numbers)] = numbers
    return answering

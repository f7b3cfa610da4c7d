"""Learns the whole understanding from wordings: the classifiers, the ranking, the thresholds.

Every probability is calibrated on wordings that had no part in it: the classifiers and the
ranking score each of them as if it had been left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from bot.ranking.classifier import Classifier, Trained, alike, rounded, softmax, train
from bot.ranking.decision import FAQ, RIVALS
from bot.ranking.examples import Example
from bot.ranking.model import Model, heart
from bot.ranking.rivals import Rivals
from bot.ranking.wordings import gather, often_asked
from bot.text.features import Counted, Vocabulary, counted, features, one_below_the_other
from bot.text.sentence_vectors import SentenceVectors
from bot.text.space import Space, learn_space
from bot.text.wording import places_pattern, shortened, subject
from bot.training.calibration import (
    Aims,
    Sureness,
    Tried,
    calibrated,
    held_out,
    joined,
    to_try,
    tried,
)
from bot.training.forks import forked, halved

# The classifiers see this many wordings of an item: items differ little as intents.
WORDINGS_OF_AN_INTENT = 15
MOST_INTENT_ROWS = 4_000
# And so many that look most like something else ("我妈的养老金什么时候涨" is no look-up).
HARD_ROWS = 600
# N-grams alone tell small talk from policy, for which fewer of an item are enough.
WORDINGS_BY_WORDS = 8
# A wording is looked at twice: as it is, and as what it is about.
SEEN_IN_ONE = 2
# How often a fifth is left out and tried: thresholds that one fifth gives vary by 0.04.
TURNS = 2


def learn(
    examples: Sequence[Example],
    places: Sequence[str],
    asked_for: Mapping[str, int],
    vectors: SentenceVectors,
    aims: Aims,
) -> Model:
    """A model from examples; `asked_for` says how often an item is."""
    pattern = places_pattern(places)
    seen = _look(examples, pattern, vectors)
    items, item_of = _items(seen.ordered[: seen.last])
    rows, asked = seen.bare[: seen.last], often_asked(items, asked_for)
    turns, answering = _turns(seen, item_of), _answering(seen.ordered[: seen.last], items)
    held = np.logical_or.reduce([out for out, _ in turns])
    known = items, rows, seen.vectors[: seen.last], item_of, asked, answering
    with forked(lambda: [tried(*known, *turn) for turn in turns]) as found:
        with threadpool_limits(1, user_api="blas"):  # the other core is busy
            space = learn_space(seen.vectors[: seen.last], item_of)
            placed = rounded(space.place(seen.vectors[: seen.last]))
            wordings = gather(items, rows, placed, item_of, space, asked, answering)
            by_words = _by_words(seen, held)
            chosen, last = _tried_last(_chosen(seen, rows, by_words), seen.last, held)
            by_all = _by_all(seen, chosen, last, space)
        left_out = joined(found.result())
    policy = _policy(by_all, seen, chosen[-last:], wordings.vectors)
    sureness = _sureness(left_out, answering, policy, aims)
    return Model(
        vocabulary=seen.vocabulary,
        by_words=by_words,
        by_all=by_all.classifier,
        wordings=wordings,
        rivals=_rivals(seen, space),
        sharpness=sureness.sharpness,
        confidence=sureness.confidence,
        thresholds=sureness.thresholds,
        by_heart=by_heart([(one.text, one.label) for one in seen.ordered]),
        texts=tuple(one.text for one in seen.ordered[: seen.last]),
        places=tuple(places),
        places_pattern=pattern,
    )


@dataclass(frozen=True)
class _Seen:
    """What all wordings look like; those of items stand first, sorted by item."""

    ordered: Sequence[Example]
    last: int  # how many belong to items
    vectors: np.ndarray
    whole: csr_matrix  # their n-grams
    bare: csr_matrix  # those of what they are about
    vocabulary: Vocabulary


def _turns(seen: _Seen, item_of: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """In each turn, which wordings of items are left out, and where those stand that are tried."""
    came_first = np.array([one.asked for one in seen.ordered[: seen.last]])
    held = [held_out(item_of, came_first, turn) for turn in range(TURNS)]
    return [(out, to_try(out, came_first)) for out in held]


def _by_words(seen: _Seen, held: np.ndarray) -> Classifier:
    """The classifier by n-grams alone."""
    few = _of_intents(seen.ordered, WORDINGS_BY_WORDS)
    chosen, last = _tried_last(few, seen.last, held)
    rows, labels = _rows(seen, chosen)
    return train(rows, alike(rows), None, labels, last).classifier


def _by_all(seen: _Seen, chosen: Sequence[int], last: int, space: Space) -> Trained:
    """The classifier by n-grams and vectors, tried on the last rows."""
    rows, labels = _rows(seen, chosen)
    return train(rows, alike(rows), space.place(seen.vectors[chosen]), labels, last)


def _tried_last(chosen: list[int], items: int, held: np.ndarray) -> tuple[list[int], int]:
    """The rows of the classifiers, those that are tried at the end, and how many these are.

    Tried are the wordings by which the thresholds are found, and all that belong to no item.
    """
    late = [place >= items or held[place] for place in chosen]
    ordered = sorted(range(len(chosen)), key=late.__getitem__)
    return [chosen[i] for i in ordered], sum(late)


def _rivals(seen: _Seen, space: Space) -> Rivals:
    """The wordings that an item may have to beat."""
    told = [place for place, one in enumerate(seen.ordered) if one.label in RIVALS]
    placed = rounded(space.place(seen.vectors[told]))
    return Rivals.of([seen.ordered[place].label for place in told], seen.bare[told], placed)


def _chosen(seen: _Seen, of_items: csr_matrix, first: Classifier) -> list[int]:
    """The rows that `by_all` learns from: spread, and those that a first try finds hard.

    `of_items` are the n-grams of all items' wordings.
    """
    chosen = _of_intents(seen.ordered, WORDINGS_OF_AN_INTENT)
    others = sorted({*range(seen.last)} - {*chosen})
    if not others or FAQ not in first.labels:
        return chosen
    scores = of_items[others] @ first.weights.astype(np.float32)
    policy = softmax(first.sharpness * scores)[:, first.labels.index(FAQ)]
    return chosen + [others[int(place)] for place in np.argsort(policy)[:HARD_ROWS]]


def _rows(seen: _Seen, chosen: Sequence[int]) -> tuple[csr_matrix, list[str]]:
    """The n-grams of chosen wordings, and their labels with all items as one."""
    labels = [FAQ if seen.ordered[i].item else seen.ordered[i].label for i in chosen]
    return seen.whole[chosen], labels


def _policy(
    trained: Trained, seen: _Seen, chosen: Sequence[int], placed: np.ndarray
) -> Callable[[int], float]:
    """The probability of a policy question, as the classifier gives it to what it never saw."""
    faq = trained.classifier.labels.index(FAQ)
    left_out = dict(zip(chosen, trained.left_out[:, faq].tolist(), strict=True))

    def policy(place: int) -> float:
        if place in left_out:
            return float(left_out[place])
        own = seen.whole[place]
        row = own.indices, own.data
        return float(trained.classifier.probabilities(row, placed[place])[faq])

    return policy


def _sureness(
    left_out: Tried, answering: np.ndarray, policy: Callable[[int], float], aims: Aims
) -> Sureness:
    numbers = np.arange(left_out.scores.shape[1])
    answers = (answering[left_out.places][:, :, None] == numbers).any(axis=1)
    sure = np.array([policy(place) for place in left_out.places])
    return calibrated(left_out, answers, sure, aims)


def _answering(ordered: Sequence[Example], items: Sequence[str]) -> np.ndarray:
    """Which items answer each wording, its own first; -1 where there are fewer."""
    number = {item: i for i, item in enumerate(items)}
    told = [[number[item] for item in (one.item, *one.also) if item in number] for one in ordered]
    answering = np.full((len(told), max(map(len, told))), -1, dtype=np.int16)
    for row, numbers in zip(answering, told, strict=True):
        row[: len(numbers)] = numbers
    return answering


def _look(examples: Sequence[Example], pattern: re.Pattern[str], vectors: SentenceVectors) -> _Seen:
    ordered = sorted(examples, key=lambda example: example.item or "~")
    halves = halved(lambda some: [_told(some, pattern)], ordered)
    about = [text for half in halves for text in half.about]
    counts = one_below_the_other([half.whole for half in halves] + [half.bare for half in halves])
    vocabulary = Vocabulary.of(counts, rare=SEEN_IN_ONE)
    rows = vocabulary.matrix(counts)
    return _Seen(
        ordered=ordered,
        last=sum(1 for example in ordered if example.item),
        vectors=vectors.many(about),
        whole=rows[: len(ordered)],
        bare=rows[len(ordered) :],
        vocabulary=vocabulary,
    )


@dataclass(frozen=True)
class _Told:
    """What wordings are about, their features, and those of what they are about."""

    about: Sequence[str]
    whole: Counted
    bare: Counted


def _told(some: Sequence[Example], pattern: re.Pattern[str]) -> _Told:
    about = [subject(one.text, pattern) for one in some]
    whole = [features(shortened(one.text), one.words) for one in some]
    bare = [
        full if text == one.text else features(text, [word for word in one.words if word in text])
        for one, text, full in zip(some, about, whole, strict=True)
    ]
    return _Told(about, counted(whole), counted(bare))


def _items(ordered: Sequence[Example]) -> tuple[tuple[str, ...], np.ndarray]:
    items = tuple(sorted({example.item for example in ordered}))
    number = {item: i for i, item in enumerate(items)}
    return items, np.array([number[example.item] for example in ordered], dtype=np.int32)


def by_heart(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Wordings (with their labels) that belong to one intent only."""
    known: dict[str, str] = {}
    for text, label in told:
        key = _heart(text)
        known[key] = label if known.get(key, label) == label else ""
    return {key: label for key, label in known.items() if key and label}


_heart = lru_cache(maxsize=60_000)(heart)


def _of_intents(ordered: Sequence[Example], most: int) -> list[int]:
    """All small talk, and at most so many wordings of each item, spread over its styles."""
    of_item: dict[str, list[int]] = {}
    others = []
    for place, example in enumerate(ordered):
        if example.item:
            of_item.setdefault(example.item, []).append(place)
        else:
            others.append(place)
    each = max(1, min(most, MOST_INTENT_ROWS // max(1, len(of_item))))
    chosen = [place for places in of_item.values() for place in _spread(places, each)]
    return _spread(chosen, MOST_INTENT_ROWS) + others


def _spread(places: Sequence[int], most: int) -> list[int]:
    if len(places) <= most:
        return list(places)
    return [places[int(i)] for i in np.linspace(0, len(places) - 1, num=most)]

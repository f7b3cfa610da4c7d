"""Learns the whole understanding from wordings: the classifiers, the ranking, the thresholds.

Every probability is calibrated on wordings that had no part in it: the classifiers and the
ranking score each of them as if it had been left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from bot.ranking.classifier import softmax, train
from bot.ranking.decision import FAQ, Thresholds
from bot.ranking.model import Model, heart
from bot.ranking.space import learn_space
from bot.ranking.wordings import Wordings, gather
from bot.text.features import Vocabulary, features
from bot.text.sentence_vectors import SentenceVectors
from bot.text.wording import places_pattern, shortened, subject

# The classifiers see this many wordings of an item: items differ little as intents.
WORDINGS_OF_AN_INTENT = 8
MOST_INTENT_ROWS = 2_000
# Wordings on which the ranking is calibrated.
CALIBRATION_ROWS = 800
# Farther than anything is: a wording that is left out is never among the nearest.
_GONE = -9.0


@dataclass(frozen=True)
class Example:
    """One wording in one spelling, its words, and its intent (`faq/Q001`, `greet` …)."""

    text: str
    words: Sequence[str]
    label: str

    @property
    def item(self) -> str:
        """The FAQ item, or nothing."""
        return self.label[len(FAQ) + 1 :] if self.label.startswith(FAQ + "/") else ""


@dataclass(frozen=True)
class Aims:
    """How sure to be: the share of answers that may be wrong, and the lower thresholds."""

    wrong: float
    choices: float
    chat: float


def learn(
    examples: Sequence[Example],
    places: Sequence[str],
    referred: Mapping[str, int],
    vectors: SentenceVectors,
    aims: Aims,
) -> Model:
    """A model from examples; `referred` says how many items refer to an item."""
    pattern = places_pattern(places)
    seen = _look(examples, pattern, vectors)
    items, item_of = _items(seen.ordered[: seen.last])
    space = learn_space(seen.vectors[: seen.last], item_of)
    rows = seen.vocabulary.matrix(seen.bare[: seen.last])
    wordings = gather(items, rows, seen.vectors[: seen.last], item_of, space, referred)
    chosen = _of_intents(seen.ordered)
    labels = [FAQ if seen.ordered[i].item else seen.ordered[i].label for i in chosen]
    matrix = seen.vocabulary.matrix([seen.whole[i] for i in chosen])
    by_words = train(matrix, None, labels)
    by_all = train(matrix, space.place(seen.vectors[chosen]), labels)
    share = by_all.left_out[:, by_all.classifier.labels.index(FAQ)]
    sharpness, thresholds = _calibrated(wordings, rows, chosen, share, seen.last, aims)
    return Model(
        vocabulary=seen.vocabulary,
        by_words=by_words.classifier,
        by_all=by_all.classifier,
        wordings=wordings,
        sharpness=sharpness,
        thresholds=thresholds,
        by_heart=_by_heart(seen.ordered),
        places=tuple(places),
        places_pattern=pattern,
    )


@dataclass(frozen=True)
class _Seen:
    """What all wordings look like; those of items stand first, sorted by item."""

    ordered: Sequence[Example]
    last: int  # how many belong to items
    vectors: np.ndarray
    whole: Sequence[Counter[str]]
    bare: Sequence[Counter[str]]
    vocabulary: Vocabulary


def _look(examples: Sequence[Example], pattern: re.Pattern[str], vectors: SentenceVectors) -> _Seen:
    ordered = sorted(examples, key=lambda example: example.item or "~")
    abouts = [subject(example.text, pattern) for example in ordered]
    whole = [features(shortened(one.text), one.words) for one in ordered]
    bare = [
        features(about, [word for word in one.words if word in about])
        for one, about in zip(ordered, abouts, strict=True)
    ]
    return _Seen(
        ordered=ordered,
        last=sum(1 for example in ordered if example.item),
        vectors=vectors.many(abouts),
        whole=whole,
        bare=bare,
        vocabulary=Vocabulary.of([*whole, *bare]),
    )


def _items(ordered: Sequence[Example]) -> tuple[tuple[str, ...], np.ndarray]:
    items = tuple(sorted({example.item for example in ordered}))
    number = {item: i for i, item in enumerate(items)}
    return items, np.array([number[example.item] for example in ordered], dtype=np.int32)


def _by_heart(ordered: Sequence[Example]) -> dict[str, str]:
    """Wordings that belong to one intent only."""
    known: dict[str, str] = {}
    for example in ordered:
        key = heart(example.text)
        known[key] = example.label if known.get(key, example.label) == example.label else ""
    return {key: label for key, label in known.items() if key and label}


def _of_intents(ordered: Sequence[Example]) -> list[int]:
    """All small talk, and a few wordings of each item, spread over its styles."""
    of_item: dict[str, list[int]] = {}
    others = []
    for place, example in enumerate(ordered):
        if example.item:
            of_item.setdefault(example.item, []).append(place)
        else:
            others.append(place)
    each = max(1, min(WORDINGS_OF_AN_INTENT, MOST_INTENT_ROWS // max(1, len(of_item))))
    chosen = [place for places in of_item.values() for place in _spread(places, each)]
    return _spread(chosen, MOST_INTENT_ROWS) + others


def _spread(places: Sequence[int], most: int) -> list[int]:
    if len(places) <= most:
        return list(places)
    return [places[int(i)] for i in np.linspace(0, len(places) - 1, num=most)]


def _calibrated(
    wordings: Wordings,
    rows: csr_matrix,
    chosen: Sequence[int],
    share: np.ndarray,
    last: int,
    aims: Aims,
) -> tuple[float, Thresholds]:
    """The ranking's sharpness, and thresholds that keep the aims on left-out wordings."""
    tried = _spread([i for i, place in enumerate(chosen) if place < last], CALIBRATION_ROWS)
    places = np.array([chosen[i] for i in tried])
    scores = _left_out_scores(wordings, rows, places)
    truth = wordings.item_of[places]
    sharpness = _sharpness(scores, truth)
    probabilities = softmax(sharpness * scores) * share[tried][:, None]
    right = probabilities.argmax(axis=1) == truth
    answer = _threshold(probabilities.max(axis=1), right, aims.wrong)
    return sharpness, Thresholds(answer, aims.choices, aims.chat)


def _left_out_scores(wordings: Wordings, rows: csr_matrix, places: np.ndarray) -> np.ndarray:
    """Scores of all items for some wordings, each as if it had been left out."""
    found = np.empty((len(places), len(wordings.items)), dtype=np.float32)
    nearness = (rows[places] @ rows.T).tocsr()
    for number, place in enumerate(places):
        item, vector = wordings.item_of[place], wordings.vectors[place]
        words = nearness[number].toarray().ravel()
        siblings = wordings.members[item][wordings.members[item] >= 0]
        stay = siblings[siblings != place] if len(siblings) > 1 else siblings
        middle = wordings.vectors[stay].mean(axis=0)
        middles = wordings.middles @ vector
        middles[item] = middle @ vector / max(float(np.linalg.norm(middle)), 1e-9)
        words[place] = _GONE
        found[number] = _scores(wordings, words, middles, vector)
    return found


def _scores(
    wordings: Wordings, words: np.ndarray, middles: np.ndarray, vector: np.ndarray
) -> np.ndarray:
    ranked = wordings.rank_by(words, middles, vector)
    scores = np.full(len(wordings.items), ranked.scores.min() - 1.0, dtype=np.float32)
    scores[ranked.items] = ranked.scores
    return scores


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    def loss(sharpness: float) -> float:
        shown = softmax(sharpness * scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(shown, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.1, 20.0), method="bounded").x)


def _threshold(sure: np.ndarray, right: np.ndarray, wrong: float) -> float:
    """The lowest threshold above which at most a share of `wrong` is not right."""
    order = np.argsort(-sure)
    share = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    allowed = np.flatnonzero(share <= wrong)
    return float(sure[order][allowed[-1]]) if len(allowed) else 0.9

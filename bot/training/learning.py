"""Learns the whole understanding from wordings: the classifiers, the ranking, the thresholds.

Every probability is calibrated on wordings that had no part in it: the classifiers and the
ranking score each of them as if it had been left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from bot.context.weights import Context
from bot.ranking.classifier import Classifier, Trained, alike, rounded, softmax, train
from bot.ranking.decision import FAQ, RIVALS
from bot.ranking.examples import Example
from bot.ranking.model import Model, heart
from bot.ranking.rivals import Rivals
from bot.ranking.wordings import gather
from bot.text.sentence_vectors import SentenceVectors
from bot.text.space import Space, learn_space
from bot.text.wording import places_pattern
from bot.training.calibration import (
    UNSURE,
    Aims,
    Sureness,
    Tried,
    calibrated,
    held_out,
)
from bot.training.forks import forked
from bot.training.seen import Ranking, Seen, look, ranking_of

# The classifiers see this many wordings of an item: items differ little as intents.
WORDINGS_OF_AN_INTENT = 15
MOST_INTENT_ROWS = 4_000
# And so many that look most like something else ("我妈的养老金什么时候涨" is no look-up).
HARD_ROWS = 600
# N-grams alone tell small talk from policy, for which fewer of an item are enough.
WORDINGS_BY_WORDS = 8
CORES = 2
# What has not been taught tells nothing apart.
_UNTAUGHT = Classifier.of((), np.zeros((0, 0), np.float16), np.zeros((0, 0), np.float32), 1.0)


def learn(
    examples: Sequence[Example],
    places: Sequence[str],
    asked_for: Mapping[str, int],
    vectors: SentenceVectors,
    aims: Aims,
    context: Callable[[Model], Context | None] = lambda _: None,
    sure: Sureness | None = None,
) -> Model:
    """A model from examples; `asked_for` says how often an item is.

    How sure to be is found by trying what is left out, where it is not known; that takes as long
    as all else. What `context` makes of a model hangs on how it sees texts alone.
    """
    seen = look(examples, places, vectors)
    ranking = ranking_of(seen, asked_for)
    space = space_of(ranking)
    held = held_out(ranking.item_of, ranking.came_first)
    if sure is not None:
        with forked(lambda: classified(seen, space, held)) as beside:
            blank = blank_of(seen, ranking, space, places)
            told = context(blank)
            known = beside.result()
    else:
        with forked(lambda: ranking.tried(held)) as left_out:
            blank = blank_of(seen, ranking, space, places)
            known, told = classified(seen, space, held), context(blank)
            sure = sureness(left_out.result(), ranking, known, seen, blank, aims)
    found = {field.name: getattr(sure, field.name) for field in fields(sure)}
    taught = replace(blank, by_words=known.by_words, by_all=known.by_all.classifier, context=told)
    return replace(taught, **found)


def space_of(ranking: Ranking) -> Space:
    """Where the vectors of all wordings lie."""
    with threadpool_limits(CORES, user_api="blas"):
        return learn_space(ranking.vectors, ranking.item_of)


def blank_of(seen: Seen, ranking: Ranking, space: Space, places: Sequence[str]) -> Model:
    """What sees and ranks texts, and decides nothing yet."""
    with threadpool_limits(1, user_api="blas"):
        placed = rounded(space.place(ranking.vectors))
        told = placed, ranking.item_of, space, ranking.asked, ranking.answering
        wordings = gather(ranking.items, ranking.rows, *told)
    return Model(
        vocabulary=seen.vocabulary,
        by_words=_UNTAUGHT,
        by_all=_UNTAUGHT,
        wordings=wordings,
        rivals=_rivals(seen, space),
        sharpness=UNSURE.sharpness,
        confidence=UNSURE.confidence,
        thresholds=UNSURE.thresholds,
        by_heart=by_heart([(one.text, one.label) for one in seen.ordered]),
        texts=tuple(one.text for one in seen.ordered[: seen.last]),
        places=tuple(places),
        places_pattern=places_pattern(places),
    )


@dataclass(frozen=True)
class Classified:
    """The classifiers of intents, and the rows of the second: the last ones are tried."""

    by_words: Classifier
    by_all: Trained
    chosen: Sequence[int]
    last: int


def classified(seen: Seen, space: Space, held: np.ndarray) -> Classified:
    """Classifiers that know how they do on what is `held` out, and on all that is of no item."""
    with threadpool_limits(1, user_api="blas"):
        by_words, rows = _by_words(seen, held), seen.bare[: seen.last]
        chosen, last = _tried_last(_chosen(seen, rows, by_words), seen.last, held)
    # What goes on beside it is done before this is.
    with threadpool_limits(CORES, user_api="blas"):
        by_all = _by_all(seen, chosen, last, space)
    return Classified(by_words, by_all, chosen, last)


def _by_words(seen: Seen, held: np.ndarray) -> Classifier:
    """The classifier by n-grams alone."""
    few = _of_intents(seen.ordered, WORDINGS_BY_WORDS)
    chosen, last = _tried_last(few, seen.last, held)
    rows, labels = _rows(seen, chosen)
    return train(rows, alike(rows), None, labels, last).classifier


def _by_all(seen: Seen, chosen: Sequence[int], last: int, space: Space) -> Trained:
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


def _rivals(seen: Seen, space: Space) -> Rivals:
    """The wordings that an item may have to beat."""
    told = [place for place, one in enumerate(seen.ordered) if one.label in RIVALS]
    placed = rounded(space.place(seen.vectors[told]))
    return Rivals.of([seen.ordered[place].label for place in told], seen.bare[told], placed)


def _chosen(seen: Seen, of_items: csr_matrix, first: Classifier) -> list[int]:
    """The rows that `by_all` learns from: spread, and those that a first try finds hard.

    `of_items` are the n-grams of all items' wordings.
    """
    chosen = _of_intents(seen.ordered, WORDINGS_OF_AN_INTENT)
    others = sorted({*range(seen.last)} - {*chosen})
    if not others or FAQ not in first.labels:
        return chosen
    policy = softmax(first.sharpness * first.of_many(of_items[others]))[:, first.labels.index(FAQ)]
    return chosen + [others[int(place)] for place in np.argsort(policy)[:HARD_ROWS]]


def _rows(seen: Seen, chosen: Sequence[int]) -> tuple[csr_matrix, list[str]]:
    """The n-grams of chosen wordings, and their labels with all items as one."""
    labels = [FAQ if seen.ordered[i].item else seen.ordered[i].label for i in chosen]
    return seen.whole[chosen], labels


def sureness(
    left_out: Tried, ranking: Ranking, known: Classified, seen: Seen, model: Model, aims: Aims
) -> Sureness:
    """How sure to be of the ranking, from what it made of wordings that it did not know."""
    numbers = np.arange(left_out.scores.shape[1])
    answers = (ranking.answering[left_out.places][:, :, None] == numbers).any(axis=1)
    policy = _policy(known, seen, model.wordings.vectors)
    sure = np.array([policy(place) for place in left_out.places])
    return calibrated(left_out, answers, sure, aims)


def _policy(known: Classified, seen: Seen, placed: np.ndarray) -> Callable[[int], float]:
    """The probability of a policy question, as the classifier gives it to what it never saw."""
    trained = known.by_all
    faq = trained.classifier.labels.index(FAQ)
    scores = trained.left_out[:, faq].tolist()
    left_out = dict(zip(known.chosen[-known.last :], scores, strict=True))

    def policy(place: int) -> float:
        if place in left_out:
            return float(left_out[place])
        own = seen.whole[place]
        row = own.indices, own.data
        return float(trained.classifier.probabilities(row, placed[place])[faq])

    return policy


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

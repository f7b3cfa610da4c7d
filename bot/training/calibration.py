"""How sure to be: probabilities and thresholds, from wordings that are left out.

Of each item another fifth is left out, as it stands in the file: that was written in one go, in
one style, so what is left resembles it as little as it resembles what citizens write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.ranking.classifier import rounded, softmax
from bot.ranking.decision import NEVER, Thresholds, trusted
from bot.ranking.wordings import Lined, Wordings, gather
from bot.text.space import learn_space

# Wordings that are tried, and into how many parts those of an item are cut. With 2,000 the
# threshold was off by 0.04 either way: of 150 errors one has counted 12 more or fewer by chance.
MOST_TRIED = 3_300
PARTS = 5
# With fewer wordings to try nothing can be found; a small set has to do with this threshold.
LEAST_TRIED, USUAL_THRESHOLD = 30, 0.75
# The 80 % point of the normal distribution: in four of five samples the promise is kept.
CAUTION = 0.84
# N-grams alone decide only where they err half as often as answers may.
CLEAR_SHARE = 0.5
# A lead that fewer wordings have says nothing.
LEAST_CLEAR = 12


@dataclass(frozen=True)
class Aims:
    """The share of answers that may be wrong, and the lower thresholds."""

    wrong: float
    choices: float
    chat: float


@dataclass(frozen=True)
class Tried:
    """What is found for wordings that are left out."""

    places: np.ndarray  # where they stand
    truth: np.ndarray
    scores: np.ndarray  # of all items
    clearest: np.ndarray  # the first item by n-grams alone
    leads: np.ndarray


def tried(
    items: tuple[str, ...],
    rows: csr_matrix,
    vectors: np.ndarray,
    item_of: np.ndarray,
    referred: Mapping[str, int],
    part: tuple[float, float] = (0.0, 1.0),
) -> Tried:
    """Rank wordings that had no part in what is gathered from the others.

    `part` is which of them are tried, from one share of all to another.
    """
    held = held_out(item_of)
    space = learn_space(vectors[~held], item_of[~held])
    placed = space.place(vectors)
    known = rounded(placed[~held])
    wordings = gather(items, rows[~held], known, item_of[~held], space, referred)
    places = np.flatnonzero(held)
    places = places[np.linspace(0, len(places) - 1, num=min(MOST_TRIED, len(places))).astype(int)]
    begin, end = (round(share * len(places)) for share in part)
    places = places[begin:end]
    # Many small products: two threads of BLAS would wait for each other most of the time.
    with threadpool_limits(1, user_api="blas"):
        return _tried(wordings, rows[places], placed[places], places, item_of[places])


def _tried(
    wordings: Wordings, rows: csr_matrix, placed: np.ndarray, places: np.ndarray, truth: np.ndarray
) -> Tried:
    number = {item: i for i, item in enumerate(wordings.items)}
    all_lined, clearest, leads = [], [], []
    for place, vector in enumerate(placed):
        own = slice(rows.indptr[place], rows.indptr[place + 1])
        words = wordings.word_nearness((rows.indices[own], rows.data[own]))
        item, lead = wordings.clearest(words)
        all_lined.append(wordings.before_duels(words, wordings.middles @ vector, vector))
        clearest.append(number[item])
        leads.append(lead)
    wordings.fight(all_lined)
    scores = [_scores(wordings, lined) for lined in all_lined]
    return Tried(
        places=places,
        truth=truth,
        scores=np.array(scores, dtype=np.float32).reshape(-1, len(wordings.items)),
        clearest=np.array(clearest, dtype=int),
        leads=np.array(leads),
    )


def joined(parts: Sequence[Tried]) -> Tried:
    """What was tried in parts, in their order."""
    names = [field.name for field in fields(Tried)]
    return Tried(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def held_out(item_of: np.ndarray) -> np.ndarray:
    """Which wordings are left out; `item_of` is sorted."""
    held = np.zeros(len(item_of), dtype=bool)
    starts = np.flatnonzero(np.r_[True, item_of[1:] != item_of[:-1]])
    for number, (start, end) in enumerate(
        zip(starts, np.r_[starts[1:], len(item_of)], strict=True)
    ):
        part, count = number % PARTS, end - start
        if count > 1:
            held[start + part * count // PARTS : start + (part + 1) * count // PARTS] = True
    return held


def calibrated(found: Tried, policy: np.ndarray, aims: Aims) -> tuple[float, Thresholds]:
    """The ranking's sharpness, and thresholds that keep the aims on left-out wordings.

    `policy` is the probability of each of these to be a policy question.
    """
    sharpness = _sharpness(found.scores, found.truth)
    probabilities = softmax(sharpness * found.scores) * trusted(policy)[:, None]
    right = probabilities.argmax(axis=1) == found.truth
    answer = _threshold(probabilities.max(axis=1), right, aims.wrong)
    lead, sure = _clear(found, CLEAR_SHARE * aims.wrong)
    return sharpness, Thresholds(answer, aims.choices, aims.chat, lead, max(sure, answer))


def _scores(wordings: Wordings, lined: Lined) -> np.ndarray:
    ranked = wordings.rank_duels(lined)
    scores = np.full(len(wordings.items), ranked.scores.min() - 1.0, dtype=np.float32)
    scores[ranked.items] = ranked.scores
    return scores


def _sharpness(scores: np.ndarray, truth: np.ndarray) -> float:
    """The one number that makes the left-out probabilities most honest (log loss)."""

    def loss(sharpness: float) -> float:
        shown = softmax(sharpness * scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(shown, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.05, 20.0), method="bounded").x)


def _threshold(sure: np.ndarray, right: np.ndarray, wrong: float) -> float:
    """The lowest threshold above which no more than a share of `wrong` is not right, most likely.

    A sample flatters: of many thresholds one looks good by chance. So the share and what it
    may be off by have to stay below `wrong` together.
    """
    if len(sure) < LEAST_TRIED:
        return USUAL_THRESHOLD
    order = np.argsort(-sure)
    count = np.arange(1, len(order) + 1)
    share = np.cumsum(risk(sure, right)[order]) / count
    allowed = np.flatnonzero(share + CAUTION * np.sqrt(share * (1 - share) / count) <= wrong)
    return float(sure[order][allowed[-1]]) if len(allowed) else 0.9


def risk(sure: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How likely each is to be wrong, as a smooth curve over how sure the ranking is.

    Platt scaling (1999) with a cubic. Counted errors jump: the threshold moved by 0.06 when
    twenty wordings came in; on samples drawn anew the curve's moves a fifth less.
    """
    if right.all() or not right.any():
        return np.asarray(~right, dtype=float)
    odds = logit(np.clip(sure, 1e-4, 1 - 1e-6))
    powers = np.stack([odds, odds**2, odds**3], axis=1)
    curve = LogisticRegression(C=1e4, max_iter=500).fit(powers, ~right)
    return np.asarray(curve.predict_proba(powers)[:, 1])


def _clear(found: Tried, wrong: float) -> tuple[float, float]:
    """The lowest lead above which n-grams alone err in a share of `wrong` at most."""
    order = np.argsort(-found.leads)
    errors = np.cumsum(found.clearest[order] != found.truth[order])
    share = errors / np.arange(1, len(order) + 1)
    allowed = np.flatnonzero(share <= wrong)
    if not len(allowed) or allowed[-1] + 1 < LEAST_CLEAR:
        return NEVER, 0.0
    return float(found.leads[order][allowed[-1]]), 1.0 - float(share[allowed[-1]])

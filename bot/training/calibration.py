"""How sure to be: probabilities and thresholds, from wordings that are left out.

Of each item another fifth is left out, as it stands in the file: that was written in one go, in
one style, so what is left resembles it as little as it resembles what citizens write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from bot.ranking.classifier import rounded, softmax
from bot.ranking.confidence import PLAIN, SIGNS, Confidence, stood
from bot.ranking.decision import NEVER, Thresholds, trusted
from bot.ranking.wordings import Wordings, gather
from bot.text.space import learn_space

# Wordings that are tried, and into how many parts those of an item are cut. Of fewer one counts so
# many errors more or less by chance that thresholds are off by 0.04 and more.
MOST_TRIED = 1_400
# So many questions that came first are enough to find thresholds by them alone.
ENOUGH_ASKED = 600
PARTS = 5
# How weakly the signs of being sure are held back; 0.02 to 1 give the same.
CAREFUL = 0.1
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
class Sureness:
    """What makes the ranking's scores decisions."""

    sharpness: float
    confidence: Confidence
    thresholds: Thresholds


def kept(file: Path, aims: Aims) -> Sureness | None:
    """What `make sureness` has found for these aims; nothing where it has not."""
    if not file.is_file():
        return None
    told = json.loads(file.read_text("utf-8"))
    if told["aims"] != asdict(aims):
        return None
    sure = Confidence.read(told["confidence"]), Thresholds(**told["thresholds"])
    return Sureness(float(told["sharpness"]), *sure)


def keep(file: Path, aims: Aims, found: Sureness, questions: int) -> None:
    """Write what trainings for the same aims take along, and how many `questions` there were."""
    told = {"aims": asdict(aims), "questions": questions, **asdict(found)}
    file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


# Until thresholds are found nothing is ever sure enough.
UNSURE = Sureness(1.0, PLAIN, Thresholds(1.0, 1.0, 1.0, NEVER, 1.0))


@dataclass(frozen=True)
class Tried:
    """What is found for wordings that are left out."""

    places: np.ndarray  # where they stand
    truth: np.ndarray
    scores: np.ndarray  # of all items
    alike: np.ndarray  # the same as if all were asked for as often
    signs: np.ndarray  # what tells how sure to be of the first item
    clearest: np.ndarray  # the first item by n-grams alone
    leads: np.ndarray


def tried(
    items: tuple[str, ...],
    rows: csr_matrix,
    vectors: np.ndarray,
    item_of: np.ndarray,
    asked: np.ndarray,
    answering: np.ndarray,
    held: np.ndarray,
    places: np.ndarray,
) -> Tried:
    """Rank wordings that had no part in what is gathered from the others.

    `held` says which have none, `places` which of these are tried.
    """
    space = learn_space(vectors[~held], item_of[~held])
    placed = space.place(vectors)
    known = rounded(placed[~held])
    told = known, item_of[~held], space, asked, answering[~held]
    wordings = gather(items, rows[~held], *told)
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
    ranked = [wordings.rank_duels(lined) for lined in all_lined]
    count = len(wordings.items)
    return Tried(
        places=places,
        truth=truth,
        scores=_of_all([(one.items, one.scores) for one in ranked], count),
        alike=_of_all([(one.items, one.alike) for one in ranked], count),
        signs=np.array([one.signs for one in ranked]).reshape(len(ranked), len(SIGNS)),
        clearest=np.array(clearest, dtype=int),
        leads=np.array(leads),
    )


def joined(parts: Sequence[Tried]) -> Tried:
    """What was tried in turns, one below the other."""
    names = [field.name for field in fields(Tried)]
    return Tried(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def held_out(item_of: np.ndarray, asked: np.ndarray, turn: int = 0) -> np.ndarray:
    """Which wordings are left out; `item_of` is sorted, `asked` tells questions that came first.

    These come from as many people as they are: every fifth one is left out, another in each turn.
    """
    held = np.zeros(len(item_of), dtype=bool)
    for number in range(int(item_of.max()) + 1):
        of_item = item_of == number
        written, part = np.flatnonzero(of_item & ~asked), (number + turn) % PARTS
        begin, end = (len(written) * bound // PARTS for bound in (part, part + 1))
        held[written[begin:end]] = True
        held[np.flatnonzero(of_item & asked)[part::PARTS]] = True
    return held


def to_try(held: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Where those stand by which thresholds are found: what was asked, where that is enough.

    Wordings that were written for an item are easier than questions, and all items have as many.
    """
    places = np.flatnonzero(held & asked)
    places = places if len(places) >= ENOUGH_ASKED else np.flatnonzero(held)
    some = np.linspace(0, len(places) - 1, num=min(MOST_TRIED, len(places))).astype(int)
    return np.asarray(places[some])


def calibrated(found: Tried, answers: np.ndarray, policy: np.ndarray, aims: Aims) -> Sureness:
    """The ranking's sharpness, how sure to be of the first item, and thresholds that keep the aims.

    `answers` tells which items answer each of these, `policy` is its probability to be a policy
    question.
    """
    sharpness = _sharpness(found.alike, answers)
    each, first = np.arange(len(answers)), found.scores.argmax(axis=1)
    both = (softmax(sharpness * scores)[each, first] for scores in (found.scores, found.alike))
    right = answers[each, first]
    confidence, sure = _confidence(np.minimum(*both), found.signs, right)
    sure = sure * trusted(policy)
    answer = _threshold(sure, right, aims.wrong)
    lead, clear = _clear(found.leads, answers[each, found.clearest], CLEAR_SHARE * aims.wrong)
    thresholds = Thresholds(answer, aims.choices, aims.chat, lead, max(clear, answer))
    return Sureness(sharpness, confidence, thresholds)


def _confidence(
    chance: np.ndarray, signs: np.ndarray, right: np.ndarray
) -> tuple[Confidence, np.ndarray]:
    """What tells that the first item is right; and for each how sure the others make us."""
    if len(right) < ENOUGH_ASKED or right.all():
        return PLAIN, chance
    shown = stood(chance, signs)
    learner = make_pipeline(StandardScaler(), LogisticRegression(C=CAREFUL))
    sure = cross_val_predict(learner, shown, right, cv=PARTS, method="predict_proba")[:, 1]
    scale, weights = learner.fit(shown, right)[0], learner[-1].coef_[0] / learner[0].scale_
    offset = float(learner[-1].intercept_[0] - weights @ scale.mean_)
    return Confidence(tuple(weights.tolist()), offset), sure


def _of_all(ranked: Sequence[tuple[np.ndarray, np.ndarray]], count: int) -> np.ndarray:
    """The scores of all items, from those that were looked at closely: tried × items."""
    of_all = np.zeros((len(ranked), count), dtype=np.float32)
    for row, (items, scores) in zip(of_all, ranked, strict=True):
        row[:] = scores.min() - 1.0
        row[items] = scores
    return of_all


def _sharpness(scores: np.ndarray, answers: np.ndarray) -> float:
    """The one number that makes the left-out probabilities most honest (log loss)."""

    def loss(sharpness: float) -> float:
        shown = (softmax(sharpness * scores) * answers).sum(axis=1)
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


def _clear(leads: np.ndarray, right: np.ndarray, wrong: float) -> tuple[float, float]:
    """The lowest lead above which n-grams alone err in a share of `wrong` at most."""
    order = np.argsort(-leads)
    errors = np.cumsum(~right[order])
    share = errors / np.arange(1, len(order) + 1)
    allowed = np.flatnonzero(share <= wrong)
    if not len(allowed) or allowed[-1] + 1 < LEAST_CLEAR:
        return NEVER, 0.0
    return float(leads[order][allowed[-1]]), 1.0 - float(share[allowed[-1]])

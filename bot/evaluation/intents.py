"""A support vector machine over n-grams, word kinds and sentence vectors, for any intents.

The understanding of policy questions has thousands of wordings of hundreds of items and ranks;
a set of a few dozen intents with thousands of rows is told apart best by margins. The kernel
adds up how alike two texts are in characters, in words, in the kinds of their words, in their
frame (content words replaced by their kind), and in meaning (a line and a bell curve over the
cosine of their vectors). Weights were chosen by cross-validation; docs/decisions/0002 has them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jieba import posseg, setLogLevel
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import SVC

from bot.text.space import unit

setLogLevel(logging.WARNING)

CHARACTERS, WORDS, KINDS = (1, 5), (1, 2), (1, 3)
KIND_SHARE = 0.25
LINE_SHARE, BELL_SHARE, BELL_WIDTH = 0.5, 1.5, 2.0
# Nouns, numbers and Latin words vary within an intent; verbs and particles make its frame.
_VARYING = ("n", "m", "x")


@dataclass(frozen=True)
class IntentMachine:
    """What training leaves: the texts it saw, and how much each of them speaks for a label."""

    labels: tuple[str, ...]
    counters: tuple[TfidfVectorizer, ...]
    postings: csr_matrix  # n-grams × texts
    centre: np.ndarray
    vectors: np.ndarray
    votes: np.ndarray  # texts × labels
    start: np.ndarray

    def scores(self, text: str, vector: np.ndarray) -> np.ndarray:
        """One number a label; the highest is the likeliest."""
        row = _counted(self.counters, [text])
        alike = _kernel(row, self.postings, unit(vector - self.centre)[None], self.vectors)
        return np.asarray(alike[0] @ self.votes + self.start)


def train(texts: Sequence[str], vectors: np.ndarray, labels: Sequence[str]) -> IntentMachine:
    """Fit one machine a label against the rest."""
    names, given = tuple(sorted(set(labels))), np.array(labels)
    counters = _counters(texts)
    rows = _counted(counters, texts)
    centre = vectors.mean(axis=0)
    placed = unit(vectors - centre)
    postings = rows.T.tocsr()
    alike = _kernel(rows, postings, placed, placed)
    votes, start = np.zeros((len(texts), len(names))), np.zeros(len(names))
    for place, name in enumerate(names):
        machine = SVC(kernel="precomputed").fit(alike, given == name)
        votes[machine.support_, place] = machine.dual_coef_[0]
        start[place] = machine.intercept_[0]
    return IntentMachine(names, counters, postings, centre, placed, votes, start)


def _counters(texts: Sequence[str]) -> tuple[TfidfVectorizer, ...]:
    pieces = {"token_pattern": r"\S+", "sublinear_tf": True, "lowercase": False}
    made = (
        TfidfVectorizer(analyzer="char", ngram_range=CHARACTERS, sublinear_tf=True),
        TfidfVectorizer(ngram_range=WORDS, **pieces),
        TfidfVectorizer(ngram_range=KINDS, **pieces),
        TfidfVectorizer(ngram_range=KINDS, **pieces),
    )
    for counter, seen in zip(made, _seen(texts), strict=True):
        counter.fit(seen)
    return made


def _counted(counters: Sequence[TfidfVectorizer], texts: Sequence[str]) -> csr_matrix:
    """All counts of a text side by side, each kind with its share of the kernel."""
    shares = (1.0, 1.0, KIND_SHARE**0.5, KIND_SHARE**0.5)
    blocks = [
        share * counter.transform(seen)
        for share, counter, seen in zip(shares, counters, _seen(texts), strict=True)
    ]
    return hstack(blocks).tocsr()


def _seen(texts: Sequence[str]) -> list[list[str]]:
    """Each text as characters between marks, as words, as kinds of words, and as a frame."""
    cut = [
        [(pair.word, pair.flag) for pair in posseg.lcut(text) if pair.word.strip()]
        for text in texts
    ]
    return [
        [f"^{text}$" for text in texts],
        [" ".join(word for word, _ in pairs) for pairs in cut],
        [" ".join(kind for _, kind in pairs) for pairs in cut],
        [" ".join(kind if kind[0] in _VARYING else word for word, kind in pairs) for pairs in cut],
    ]


def _kernel(
    rows: csr_matrix, postings: csr_matrix, vectors: np.ndarray, other_vectors: np.ndarray
) -> np.ndarray:
    cosine = (vectors @ other_vectors.T).astype(np.float64)
    meaning = LINE_SHARE * cosine + BELL_SHARE * np.exp(BELL_WIDTH * (cosine - 1.0))
    return np.asarray((rows @ postings).toarray() + meaning)

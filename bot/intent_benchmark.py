"""Our understanding on any labelled set: `python -m bot.intent_benchmark train.jsonl test.jsonl`.

Rows are `{"question", "label"}`; prints accuracy, macro-F1, training time and time a question.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports
from bot.normalizer import normalize
from bot.ranking.classifier import train
from bot.ranking.space import unit
from bot.text.features import Vocabulary, features
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors

LEXICON, GLOSSARY = Path("data/lexicon.txt"), Path("data/knowledge/glossary.yml")


def main(training: Path, testing: Path) -> int:
    """Train on one file, measure on the other, print one line of JSON."""
    words = cutter(terms(LEXICON, GLOSSARY))
    encoder = E5Vectors(threads=2)
    started = time.perf_counter()
    texts, labels = _rows(training)
    seen = [features(text, words.lcut(text)) for text in texts]
    vocabulary = Vocabulary.of(seen)
    raw = encoder.many(texts)
    centre = raw.mean(axis=0)
    classifier = train(vocabulary.matrix(seen), unit(raw - centre), labels).classifier
    train_seconds = time.perf_counter() - started

    texts, truth = _rows(testing)
    given, milliseconds = [], []
    for text in texts:
        started = time.perf_counter()
        row = vocabulary.row(features(text, words.lcut(text)))
        scores = classifier.scores(row, unit(encoder.one(text) - centre))
        given.append(classifier.labels[int(np.argmax(scores))])
        milliseconds.append((time.perf_counter() - started) * 1000)
    result = {
        "accuracy": round(float(np.mean([a == b for a, b in zip(given, truth, strict=True)])), 4),
        "macro_f1": round(macro_f1(truth, given), 4),
        "train_seconds": round(train_seconds, 2),
        "ms_p50": round(float(np.percentile(milliseconds, 50)), 3),
        "ms_p99": round(float(np.percentile(milliseconds, 99)), 3),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def macro_f1(truth: Sequence[str], given: Sequence[str]) -> float:
    """The mean over all labels of either side of the harmonic mean of precision and recall."""
    scores = []
    for label in sorted(set(truth) | set(given)):
        hits = sum(1 for a, b in zip(truth, given, strict=True) if a == b == label)
        wrong = sum(1 for a, b in zip(truth, given, strict=True) if a != b and label in (a, b))
        scores.append(2 * hits / (2 * hits + wrong) if hits or wrong else 0.0)
    return float(np.mean(scores))


def _rows(file: Path) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [normalize(row["question"]).text for row in rows], [row["label"] for row in rows]


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    if len(files) != 2 or not all(file.is_file() for file in files):
        sys.exit("usage: make -s intent-benchmark TRAIN=train.jsonl TEST=test.jsonl")
    sys.exit(main(*files))

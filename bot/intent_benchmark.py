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

from bot.classifier import train
from bot.features import Vocabulary, features
from bot.normalizer import normalize
from bot.tokenizer import tokens, words

LEXICON = Path("data/lexicon.txt")


def main(training: Path, testing: Path) -> int:
    """Train on one file, measure on the other, print one line of JSON."""
    cutter = words(LEXICON)

    def look(text: str) -> object:
        return features(normalize(text).text, [token.text for token in tokens(cutter, text)])

    started = time.perf_counter()
    questions, labels = _rows(training)
    seen = [look(question) for question in questions]
    vocabulary = Vocabulary.of(seen)
    classifier = train(vocabulary.matrix(seen), labels).classifier
    train_seconds = time.perf_counter() - started

    questions, truth = _rows(testing)
    given, milliseconds = [], []
    for question in questions:
        started = time.perf_counter()
        probabilities = classifier.probabilities(*vocabulary.row(look(question)))
        given.append(classifier.labels[int(np.argmax(probabilities))])
        milliseconds.append((time.perf_counter() - started) * 1000)
    result = {
        "accuracy": round(float(np.mean([a == b for a, b in zip(given, truth)])), 4),
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
        hits = sum(1 for a, b in zip(truth, given) if a == b == label)
        wrong = sum(1 for a, b in zip(truth, given) if a != b and label in (a, b))
        scores.append(2 * hits / (2 * hits + wrong) if hits or wrong else 0.0)
    return float(np.mean(scores))


def _rows(file: Path) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [row["question"] for row in rows], [row["label"] for row in rows]


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    if len(files) != 2 or not all(file.is_file() for file in files):
        sys.exit("usage: make -s intent-benchmark TRAIN=train.jsonl TEST=test.jsonl")
    sys.exit(main(*files))

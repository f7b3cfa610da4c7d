"""Our understanding on any labelled set: `python -m bot.intent_benchmark train.jsonl test.jsonl`.

Rows are `{"question", "label"}`; prints accuracy, macro-F1, training time and time a question.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bot.evaluation.intents import IntentMachine, train
from bot.normalizer import normalize
from bot.text.sentence_vectors import DIMENSIONS, E5Vectors


def main(training: Path, testing: Path) -> int:
    """Train on one file, measure on the other, print one line of JSON."""
    encoder = E5Vectors()
    machine, train_seconds = _trained(*_rows(training))
    texts, truth = _rows(testing)
    given, milliseconds = [], []
    for text in texts:
        started = time.perf_counter()
        scores = machine.scores(text, encoder.one(text))
        given.append(machine.labels[int(np.argmax(scores))])
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


def _trained(texts: list[str], labels: list[str]) -> tuple[IntentMachine, float]:
    started = time.perf_counter()
    machine = train(texts, _vectors(texts), labels)
    return machine, time.perf_counter() - started


def _vectors(texts: Sequence[str]) -> np.ndarray:
    """Sentence vectors of all texts, a process a core: none waits for another's sentence."""
    cores = os.cpu_count() or 1
    parts = [texts[core::cores] for core in range(cores)]
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    with ProcessPoolExecutor(cores, get_context("spawn")) as processes:
        for core, found in enumerate(processes.map(_encoded, parts)):
            vectors[core::cores] = found
    return vectors


def _encoded(texts: Sequence[str]) -> np.ndarray:
    return E5Vectors().many(texts)


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

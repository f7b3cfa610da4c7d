"""Measures on our own wordings: every fifth one of each intent is held out of the learning."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from bot.evaluation.measures import Judged
from bot.index import configuration, learning_examples
from bot.ranking.decision import OUT_OF_SCOPE
from bot.ranking.learning import Example
from bot.ranking.model import Model
from bot.ranking.ranker import learn_from
from bot.text.sentence_vectors import KeptVectors

EVERY = 5


def judge_held_out() -> tuple[list[Judged], float]:
    """What a model without them makes of the held-out wordings; and its threshold."""
    own = configuration()
    learnt: list[Example] = []
    held: list[Example] = []
    seen: Counter[str] = Counter()
    for example in learning_examples(Path("data/nlu")):
        (held if seen[example.label] % EVERY == EVERY - 1 else learnt).append(example)
        seen[example.label] += 1
    model = learn_from(learnt, own)
    vectors = KeptVectors(Path(own["vectors"]))
    return [_judge(model, one, vectors) for one in held], model.thresholds.answer


def _judge(model: Model, example: Example, vectors: KeptVectors) -> Judged:
    started = time.perf_counter()
    found = model.decide(example.text, example.words, vectors)
    return Judged(
        question=example.text,
        kind="faq" if example.item else "oos" if example.label == OUT_OF_SCOPE else "talk",
        topics=(example.item,) if example.item else (),
        near=True,
        decision=found.decision,
        ranked=tuple(item for item, _ in found.answers),
        sure=found.answers[0][1] if found.answers else 0.0,
        milliseconds=(time.perf_counter() - started) * 1000,
    )

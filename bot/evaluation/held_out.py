"""Measures on our own wordings: a fifth of each intent is held out of the learning.

The fifth is what was written in one go, in one style: single wordings have near doubles. Of
questions that came first (`data/nlu/asked.tsv`), each by another person, it is every fifth.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.evaluation.measures import Judged
from bot.ranking.confidence import PLAIN
from bot.ranking.decision import FAQ, LOOKUPS, OUT_OF_SCOPE
from bot.ranking.examples import Example
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from bot.training.lessons import configuration, examples_of, learn_examples

PARTS = 5


def judge_held_out() -> tuple[list[Judged], float]:
    """What a model without them makes of the held-out wordings; and its threshold."""
    # What is kept was found on the held-out fifth, too.
    own = configuration() | {"sureness": ""}
    learnt, held = divided(examples_of(own))
    model = learn_examples(learnt, own)
    vectors = KeptVectors(Path(own["vectors"]))
    plain = replace(model, confidence=PLAIN)
    judged = [_judge(model, plain, one, vectors) for one in held]
    return judged, model.thresholds.answer


def divided(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """What is learnt and what is held out: of each intent another fifth, so all styles are in."""
    of_label: dict[str, list[Example]] = {}
    for one in examples:
        of_label.setdefault(one.label, []).append(one)
    learnt: list[Example] = []
    held: list[Example] = []
    for number, told in enumerate(of_label.values()):
        part, asked = number % PARTS, [one for one in told if one.asked]
        written = [one for one in told if not one.asked]
        begin, end = part * len(written) // PARTS, (part + 1) * len(written) // PARTS
        learnt += written[:begin] + written[end:]
        held += written[begin:end] + asked[part::PARTS]
        learnt += [one for place, one in enumerate(asked) if place % PARTS != part]
    return learnt, held


def _kind(label: str) -> str:
    if label in LOOKUPS:
        return "lookup"
    return "faq" if label.startswith(FAQ + "/") else "oos" if label == OUT_OF_SCOPE else "talk"


def _judge(model: Model, plain: Model, example: Example, vectors: KeptVectors) -> Judged:
    started = time.perf_counter()
    found = model.decide(example.text, example.words, vectors)
    taken = (time.perf_counter() - started) * 1000
    alone = plain.decide(example.text, example.words, vectors).answers if example.asked else ()
    return Judged(
        question=example.text,
        kind=_kind(example.label),
        topics=(example.item, *example.also) if example.item else (),
        near=True,
        decision=found.decision,
        ranked=tuple(item for item, _ in found.answers),
        sure=found.answers[0][1] if found.answers else 0.0,
        milliseconds=taken,
        asked=example.asked,
        by_chance=alone[0][1] if alone else 0.0,
    )

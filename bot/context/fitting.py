"""Finds what makes a line fit: each saying is tried as if it stood under no line yet.

`fitting.jsonl` tells how well it does: sentences that others wrote without knowing the lines, with
all lines that others again let pass as an answer, strictly; `whole` where all steps are one, too,
and `unsaid` where "I have no rule on this" is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jieba

from bot.context.asking import asked
from bot.context.lines import UNSAID, WHOLE, Fit, Heard, Lines
from bot.context.reading import Saying
from bot.context.said import Said
from bot.normalizer import normalize
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.text.sentence_vectors import SentenceVectors
from bot.training.logit import Choice, weights_of

FITTING = "fitting.jsonl"


def with_weights(
    lines: Lines,
    said: Said,
    heard: Sequence[Saying],
    model: Model,
    words: jieba.Tokenizer,
    vectors: SentenceVectors,
) -> Lines:
    """The lines with the weights that make the right one likeliest, over all sayings."""
    choices = []
    for number, one in enumerate(heard):
        heard_so = _heard(one.text, model, words, vectors)
        places, signs = lines.signs(one.item, heard_so, said, without=number)
        choices.append(Choice(signs, (places.index(int(lines.answers[number])),)))
    return replace(lines, weights=weights_of(choices).round(4))


def verdicts(
    file: Path,
    lines: Lines,
    said: Said,
    model: Model,
    words: jieba.Tokenizer,
    vectors: SentenceVectors,
) -> Mapping[str, Counter[str]]:
    """How the sentences come out that asked on, and what would be said beside a short answer."""
    found = {"again": Counter[str](), "beside": Counter[str]()}
    for told in map(json.loads, file.read_text("utf-8").splitlines()):
        heard = _heard(told["then"], model, words, vectors)
        for name, find in (("again", lines.fitting), ("beside", lines.beside)):
            fit = find(told["item"], heard, said)
            found[name][_verdict(told, fit)] += 1
    return found


def _verdict(told: Mapping[str, Any], fit: Fit) -> str:
    if fit.lines:
        right = "right" if {*fit.lines} & {*told["lines"]} else "wrong"
        return f"nearest {right}" if fit.vague else f"{right} {len(fit.lines)}"
    if fit.unsaid:
        return f"unsaid {'right' if told.get(UNSAID) else 'wrong'}"
    return f"all of it{'' if told.get(WHOLE) else ' where a line fits'}"


def shown(found: Mapping[str, Counter[str]]) -> Iterator[str]:
    """A line of words for each."""
    for name, verdict in found.items():
        count = sum(verdict.values())
        told = ", ".join(f"{what} {100 * n / count:.1f}" for what, n in verdict.most_common())
        yield f"lines {name} ({count}): {told}"


def _heard(text: str, model: Model, words: jieba.Tokenizer, vectors: SentenceVectors) -> Heard:
    spelled = normalize(text).text
    about, kept = model.subject(spelled, cut(spelled, words))
    vector = model.wordings.space.place(vectors.one(about))
    return Heard(model.row(about, kept), vector, asked(spelled))

"""Refuses an index that is worse on the frozen regression set, `data/regression.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba

from bot.normalizer import normalize
from bot.ranking.examples import load
from bot.ranking.model import Model
from bot.text.sentence_vectors import SentenceVectors


@dataclass(frozen=True)
class Expected:
    """A question of the regression set, what shall be decided, and the item if it is one."""

    question: str
    decision: str
    item: str | None


@dataclass(frozen=True)
class Gate:
    """The frozen questions, and what it takes to ask a model."""

    expected: Sequence[Expected]
    words: jieba.Tokenizer
    vectors: SentenceVectors

    def broken(self, model: Model) -> list[Expected]:
        """What `model` gets wrong: another item first, or a policy answer to other matters."""
        return [one for one in self.expected if not self._holds(model, one)]

    def worse(self, broken: Sequence[Expected], before: Model) -> list[Expected]:
        """Which of the broken questions the model in use gets right."""
        return [one for one in broken if self._holds(before, one)]

    def _holds(self, model: Model, one: Expected) -> bool:
        text = normalize(one.question).text
        found = model.decide(text, [w for w in self.words.lcut(text) if w.strip()], self.vectors)
        if one.item is None:
            return found.decision == one.decision
        return found.decision in ("answer", "clarify") and found.answers[0][0] == one.item


def regression(file: Path) -> list[Expected]:
    """The frozen questions; items first, then the rest."""
    return list(_regression(file))


def _regression(file: Path) -> Iterator[Expected]:
    written = load(file)
    for item, questions in written["answers"].items():
        yield from (Expected(question, "answer", item) for question in questions)
    for decision, questions in written["decisions"].items():
        yield from (Expected(question, decision, None) for question in questions)

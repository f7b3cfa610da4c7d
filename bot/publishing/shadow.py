"""Real questions asked of two indexes: which answers would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jieba

from bot.normalizer import normalize
from bot.publishing.probes import side_by_side
from bot.ranking.decision import Decision
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.text.sentence_vectors import SentenceVectors


def changes(
    before: Model,
    after: Model,
    questions: Sequence[tuple[int, str]],
    words: jieba.Tokenizer,
    vectors: SentenceVectors,
    tell: Callable[[int], None],
) -> list[dict[str, Any]]:
    """The questions (by their number alone) that the two decide differently."""

    def compare(question: tuple[int, str]) -> dict[str, Any] | None:
        text = normalize(question[1]).text
        cutted = cut(text, words)
        then, now = before.decide(text, cutted, vectors), after.decide(text, cutted, vectors)
        if _shown(then) == _shown(now):
            return None
        return {"id": question[0], "before": _shown(then), "after": _shown(now)}

    return [one for one in side_by_side(compare, questions, tell) if one is not None]


def _shown(found: Decision) -> dict[str, str]:
    item = found.answers[0][0] if found.decision == "answer" else ""
    return {"decision": found.decision, "item": item}

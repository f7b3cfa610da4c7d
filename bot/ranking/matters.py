"""Splits a question that asks two things: "养老保险怎么转移，还要多久能到账？".

Two matters are believed in only when each clause asks, each is clear by itself (the second one
with the first one's subject where it names none), and they lead to different items. A story
that ends in one question stays one matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from bot.ranking.decision import Decision
from bot.ranking.model import Model
from bot.text.sentence_vectors import SentenceVectors

# Longer texts are stories; their questions belong together.
MOST_CHARACTERS = 60
_LEAST_CHARACTERS = 4
_BETWEEN = re.compile(r"[，,。？?！!；;]+|(?<=[吗呢么啊呀])\s+")
_ASKS = re.compile(
    r"怎么|如何|多少|多久|多长|几|哪|什么|啥|咋|吗|么|能不能|可不可以|要不要|是不是|有没有|还是|谁|能否|是否"
)
_LINK = re.compile(r"^(?:还有就?是?|另外|以及|顺便问?一?下?|然后|并且|还)")


def matters(
    model: Model,
    text: str,
    words: Sequence[str],
    whole: Decision,
    vectors: SentenceVectors,
) -> tuple[Decision, ...]:
    """The decisions on both matters; empty when there is one matter only."""
    asked = _asking(text)
    if asked is None or whole.decision not in ("answer", "clarify"):
        return ()
    first, second = (_decided(model, clause, words, vectors) for clause in asked)
    if second.decision != "answer":
        named = _subject(asked[0], words)
        second = _decided(model, named + asked[1], [*named.split(), *words], vectors)
    if first.decision != "answer" or second.decision != "answer":
        return ()
    if first.answers[0][0] == second.answers[0][0]:
        return ()
    return first, second


def _asking(text: str) -> tuple[str, str] | None:
    """Exactly two clauses that ask, and nothing told before them."""
    if len(text) > MOST_CHARACTERS:
        return None
    clauses = [_LINK.sub("", clause.strip()) for clause in _BETWEEN.split(text)]
    asking = [clause for clause in clauses if _ASKS.search(clause)]
    if len(asking) != 2 or any(len(clause) < _LEAST_CHARACTERS for clause in asking):
        return None
    return asking[0], asking[1]


def _subject(clause: str, words: Sequence[str]) -> str:
    """The part of a clause before its question word, as far as whole words go."""
    end = match.start() if (match := _ASKS.search(clause)) else len(clause)
    kept = [word for word in words if word in clause]
    ends = [stop for stop in accumulate(map(len, kept)) if stop <= end]
    return clause[: ends[-1]] if ends else clause[:end]


def _decided(model: Model, clause: str, words: Sequence[str], vectors: SentenceVectors) -> Decision:
    return model.decide(clause, [word for word in words if word in clause], vectors)

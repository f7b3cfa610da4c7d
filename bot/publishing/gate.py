"""Refuses an index that is worse: on the frozen questions, on its neighbours, beside the subject.

What is asked: the regression set (`data/regression.yml`), wordings near to what changed as if
each were left out, and sentences that are none of our business, with nothing known by heart.
Only what the index in use does better counts against a new one. Frozen questions that a change
cannot reach are decided as before and not asked again (`bot/ranking/grounds.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jieba

from bot.publishing.collisions import Collision, collisions
from bot.publishing.probes import Asker, Pair, probes, side_by_side, without
from bot.ranking.decision import Decision
from bot.ranking.examples import load
from bot.ranking.grounds import Answers, Memory, Reading
from bot.ranking.model import Model
from bot.text.sentence_vectors import SentenceVectors

# One wording may fall to either side of a threshold by chance; two of ten of one item do not.
FEWEST_LOST, LOST_SHARE = 2, 0.2
# Of the wordings looked at, so many may be answered wrongly that were not before.
WRONG_SHARE, FEWEST_WRONG = 0.02, 3
# Sentences beside the subject that are answered and were not before.
MOST_BESIDE = 1
ASKED_BESIDE = 40

Told = Callable[[str, int, int], None]  # step, done, of


@dataclass(frozen=True)
class Expected:
    """A question of the regression set, what shall be decided, and the item if it is one."""

    question: str
    decision: str
    item: str | None


@dataclass(frozen=True)
class Broken:
    """A frozen question that would not be answered as it has to be."""

    question: str
    expected: str
    found: str


@dataclass(frozen=True)
class Lost:
    """An item whose wordings would not be found any more."""

    item: str
    asked: int
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What was found; `reasons` is empty when the new index may be used."""

    questions: int
    right: int
    broken: tuple[Broken, ...]
    asked: int
    found: int
    wrong: int
    newly_wrong: int
    lost: tuple[Lost, ...]
    beside: int
    beside_answered: int
    newly_beside: tuple[str, ...]
    collisions: tuple[Collision, ...]

    @property
    def reasons(self) -> list[str]:
        """Which of the demands are not met."""
        refused = {
            "questions": bool(self.broken),
            "items": any(one.asked * LOST_SHARE <= len(one.wordings) for one in self.lost),
            "wrong": self.newly_wrong >= max(FEWEST_WRONG, self.asked * WRONG_SHARE),
            "beside": len(self.newly_beside) > MOST_BESIDE,
            "collisions": any(one.same for one in self.collisions),
        }
        return [name for name, holds in refused.items() if holds]

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        listed = [{**asdict(one), "same": one.same} for one in self.collisions]
        return {**asdict(self), "collisions": listed, "reasons": self.reasons}


@dataclass(frozen=True)
class Gate:
    """The frozen questions, sentences beside the subject, and what it takes to ask a model."""

    expected: Sequence[Expected]
    words: jieba.Tokenizer
    vectors: SentenceVectors
    beside: Sequence[str] = ()
    # What the index in use decided is not asked again where the new one cannot differ.
    memory: Memory = field(default_factory=Memory, compare=False)

    def judge(self, model: Model, used: Model, tell: Told = lambda *_: None) -> Verdict:
        """Compare a new index with the one in use."""
        answers = self.answers(model, used)
        broken = self._checked(answers, tell)
        worse = self.worse(broken, used)
        asked = probes(model, used)
        after = Asker(without(model, set(asked)), self.words, self.vectors)
        before = Asker(without(used, set(asked)), self.words, self.vectors)
        missed = _missed(after, before, asked, tell)
        beside = self._answered_beside(answers)
        return Verdict(
            questions=len(self.expected),
            right=len(self.expected) - len(broken),
            broken=tuple(_broken(one, answers.ask(one.question)) for one in worse),
            asked=len(asked),
            found=len(asked) - len(missed),
            wrong=sum(1 for one in missed if one.wrong),
            newly_wrong=sum(1 for one in missed if one.wrong and not one.wrong_before),
            lost=tuple(_lost(asked, missed)),
            beside=len(self.beside),
            beside_answered=len(beside),
            newly_beside=tuple(self._newly(beside, used)),
            collisions=tuple(collisions(model, used)),
        )

    def broken(self, model: Model) -> list[Expected]:
        """What `model` gets wrong: another item first, or a policy answer to other matters."""
        return self._checked(self.answers(model), lambda *_: None)

    def worse(self, broken: Sequence[Expected], before: Model) -> list[Expected]:
        """Which of the broken questions the model in use gets right."""
        answers = self.answers(before)
        return [one for one in broken if _holds(answers.ask(one.question), one)]

    def remember(self, used: Model) -> None:
        """Ask the index in use all that is asked of each candidate."""
        self.broken(used)
        self._answered_beside(self.answers(used))

    def _answered_beside(self, answers: Answers) -> list[str]:
        """Sentences that are none of our business and would be answered."""
        return [text for text in self.beside if _answers(answers.ask(text, by_heart=False))]

    def _newly(self, beside: Sequence[str], before: Model) -> list[str]:
        answers = self.answers(before)
        return [text for text in beside if not _answers(answers.ask(text, by_heart=False))]

    def _checked(self, answers: Answers, tell: Told) -> list[Expected]:
        expected = self.expected

        def holds(one: Expected) -> bool:
            return _holds(answers.ask(one.question), one)

        held = side_by_side(holds, expected, lambda done: tell("questions", done, len(expected)))
        return [one for one, well in zip(expected, held, strict=True) if not well]

    def answers(self, model: Model, before: Model | None = None) -> Answers:
        """What a model decides; what `before` decided and the change cannot reach is known."""
        return self.memory.of(model, Reading(self.words, self.vectors), before)


@dataclass(frozen=True)
class _Missed:
    pair: Pair
    wrong: bool
    found_before: bool
    wrong_before: bool


def _missed(after: Asker, before: Asker, asked: Sequence[Pair], tell: Told) -> list[_Missed]:
    """Wordings that do not find their item; how the index in use did is looked at for these."""

    def look(pair: Pair) -> _Missed | None:
        now = after.ask(pair[1])
        if _finds(now, pair[0]):
            return None
        then = before.ask(pair[1])
        wrong, wrong_before = _answers_other(now, pair[0]), _answers_other(then, pair[0])
        return _Missed(pair, wrong, _finds(then, pair[0]), wrong_before)

    looked = side_by_side(look, asked, lambda done: tell("wordings", done, len(asked)))
    return [one for one in looked if one is not None]


def _lost(asked: Sequence[Pair], missed: Sequence[_Missed]) -> Iterator[Lost]:
    of_item = Counter(item for item, _ in asked)
    gone: dict[str, list[str]] = {}
    for one in missed:
        if one.found_before:
            gone.setdefault(one.pair[0], []).append(one.pair[1])
    for item, texts in sorted(gone.items()):
        if len(texts) >= FEWEST_LOST:
            yield Lost(item, of_item[item], tuple(texts))


def _broken(one: Expected, found: Decision) -> Broken:
    answered = found.answers[0][0] if _finds_any(found) else found.decision
    return Broken(one.question, one.item or one.decision, answered)


def _holds(found: Decision, one: Expected) -> bool:
    return found.decision == one.decision if one.item is None else _finds(found, one.item)


def _finds_any(found: Decision) -> bool:
    return found.decision in ("answer", "clarify") and bool(found.answers)


def _finds(found: Decision, item: str) -> bool:
    return _finds_any(found) and found.answers[0][0] == item


def _answers(found: Decision) -> bool:
    return found.decision == "answer"


def _answers_other(found: Decision, item: str) -> bool:
    return _answers(found) and found.answers[0][0] != item


def regression(file: Path) -> list[Expected]:
    """The frozen questions; items first, then the rest."""
    return list(_regression(file))


def _regression(file: Path) -> Iterator[Expected]:
    written = load(file)
    for item, questions in written["answers"].items():
        yield from (Expected(question, "answer", item) for question in questions)
    for decision, questions in written["decisions"].items():
        yield from (Expected(question, decision, None) for question in questions)

"""What a decision rests on, and so whether other wordings can change it.

Only a few items' wordings are looked at closely. Where a question's own n-grams, the items that are
looked at and all that these say stay as they were, the decision stays, and need not be asked for.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import jieba
import numpy as np

from bot.normalizer import normalize
from bot.ranking.decision import Decision
from bot.ranking.examples import cut
from bot.ranking.model import Model, heart
from bot.ranking.wordings import Wordings
from bot.text.sentence_vectors import SentenceVectors
from bot.text.wording import shortened

VECTORS = "vectors"
# The index in use, the candidate, and one more whose file is read again.
MOST_MODELS = 3
Asked = tuple[str, bool]  # the question, and whether what is known by heart counts


@dataclass(frozen=True)
class Grounds:
    """The label known by heart, the n-grams, and the items that are looked at, in their order."""

    known: str | None
    rows: tuple[bytes, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A decision and what it rests on."""

    decision: Decision
    grounds: Grounds


@dataclass(frozen=True)
class Reading:
    """How questions are read, whichever model is asked."""

    words: jieba.Tokenizer
    vectors: SentenceVectors


@dataclass
class Answers:
    """One model's decisions; those of the model before it that still hold are taken over."""

    model: Model
    reading: Reading
    held: dict[Asked, Held]
    before: dict[Asked, Held] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()

    def ask(self, question: str, *, by_heart: bool = True) -> Decision:
        """The decision on a question as it was written; on request as if no heart knew it."""
        asked = question, by_heart
        known = self.held.get(asked)
        if known is None:
            model = self.model if by_heart else self._without_heart
            known = self.held[asked] = self._stands(model, asked) or self._asked(model, question)
        return known.decision

    @cached_property
    def _without_heart(self) -> Model:
        return replace(self.model, by_heart={})

    def _stands(self, model: Model, asked: Asked) -> Held | None:
        """The earlier decision, if nothing that it rests on is another."""
        earlier = self.before.get(asked)
        if earlier is None or not self.touched.isdisjoint(earlier.grounds.items):
            return None
        text, words = self._read(asked[0])
        now = grounds(model, text, words, self.reading.vectors, earlier.decision.way)
        return earlier if now == earlier.grounds else None

    def _asked(self, model: Model, question: str) -> Held:
        text, words = self._read(question)
        found = model.decide(text, words, self.reading.vectors)
        return Held(found, grounds(model, text, words, self.reading.vectors, found.way))

    def _read(self, question: str) -> tuple[str, list[str]]:
        text = normalize(question).text
        return text, cut(text, self.reading.words)


class Memory:
    """The decisions of the last few models, while these are there."""

    def __init__(self) -> None:
        self._models: list[tuple[weakref.ref[Model], dict[Asked, Held]]] = []

    def of(self, model: Model, reading: Reading, before: Model | None = None) -> Answers:
        """What `model` decided, and what it can take over from `before`."""
        earlier = {} if before is None else self._held(before)
        held = self._held(model)
        touched = differing(model, before) if before is not None and earlier else None
        if touched is None:
            return Answers(model, reading, held)
        return Answers(model, reading, held, earlier, touched)

    def _held(self, model: Model) -> dict[Asked, Held]:
        """What is known of it; who is looked for is forgotten last."""
        held = next((held for one, held in self._models if one() is model), {})
        others = [pair for pair in self._models if pair[1] is not held and pair[0]() is not None]
        self._models = [*others, (weakref.ref(model), held)][-MOST_MODELS:]
        return held


def grounds(
    model: Model, text: str, words: list[str], vectors: SentenceVectors, way: str
) -> Grounds:
    """What the decision on a normalised text rests on that was taken that way."""
    known = model.by_heart.get(heart(text))
    if known is None:
        text = shortened(text)
    about, kept = model.subject(text, words)
    whole, bare = model.row(text, words), model.row(about, kept)
    near = model.wordings.word_nearness(bare)
    items = model.wordings.first_by_words(near)
    if way == VECTORS:
        place = model.wordings.space.place(vectors.one(about))
        closely = model.wordings.promising(near, model.wordings.middles @ place)
        items = np.concatenate([items, closely])
    names = tuple(model.wordings.items[number] for number in items.tolist())
    return Grounds(known, tuple(part.tobytes() for part in (*whole, *bare)), names)


def differing(after: Model, before: Model) -> frozenset[str] | None:
    """The items with other wordings; None where items count otherwise beside each other, too."""
    now, then = after.wordings, before.wordings
    if (
        (after.origin, after.sharpness, after.confidence, after.thresholds, after.places)
        != (before.origin, before.sharpness, before.confidence, before.thresholds, before.places)
        or (now.items, now.shares) != (then.items, then.shares)
        or not np.array_equal(now.asked, then.asked)
        or not _extends(after, before)
    ):
        return None
    here, there = _items(after), _items(before)
    pairs = zip(now.items, here, there, strict=True)
    return frozenset(item for item, one, other in pairs if one != other)


def _extends(after: Model, before: Model) -> bool:
    """Whether the n-grams have the same numbers, those apart that came."""
    known, names = len(before.vocabulary.number), list(after.vocabulary.number)
    return names[:known] == list(before.vocabulary.number) and np.array_equal(
        after.vocabulary.rarity[:known], before.vocabulary.rarity
    )


def _items(model: Model) -> Iterator[tuple[object, ...]]:
    """All that is known of each item's wordings."""
    wordings = model.wordings
    ends = np.searchsorted(wordings.item_of, np.arange(len(wordings.items) + 1)).tolist()
    for number, (start, end) in enumerate(zip(ends, ends[1:], strict=False)):
        yield (
            model.texts[start:end],
            wordings.vectors[start:end].tobytes(),
            wordings.middles[number].tobytes(),
            wordings.answering[start:end].tobytes(),
            *_ngrams(wordings, start, end),
        )


def _ngrams(wordings: Wordings, start: int, end: int) -> tuple[bytes, ...]:
    rows = wordings.rows
    first, last = rows.indptr[start], rows.indptr[end]
    lengths = np.diff(rows.indptr[start : end + 1])
    return lengths.tobytes(), rows.indices[first:last].tobytes(), rows.data[first:last].tobytes()

"""Reads what is known of going on: what is said, what is asked next, what look-ups are about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from scipy.sparse import csr_matrix

from bot.context.lines import OF_LINES, UNSAID, WHOLE, Lines, lines_of
from bot.context.said import Said, Texts
from bot.context.signs import OF_CANDIDATES, OF_ITEMS, OF_NOBODY, Neighbours
from bot.context.talks import Talks, Turn, talks_in, wanted_by
from bot.context.trees import Trees
from bot.context.weights import Context, Own
from bot.normalizer import normalize
from bot.ranking.classifier import rounded
from bot.ranking.examples import cut, knowledge, load, related
from bot.ranking.model import Model
from bot.text.features import counted, features
from bot.text.sentence_vectors import SentenceVectors

WEIGHTS, SAID, NEXT, OWN = "weights.json", "said.jsonl", "next.yml", "own.yml"
TALKS, SCHEMES, TREES = "talks.jsonl", "schemes.yml", "trees.npz"
# Until `make follow-ups` has found any, nothing has weight, and nothing is ever sure enough.
_NO_WEIGHTS: dict[str, Any] = {
    "of_items": dict.fromkeys(OF_ITEMS, 0.0),
    "of_nobody": dict.fromkeys(OF_NOBODY, 0.0),
    "of_lines": dict.fromkeys(OF_LINES, 0.0),
    "answer": 1.0,
    "choices": 1.0,
}


def context_of(
    folder: Path, items: Path, model: Model, words: jieba.Tokenizer, vectors: SentenceVectors
) -> Context | None:
    """What the folder of the follow-ups tells a model; nothing where there is none."""
    if not folder.is_dir():
        return None
    weights = folder / WEIGHTS
    found = json.loads(weights.read_text("utf-8")) if weights.exists() else _NO_WEIGHTS
    known = knowledge(items)
    named = Neighbours(related(known), _next(folder / NEXT), _schemes(folder / SCHEMES))
    heard, told = sayings(folder / SAID), lines_of(known)
    seen = said_to(model, [(one.item, one.text) for one in told], words, vectors)
    answers = [(one.item, one.answer) for one in heard]
    of_lines = [found.get("of_lines", {}).get(name, 0.0) for name in OF_LINES]
    return replace(
        Context.read(found),
        neighbours=named,
        own=Own.read(load(folder / OWN) if (folder / OWN).exists() else {}),
        said=said_to(model, [(one.item, one.text) for one in heard], words, vectors),
        lines=Lines.of(told, seen, answers, of_lines) if seen and heard else None,
        talks=talks_of(model, list(talks_in(folder / TALKS)), words, vectors),
        trees=_trees(folder / TREES),
    )


@dataclass(frozen=True)
class Saying:
    """What people say for an item, and the line of it that answers this, or `WHOLE`, `UNSAID`."""

    item: str
    text: str
    answer: str


def sayings(file: Path) -> list[Saying]:
    """All of them, sorted by item."""
    if not file.exists():
        return []
    told = map(json.loads, file.read_text("utf-8").splitlines())
    return sorted((one for item in told for one in _of_item(item)), key=lambda one: one.item)


def _of_item(told: Mapping[str, Any]) -> Iterator[Saying]:
    """From what stands under each of its lines, and under none."""
    under = {**told["lines"], WHOLE: told.get(WHOLE, ()), UNSAID: told.get(UNSAID, ())}
    for answer, texts in under.items():
        for text in texts:
            yield Saying(told["item"], text, answer)


def said_to(
    model: Model, told: Sequence[tuple[str, str]], words: jieba.Tokenizer, vectors: SentenceVectors
) -> Said | None:
    """The sayings as the model sees texts, in any spelling."""
    if not told:
        return None
    rows, placed = _seen(model, [text for _, text in told], words, vectors)
    return Said.of([item for item, _ in told], rows, placed)


def _seen(
    model: Model, texts: Sequence[str], words: jieba.Tokenizer | None, vectors: SentenceVectors
) -> tuple[csr_matrix, np.ndarray]:
    """N-grams, those of words too where there is a tokenizer, and vectors of texts."""
    spelled = (normalize(text).text for text in texts)
    abouts = [model.subject(text, cut(text, words) if words else ()) for text in spelled]
    rows = model.vocabulary.matrix(counted([features(about, kept) for about, kept in abouts]))
    placed = model.wordings.space.place(vectors.many([about for about, _ in abouts]))
    return rows, rounded(placed)


def talks_of(
    model: Model, told: Sequence[Turn], words: jieba.Tokenizer, vectors: SentenceVectors
) -> Talks | None:
    """The messages of talks as the model sees texts; nothing where there are none."""
    if not told:
        return None
    stories = list(dict.fromkeys(one.story for one in told))
    rows, placed = _seen(model, [one.text for one in told], words, vectors)
    # A story is heard without its words when somebody goes on.
    story_rows, story_places = _seen(model, stories, None, vectors)
    items, message, owner = wanted_by(told)
    place = np.array([stories.index(one.story) for one in told], dtype=np.int32)
    before = np.array([one.item for one in told])
    texts = Texts(rows.T.tocsr(), placed), Texts(story_rows.T.tocsr(), story_places)
    return Talks(items, *texts, place, message, owner, before)


def _trees(file: Path) -> Trees | None:
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as arrays:
        return Trees.read(arrays, OF_CANDIDATES)


def _next(file: Path) -> dict[str, tuple[str, ...]]:
    told = load(file) if file.exists() else {}
    return {item: tuple(others) for item, others in told.items()}


def _schemes(file: Path) -> dict[str, str]:
    """The scheme of each item that holds in one alone."""
    told = load(file) if file.exists() else {}
    return {item: scheme for scheme, items in told.items() for item in items}

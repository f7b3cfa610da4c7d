"""A model with the wordings and items of a folder, made from one that knows most of them.

Only what is new is looked at: classifiers, the space, sharpness and thresholds stay those of the
model, so that this takes a moment. Training finds them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jieba
import numpy as np
from scipy.sparse import csr_matrix, vstack

from bot.ranking.classifier import rounded
from bot.ranking.decision import FAQ
from bot.ranking.examples import cut, knowledge, related, spelled, titles, wordings
from bot.ranking.model import Model
from bot.ranking.wordings import Wordings, gather
from bot.text.features import counted, features
from bot.text.sentence_vectors import SentenceVectors
from bot.training.learning import by_heart


@dataclass(frozen=True)
class Difference:
    """How many wordings came and went."""

    added: int
    gone: int


def update(
    model: Model, data: Path, words: jieba.Tokenizer, vectors: SentenceVectors
) -> tuple[Model, Difference]:
    """The model for what stands in `data/nlu` and `data/knowledge/items` now."""
    items = knowledge(data / "knowledge/items")
    told = [(spelled(text), label) for text, label in wordings(data / "nlu")]
    asked = {label for _, label in told}
    named = [(spelled(text), label) for text, label in titles(items) if label in asked]
    of_items = sorted(
        ((label[len(FAQ) + 1 :], text) for text, label in (*told, *named) if FAQ + "/" in label),
        key=lambda pair: pair[0],
    )
    known = _places(model)
    fresh = [pair for pair in of_items if pair not in known]
    changed = _with_wordings(model, of_items, known, fresh, words, vectors)
    gone = len(known.keys() - set(of_items))
    context = model.context and model.context.among(related(items))
    heart = by_heart((*told, *named))
    return replace(changed, by_heart=heart, context=context), Difference(len(fresh), gone)


def _places(model: Model) -> dict[tuple[str, str], int]:
    items = model.wordings.items
    return {
        (items[number], text): place
        for place, (number, text) in enumerate(
            zip(model.wordings.item_of.tolist(), model.texts, strict=True)
        )
    }


def _with_wordings(
    model: Model,
    of_items: Sequence[tuple[str, str]],
    known: dict[tuple[str, str], int],
    fresh: Sequence[tuple[str, str]],
    words: jieba.Tokenizer,
    vectors: SentenceVectors,
) -> Model:
    old = model.wordings
    model, rows, placed = _looked_at(model, [text for _, text in fresh], words, vectors)
    places = {pair: len(old.item_of) + number for number, pair in enumerate(fresh)} | known
    order = np.array([places[pair] for pair in of_items])
    items = tuple(sorted({item for item, _ in of_items}))
    number = {item: i for i, item in enumerate(items)}
    old_asked = dict(zip(old.items, old.asked.tolist(), strict=True))
    gathered = gather(
        items=items,
        rows=rows[order],
        placed=np.concatenate([old.vectors, rounded(placed)])[order],
        item_of=np.array([number[item] for item, _ in of_items], dtype=np.int32),
        space=old.space,
        # What policy staff add is taken to be asked for as often as most are.
        asked=np.array([old_asked.get(item, 0.0) for item in items], dtype=np.float32),
        answering=_answering(old, number, [number[item] for item, _ in fresh])[order],
        shares=old.shares,
    )
    return replace(model, wordings=gathered, texts=tuple(text for _, text in of_items))


def _answering(old: Wordings, number: dict[str, int], fresh: list[int]) -> np.ndarray:
    """Which items answer the old wordings, and the fresh ones behind them, as numbered now."""
    renumbered = np.array([*(number.get(item, -1) for item in old.items), -1], dtype=np.int16)
    alone = np.full((len(fresh), old.answering.shape[1]), -1, dtype=np.int16)
    alone[:, 0] = fresh
    return np.concatenate([renumbered[old.answering], alone])


def _looked_at(
    model: Model, texts: Sequence[str], words: jieba.Tokenizer, vectors: SentenceVectors
) -> tuple[Model, csr_matrix, np.ndarray]:
    """The model with the n-grams of new texts in its vocabulary, all rows, and new vectors."""
    abouts = [model.subject(text, cut(text, words)) for text in texts]
    found = [features(about, kept) for about, kept in abouts]
    unseen = sorted({name for one in found for name in one} - model.vocabulary.number.keys())
    rows = model.wordings.rows
    rows = csr_matrix(
        (rows.data, rows.indices, rows.indptr), (rows.shape[0], rows.shape[1] + len(unseen))
    )
    # New n-grams say nothing to the classifiers.
    model = replace(model, vocabulary=model.vocabulary.wider(unseen))
    placed = model.wordings.space.place(vectors.many([about for about, _ in abouts]))
    if not texts:
        return model, rows, placed
    return model, vstack([rows, model.vocabulary.matrix(counted(found))]).tocsr(), placed

"""The trained understanding: from a normalised text to a decision, with as little work as it takes.

What is known by heart and what n-grams alone make clear is decided without a sentence vector;
the vector, which costs milliseconds, is computed only where it can change the outcome.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.context.telling import only_told
from bot.context.weights import Context
from bot.ranking.classifier import Classifier
from bot.ranking.confidence import Confidence
from bot.ranking.decision import (
    FAQ,
    OUT_OF_SCOPE,
    RIVALS,
    Decision,
    Thresholds,
    decide,
    told,
    trusted_among,
)
from bot.ranking.rivals import Rivals, weighed, without_sums
from bot.ranking.wordings import Likeness, Ranked, Wordings
from bot.text.features import Row, Vocabulary, features
from bot.text.sentence_vectors import SentenceVectors
from bot.text.space import Space
from bot.text.wording import places_pattern, shortened, subject

# From here on n-grams alone are believed in small talk; calibrated probabilities, so 2 % err.
CLEAR_CHAT = 0.98
# So sure n-grams have to be that it is about policy where they choose the item, too.
CLEAR_POLICY = 0.8
# A wording known by heart is that item, nearly for certain.
BY_HEART = 0.99
MOST_ANSWERS = 5
# What stands around a question as often as by itself.
COURTESY = ("greet", "thank", "goodbye")
OF_WORDINGS = ("vectors", "item_of", "answering", "members", "middles", "asked")
OF_CLASSIFIER = ("weights", "place", "vector_weights")
ARRAYS_FILE, NAMES_FILE = "understanding.npz", "understanding.json"


@dataclass(frozen=True)
class Model:
    """All that deciding needs, but for the encoder of sentence vectors."""

    vocabulary: Vocabulary
    by_words: Classifier
    by_all: Classifier
    wordings: Wordings
    rivals: Rivals
    sharpness: float
    confidence: Confidence
    thresholds: Thresholds
    by_heart: dict[str, str]
    texts: tuple[str, ...]  # of the wordings, in their order
    places: tuple[str, ...]
    places_pattern: re.Pattern[str]
    context: Context | None = None  # without it each message stands alone

    @cached_property
    def origin(self) -> str:
        """Which training it comes from; new wordings do not change that."""
        parts = (self.wordings.space.centre, self.wordings.space.turn, self.by_all.vector_weights)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()[:16]

    def wording_of(self, item: str) -> str:
        """One of an item's wordings; nothing for an item that has none."""
        place = self.wordings.items.index(item) if item in self.wordings.items else -1
        own = np.flatnonzero(self.wordings.item_of == place)
        return self.texts[own[0]] if len(own) else ""

    @property
    def trained(self) -> int:
        """How many n-grams training saw; those of new wordings are numbered behind them."""
        return self.by_words.seen

    def decide(self, text: str, words: Sequence[str], vectors: SentenceVectors) -> Decision:
        """Decide on a normalised text that was cut into `words`."""
        known = self.by_heart.get(heart(text))
        if known is not None:
            return replace(self._known(known, text, words), way="heart")
        text = shortened(text)
        row = self.row(text, words)
        if len(row[0]) == 0:
            return Decision("reject", OUT_OF_SCOPE, 1.0, ())
        about, kept = self.subject(text, words)
        bare = self.row(about, kept)
        if about != text and len(bare[0]) and self._is_courtesy(row):
            row = bare  # who greets and then asks has not only greeted
        chat = self._clear_chat(row)
        if chat is not None:
            return decide(chat, (), self.thresholds)
        nearness = self.wordings.word_nearness(bare)
        clear = self._clear_item(row, nearness)
        if clear is not None:
            return clear
        vector = vectors.one(about)
        place = self.wordings.space.place(vector)
        ranked = self.wordings.rank_by(nearness, self.wordings.middles @ place, place)
        asked = without_sums(self.intents(row, vector), text)
        intents = self._against_rivals(asked, ranked, nearness, bare, place)
        answers = self._likeliest(ranked, trusted_among(intents))
        decision = decide(intents, answers, self.thresholds)
        if decision.decision == "reject" and only_told(text):
            decision = told(decision, self._likeliest(ranked, 1.0))
        return replace(decision, way="vectors")

    def row(self, text: str, words: Sequence[str]) -> Row:
        """The n-grams of a text."""
        return self.vocabulary.row(features(text, words))

    def subject(self, text: str, words: Sequence[str]) -> tuple[str, list[str]]:
        """What the text is about, and the words of that."""
        about = subject(text, self.places_pattern)
        return about, [word for word in words if word in about]

    def intents(self, row: Row, vector: np.ndarray | None) -> dict[str, float]:
        """The probability of each intent, with all items as one."""
        classifier = self.by_words if vector is None else self.by_all
        placed = None if vector is None else self.wordings.space.place(vector)
        probabilities = classifier.probabilities(row, placed)
        return dict(zip(classifier.labels, map(float, probabilities), strict=True))

    def _likeliest(self, ranked: Ranked, counted: float) -> tuple[tuple[str, float], ...]:
        """The likeliest items, where those of a policy question are `counted` so much."""
        chances = ranked.chances(self.sharpness)[:MOST_ANSWERS]
        likeliest = self.confidence.among(chances, ranked.signs)
        best = zip(ranked.items[:MOST_ANSWERS], counted * likeliest, strict=True)
        return tuple((self.wordings.items[item], round(float(chance), 4)) for item, chance in best)

    def _against_rivals(
        self,
        intents: dict[str, float],
        ranked: Ranked,
        nearness: Likeness,
        row: Row,
        place: np.ndarray,
    ) -> dict[str, float]:
        """The intents, once the first item has met the likeliest look-up."""
        best = self.rivals.likeliest(intents)
        if best is None or FAQ not in intents or not len(ranked.items):
            return intents
        item, near = self.wordings.contender(int(ranked.items[0]), nearness, place)
        return weighed(intents, best, self.rivals.outcome(best, item, near, row, place))

    def _clear_item(self, row: Row, nearness: Likeness) -> Decision | None:
        """What n-grams alone decide as rightly as the vector would."""
        item, ahead = self.wordings.clearest(nearness)
        if ahead < self.thresholds.clear_lead:
            return None
        intents = self.intents(row, None)
        if intents[FAQ] < CLEAR_POLICY:
            return None
        rest = [(other, 0.0) for other in self.wordings.nearest(nearness, item)]
        answers = ((item, self.thresholds.clear_sure), *rest[: MOST_ANSWERS - 1])
        return decide(intents, answers, self.thresholds)

    def _is_courtesy(self, row: Row) -> bool:
        intents = self.intents(row, None)
        return max(intents, key=lambda name: intents[name]) in COURTESY

    def _clear_chat(self, row: Row) -> dict[str, float] | None:
        intents = self.intents(row, None)
        best = max(intents, key=lambda name: intents[name])
        if best not in (FAQ, OUT_OF_SCOPE, *RIVALS) and intents[best] >= CLEAR_CHAT:
            return intents
        return None

    def _known(self, label: str, text: str, words: Sequence[str]) -> Decision:
        if not label.startswith(FAQ + "/"):
            return decide({label: BY_HEART}, (), self.thresholds)
        item = label[len(FAQ) + 1 :]
        about, kept = self.subject(text, words)
        near = self.wordings.nearest(self.wordings.word_nearness(self.row(about, kept)), item)
        rest = tuple((other, 0.0) for other in near[: MOST_ANSWERS - 1])
        return decide({FAQ: BY_HEART}, ((item, BY_HEART), *rest), self.thresholds)

    def save(self, directory: Path) -> None:
        """Write the model in two files that hold numbers and names only, no code."""
        wordings = self.wordings
        arrays = {
            "rarity": self.vocabulary.rarity,
            **{f"words_{part}": getattr(self.by_words, part) for part in OF_CLASSIFIER},
            **{f"all_{part}": getattr(self.by_all, part) for part in OF_CLASSIFIER},
            **{name: getattr(wordings, name) for name in OF_WORDINGS},
            "vectors": wordings.vectors.astype(np.float16),
            "centre": wordings.space.centre,
            "turn": wordings.space.turn,
            "rivals_vectors": self.rivals.vectors.astype(np.float16),
            "rivals_owner": self.rivals.owner,
        }
        sparse = _parts("postings", wordings.postings) | _parts("rivals", self.rivals.rows)
        beside, context = self.context.beside() if self.context else ({}, {})
        np.savez(directory / ARRAYS_FILE, **arrays, **sparse, **beside)
        names = {
            "features": list(self.vocabulary.number),
            "words_labels": self.by_words.labels,
            "words_sharpness": self.by_words.sharpness,
            "all_labels": self.by_all.labels,
            "all_sharpness": self.by_all.sharpness,
            "items": wordings.items,
            "rivals": self.rivals.intents,
            "shares": wordings.shares,
            "sharpness": self.sharpness,
            "confidence": asdict(self.confidence),
            "thresholds": asdict(self.thresholds),
            "by_heart": self.by_heart,
            "texts": self.texts,
            "places": self.places,
            "context": self.context and self.context.written(),
            **context,
        }
        (directory / NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, directory: Path) -> Model:
        """Read what `save` wrote."""
        names = json.loads((directory / NAMES_FILE).read_text("utf-8"))
        with np.load(directory / ARRAYS_FILE, allow_pickle=False) as file:
            arrays = {name: _read(name, file[name]) for name in file.files}
        return cls(
            vocabulary=Vocabulary(
                {name: i for i, name in enumerate(names["features"])}, arrays["rarity"]
            ),
            by_words=_classifier(names, arrays, "words"),
            by_all=_classifier(names, arrays, "all"),
            wordings=_wordings(names, arrays),
            rivals=_rivals(names, arrays),
            sharpness=float(names["sharpness"]),
            confidence=Confidence.read(names["confidence"]),
            thresholds=Thresholds(**names["thresholds"]),
            by_heart=names["by_heart"],
            texts=tuple(names["texts"]),
            places=tuple(names["places"]),
            places_pattern=places_pattern(names["places"]),
            context=_context(names, arrays),
        )


def heart(text: str) -> str:
    """A wording as it is known by heart: letters, digits and characters alone."""
    return "".join(character for character in text if character.isalnum())


def _read(name: str, array: np.ndarray) -> np.ndarray:
    """Vectors are reckoned with in single precision; of weights a question needs a few rows."""
    return array.astype(np.float32) if name.endswith("vectors") else array


def _classifier(names: dict[str, Any], arrays: dict[str, np.ndarray], which: str) -> Classifier:
    labels, sharpness = tuple(names[f"{which}_labels"]), float(names[f"{which}_sharpness"])
    parts = {part: arrays[f"{which}_{part}"] for part in OF_CLASSIFIER}
    return Classifier(labels=labels, sharpness=sharpness, **parts)


def _wordings(names: dict[str, Any], arrays: dict[str, np.ndarray]) -> Wordings:
    postings = csr_matrix(
        (arrays["postings_data"], arrays["postings_indices"], arrays["postings_indptr"]),
        shape=(len(names["features"]), len(arrays["item_of"])),
    )
    return Wordings(
        items=tuple(names["items"]),
        postings=postings,
        space=Space(arrays["centre"], arrays["turn"]),
        shares=(float(names["shares"][0]), float(names["shares"][1])),
        **{name: arrays[name] for name in OF_WORDINGS},
    )


def _parts(name: str, matrix: csr_matrix) -> dict[str, np.ndarray]:
    """What a sparse matrix is kept as."""
    return {f"{name}_{part}": getattr(matrix, part) for part in ("data", "indices", "indptr")}


def _rivals(names: dict[str, Any], arrays: dict[str, np.ndarray]) -> Rivals:
    parts = tuple(arrays[f"rivals_{part}"] for part in ("data", "indices", "indptr"))
    shape = (len(arrays["rivals_owner"]), len(names["features"]))
    rows = csr_matrix(parts, shape=shape)
    return Rivals(tuple(names["rivals"]), rows, arrays["rivals_vectors"], arrays["rivals_owner"])


def _context(names: dict[str, Any], arrays: dict[str, np.ndarray]) -> Context | None:
    told = names.get("context")
    return Context.read(told).with_beside(names, arrays) if told else None

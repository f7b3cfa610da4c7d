"""Puts together what there is to learn: the wordings, the titles, the knowledge, the terms.

Nothing of Rasa is needed for it, so it can be learnt beside Rasa (`ahead`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jieba

from bot.context.reading import context_of
from bot.context.weights import Context
from bot.entities.places import region_names
from bot.ranking.examples import (
    Example,
    asked,
    asked_for,
    cut,
    example,
    knowledge,
    load,
    spelled,
    titles,
    wordings,
)
from bot.ranking.model import Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import KeptVectors
from bot.training.calibration import Aims, kept
from bot.training.forks import halved
from bot.training.learning import learn

Configuration = Mapping[str, Any]

# What is read, and how sure to be, where `config.yml` does not say otherwise.
USUAL: Configuration = {
    "wordings": "data/nlu",
    "knowledge": "data/knowledge",
    "lexicon": "data/lexicon.txt",
    "vectors": ".data/vectors",
    "follow_ups": "data/follow_ups",
    "sureness": "",  # a file that `make sureness` writes; without one training finds it anew
    "wrong": 0.07,
    "choices": 0.3,
    "chat": 0.4,
}


def configuration(file: Path = Path("config.yml")) -> dict[str, Any]:
    """What `config.yml` says about the ranker."""
    steps = load(file)["pipeline"]
    named = next(step for step in steps if step["name"].endswith("QuestionRanker"))
    return {name: named.get(name, usual) for name, usual in USUAL.items()}


def learn_from(configured: Configuration) -> Model:
    """A model from the wordings and the knowledge that the configuration names."""
    return learn_examples(examples_of(configured), configured)


def examples_of(configured: Configuration) -> list[Example]:
    """All wordings that the configuration names, as learning sees them."""
    words = cutter_of(configured)
    told, also = wordings(Path(configured["wordings"])), _also(Path(configured["wordings"]))
    looked_at = halved(lambda some: [_passed_on(text, words) for text, _ in some], told)
    return [
        Example(text, parts.split(), pair[1], pair in also, also.get(pair, ()))
        for (text, parts), pair in zip(looked_at, told, strict=True)
    ]


def _passed_on(text: str, words: jieba.Tokenizer) -> tuple[str, str]:
    """A text in one spelling and its words, as little as processes can tell each other."""
    one = spelled(text)
    return one, " ".join(cut(one, words))


def _also(folder: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """What was asked, with the intent of its item, and what else answers it."""
    return {(one.question, one.label): one.items[1:] for one in asked(folder)}


def learn_examples(examples: list[Example], configured: Configuration) -> Model:
    """A model from wordings and the knowledge that the configuration names."""
    everything, places = with_titles(examples, configured)
    items = Path(configured["knowledge"]) / "items"
    vectors = KeptVectors(Path(configured["vectors"]))
    aims = aims_of(configured)
    sure = kept(Path(configured["sureness"]), aims)
    often = asked_for(asked(Path(configured["wordings"])))
    follow_ups, words = Path(configured["follow_ups"]), cutter_of(configured)

    def context(model: Model) -> Context | None:
        return context_of(follow_ups, items, model, words, vectors)

    return learn(everything, places, often, vectors, aims, context, sure)


def aims_of(configured: Configuration) -> Aims:
    """How sure to be, as the configuration has it."""
    return Aims(configured["wrong"], configured["choices"], configured["chat"])


def with_titles(
    examples: list[Example], configured: Configuration
) -> tuple[list[Example], tuple[str, ...]]:
    """The examples and the titles of their items; and the names of places."""
    knows, words = Path(configured["knowledge"]), cutter_of(configured)
    labels = {one.label for one in examples}
    named = titles(knowledge(knows / "items"))
    more = [example(title, label, words) for title, label in named if label in labels]
    return examples + more, tuple(region_names(knows / "regions.yml", outside=False))


def cutter_of(configured: Configuration) -> jieba.Tokenizer:
    """jieba with the terms that the configuration names."""
    glossary = Path(configured["knowledge"]) / "glossary.yml"
    return cutter(terms(Path(configured["lexicon"]), glossary))

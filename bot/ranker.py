"""Ranks the FAQ items for a citizen's words and decides what to do with them.

The Rasa component is plumbing; the thinking is in `features`, `classifier` and `decision`.
Its parse data carries `answers` ([{"id", "score"}], best first) and `decision`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.classifier import Classifier, train
from bot.decision import Decision, Thresholds, decide
from bot.features import Vocabulary, features
from bot.normalizer import normalize

_ARRAYS_FILE, _NAMES_FILE = "ranker.npz", "ranker.json"


@dataclass(frozen=True)
class Model:
    """All that deciding needs: vocabulary, weights, thresholds, and wordings known by heart."""

    vocabulary: Vocabulary
    classifier: Classifier
    thresholds: Thresholds
    by_heart: dict[str, str]

    def decide(self, text: str, words: list[str]) -> Decision:
        """Decide on one text that was cut into `words`."""
        labels = self.classifier.labels
        spelled = normalize(text).text
        numbers, values = self.vocabulary.row(features(spelled, words))
        if len(numbers) == 0:
            return Decision("reject", "out_of_scope", 1.0, ())
        probabilities = self.classifier.probabilities(numbers, values)
        known = self.by_heart.get(_heart(spelled))
        if known is not None:
            probabilities = 0.01 * probabilities
            probabilities[labels.index(known)] += 0.99
        return decide(labels, probabilities, self.thresholds)

    def save(self, directory: Path) -> None:
        """Write the model in two files that hold numbers and names only, no code."""
        np.savez(
            directory / _ARRAYS_FILE,
            rarity=self.vocabulary.rarity,
            weights=self.classifier.weights,
        )
        names = {
            "features": list(self.vocabulary.number),
            "labels": self.classifier.labels,
            "sharpness": self.classifier.sharpness,
            "thresholds": asdict(self.thresholds),
            "by_heart": self.by_heart,
        }
        (directory / _NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, directory: Path) -> Model:
        """Read what `save` wrote."""
        names = json.loads((directory / _NAMES_FILE).read_text("utf-8"))
        with np.load(directory / _ARRAYS_FILE, allow_pickle=False) as arrays:
            rarity, weights = arrays["rarity"], arrays["weights"]
        number = {name: i for i, name in enumerate(names["features"])}
        classifier = Classifier(tuple(names["labels"]), weights, names["sharpness"])
        thresholds = Thresholds(**names["thresholds"])
        return cls(Vocabulary(number, rarity), classifier, thresholds, names["by_heart"])


def learn(examples: list[tuple[str, list[str], str]], thresholds: Thresholds) -> Model:
    """A model from (text, words, label) examples."""
    rows = [features(normalize(text).text, words) for text, words, _ in examples]
    labels = [label for _, _, label in examples]
    vocabulary = Vocabulary.of(rows)
    classifier = train(vocabulary.matrix(rows), labels).classifier
    by_heart = {_heart(normalize(text).text): label for text, _, label in examples}
    return Model(vocabulary, classifier, thresholds, by_heart)


def _heart(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class QuestionRanker(GraphComponent, IntentClassifier):
    """Sets the intent, `answers` and `decision` of each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Probabilities from which on to answer, to offer choices, to take small talk as such."""
        return {"answer": 0.45, "choices": 0.2, "chat": 0.35}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Model | None = None,
    ) -> None:
        self._thresholds = Thresholds(config["answer"], config["choices"], config["chat"])
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionRanker:
        """An untrained ranker."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionRanker:
        """A trained ranker from the model."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, Model.read(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn all wordings and keep the result in the model."""
        examples = [
            (message.get(TEXT), _words(message), message.get_full_intent())
            for message in training_data.intent_examples
        ]
        with self._storage.write_to(self._resource) as directory:
            learn(examples, self._thresholds).save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on each message; payloads that we issued speak for themselves."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._model is not None and not text.startswith("/"):
                _mark(message, self._model.decide(text, _words(message)))
        return messages


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]


def _mark(message: Message, decision: Decision) -> None:
    intent = {"name": decision.intent, "confidence": decision.confidence}
    answers = [{"id": item, "score": score} for item, score in decision.answers]
    message.set(INTENT, intent, add_to_output=True)
    message.set("intent_ranking", [intent], add_to_output=True)
    message.set("answers", answers, add_to_output=True)
    message.set("decision", decision.decision, add_to_output=True)

"""Ranks the FAQ items for a citizen's words and decides what to do with them.

The Rasa component is plumbing; the thinking is in `model`, `wordings`, `classifier` and
`decision`. Its parse data carries `answers` ([{"id", "score"}], best first), `decision`, and
`parts` when the citizen asked two things at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.entities import region_names
from bot.normalizer import normalize
from bot.ranking.answer_index import AnswerIndex, from_environment
from bot.ranking.decision import Decision
from bot.ranking.examples import referred, titles
from bot.ranking.learning import Aims, Example, learn
from bot.ranking.matters import matters
from bot.ranking.model import Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors, KeptVectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionRanker(GraphComponent, IntentClassifier):
    """Sets the intent, `answers` and `decision` of each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What the model is learnt from beside the wordings, and how sure it has to be."""
        return {
            "knowledge": "data/knowledge",
            "lexicon": "data/lexicon.txt",
            "vectors": ".data/vectors",
            "wrong": 0.07,
            "choices": 0.3,
            "chat": 0.4,
        }

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        index: AnswerIndex | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._index = index
        self._vectors = E5Vectors()

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
        """A trained ranker from the model, or from the answer index where one is published."""
        with model_storage.read_from(resource) as directory:
            index = from_environment(Model.read(directory))
        ranker = cls(config, model_storage, resource, index)
        ranker._vectors.one("")  # the first citizen should not wait for the encoder to load
        return ranker

    def train(self, training_data: TrainingData) -> Resource:
        """Learn all wordings and keep the result in the model."""
        examples = [
            Example(normalize(message.get(TEXT)).text, _words(message), message.get_full_intent())
            for message in training_data.intent_examples
        ]
        with self._storage.write_to(self._resource) as directory:
            learn_from(examples, self._config).save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on each message; payloads that we issued speak for themselves."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._index is not None and not text.startswith("/"):
                model, spelled = self._index.now(), normalize(text).text
                words = _words(message)
                decision = model.decide(spelled, words, self._vectors)
                parts = matters(model, spelled, words, decision, self._vectors)
                _mark(message, parts[0] if parts else decision)
                if parts:
                    listed = [{"answers": _answers(part)} for part in parts]
                    message.set("parts", listed, add_to_output=True)
        return messages


def learn_from(examples: list[Example], config: dict[str, Any]) -> Model:
    """A model from wordings and the knowledge that the configuration names."""
    knowledge, items = Path(config["knowledge"]), {example.label for example in examples}
    words = cutter(terms(Path(config["lexicon"]), knowledge / "glossary.yml"))
    named = [
        Example(spelled, [word for word in words.lcut(spelled) if word.strip()], label)
        for title, label in titles(knowledge / "items")
        if label in items and (spelled := normalize(title).text)
    ]
    return learn(
        examples + named,
        tuple(region_names(knowledge / "regions.yml")),
        referred(knowledge / "items"),
        KeptVectors(Path(config["vectors"])),
        Aims(config["wrong"], config["choices"], config["chat"]),
    )


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]


def _mark(message: Message, decision: Decision) -> None:
    intent = {"name": decision.intent, "confidence": decision.confidence}
    message.set(INTENT, intent, add_to_output=True)
    message.set("intent_ranking", [intent], add_to_output=True)
    message.set("answers", _answers(decision), add_to_output=True)
    message.set("decision", decision.decision, add_to_output=True)


def _answers(decision: Decision) -> list[dict[str, Any]]:
    return [{"id": item, "score": score} for item, score in decision.answers]

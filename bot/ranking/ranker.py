"""Ranks the FAQ items for a citizen's words and decides what to do with them.

The Rasa component is plumbing; the thinking is in `model`, `wordings`, `classifier` and
`decision`. Its parse data carries `answers` ([{"id", "score"}], best first), `decision`, the
`way` it was found and the `index` that knew, `parts` when the citizen asked two things at once,
`beside`, the look-up that may be meant as well where we ask back, `lines`, what of the item fits
just this, `unsaid` where it says nothing of what is asked on, and `vague` where no line of it
stands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

from bot.context.sight import decide_after, to_the_point
from bot.context.weights import Before
from bot.dialogue.distress import in_distress
from bot.dialogue.emergency import in_emergency
from bot.normalizer import normalize
from bot.publishing import pilot as pilots
from bot.publishing.answer_index import AnswerIndex, from_environment
from bot.ranking.decision import Decision
from bot.ranking.matters import matters
from bot.ranking.model import Model
from bot.text.sentence_vectors import E5Vectors
from bot.training.ahead import learn_into
from bot.training.lessons import USUAL

# In a message's metadata, for this component alone: what `Last.told` gives of the question before.
BEFORE = "before"
DISTRESS, EMERGENCY = "distress", "emergency"
# Questions whose decision is kept in memory: a day's favourites. Long texts hardly come twice.
MOST_KNOWN = 4_096
Understood = tuple[Decision, tuple[Decision, ...]]
Asked = tuple[bool, str, Before | None]  # whether on trial, the words, the question before


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionRanker(GraphComponent, IntentClassifier):
    """Sets the intent, `answers` and `decision` of each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What the model is learnt from beside the wordings, and how sure it has to be."""
        return dict(USUAL)

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
        self._pilots = pilots.from_environment() if index is not None else None
        self._known: dict[Asked, Understood] = {}
        self._known_by: dict[bool, Model] = {}

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
        """Learn all wordings and keep the result in the model.

        They are read from their files: Rasa would copy and hash each of them a dozen times.
        """
        with self._storage.write_to(self._resource) as directory:
            learn_into(directory, self._config)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on each message; payloads that we issued speak for themselves."""
        for message in messages:
            text = message.get(TEXT) or ""
            spelled = normalize(text).text
            if in_distress(spelled):
                _mark(message, Decision("human", DISTRESS, 1.0, (), "rule"))
            elif in_emergency(spelled):
                _mark(message, Decision("chat", EMERGENCY, 1.0, (), "rule"))
            elif self._index is not None and not text.startswith("/"):
                decision, parts = self._understood(self._index.now(), message)
                _mark(message, decision)
                piloted = self._pilots.version(_site(message)) if self._pilots else ""
                message.set("index", piloted or self._index.version, add_to_output=True)
                if parts:
                    listed = [{"answers": _answers(part.answers)} for part in parts]
                    message.set("parts", listed, add_to_output=True)
        return messages

    def _understood(self, used: Model, message: Message) -> Understood:
        """The decision, and those on two matters; a question asked again is not thought over."""
        model = (self._pilots and self._pilots.model(_site(message), used)) or used
        piloted = model is not used
        if model is not self._known_by.get(piloted):
            self._known_by[piloted] = model
            self._known = {key: one for key, one in self._known.items() if key[0] != piloted}
        spelled, words = normalize(message.get(TEXT) or "").text, _words(message)
        alone = self._remembered(
            (piloted, spelled, None), lambda: self._alone(model, words, spelled)
        )
        before = _before(message, model)
        if before is None or alone[1]:
            return alone
        return self._remembered(
            (piloted, spelled, before),
            lambda: (decide_after(model, alone[0], spelled, words, self._vectors, before), ()),
        )

    def _alone(self, model: Model, words: list[str], spelled: str) -> Understood:
        decision = model.decide(spelled, words, self._vectors)
        parts = matters(model, spelled, words, decision, self._vectors)
        if parts:
            return parts[0], parts
        return to_the_point(model, decision, spelled, words, self._vectors), parts

    def _remembered(self, asked: Asked, think: Callable[[], Understood]) -> Understood:
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = think()
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]  # the one that came first
        return known


def _before(message: Message, model: Model) -> Before | None:
    """The question before in one spelling; for a tapped choice a wording stands.

    A look-up stands for the item that tells the same in general.
    """
    told = (message.get("metadata") or {}).get(BEFORE)
    if not told:
        return None
    text, item, denied, unasked, own, shown, story = told
    item = model.context.own.stands_for.get(item, item) if model.context else item
    asked = normalize(text or model.wording_of(item)).text
    return Before(asked, item, denied, unasked, own, shown, normalize(story).text)


def _site(message: Message) -> str:
    return str((message.get("metadata") or {}).get("site") or "")


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]


def _mark(message: Message, decision: Decision) -> None:
    intent = {"name": decision.intent, "confidence": decision.confidence}
    message.set(INTENT, intent, add_to_output=True)
    message.set("intent_ranking", [intent], add_to_output=True)
    message.set("answers", _answers(decision.answers), add_to_output=True)
    message.set("decision", decision.decision, add_to_output=True)
    message.set("way", decision.way, add_to_output=True)
    if decision.lines:
        message.set("lines", list(decision.lines), add_to_output=True)
    if decision.if_ours:
        message.set("if_ours", _answers(decision.if_ours), add_to_output=True)
    if decision.unsaid:
        message.set("unsaid", True, add_to_output=True)
    if decision.vague:
        message.set("vague", True, add_to_output=True)
    if decision.beside:
        message.set("beside", decision.beside, add_to_output=True)


def _answers(ranked: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"id": item, "score": score} for item, score in ranked]

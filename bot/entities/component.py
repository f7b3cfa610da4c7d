"""The engine's component that adds entities to a message: places, periods, amounts, persons.

Rules, not statistics: each value has one spelling for the actions (GB/T 2260 code, `1972-08`,
`2023-03/2023-05`, `female_55`, `pension`), and what is not certain is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.entities.found import Found
from bot.entities.places import Gazetteer, gazetteer, place_rows, region_names
from bot.entities.reading import MOST_CHARACTERS, find
from bot.normalizer import Normalized, normalize

_PLACES_FILE = "places.json"
_CHINA = timezone(timedelta(hours=8))


def china_today() -> date:
    """Today's date in China, whatever the machine's time zone."""
    return datetime.now(_CHINA).date()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRules(GraphComponent, EntityExtractorMixin):
    """Adds `region`, `period`, `amount`, `age`, `birth_month`, `worker_category`, `insurance`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`regions`, `places`: the files with provinces and with what lies in them."""
        return {"regions": "data/knowledge/regions.yml", "places": "data/places.tsv"}

    def __init__(
        self,
        rows: list[tuple[str, str, str]],
        storage: ModelStorage,
        resource: Resource,
        today: Callable[[], date] = china_today,
    ) -> None:
        self._rows = rows
        self._known: Gazetteer = gazetteer(rows)
        self._storage = storage
        self._resource = resource
        self._today = today

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityRules:
        """Read the places of the repository."""
        rows = place_rows(region_names(Path(config["regions"])), Path(config["places"]))
        return cls(rows, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityRules:
        """Read the places that the model was trained with."""
        with model_storage.read_from(resource) as directory:
            rows = json.loads((directory / _PLACES_FILE).read_text(encoding="utf-8"))
        return cls([(name, code, use) for name, code, use in rows], model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the places in the model."""
        with self._storage.write_to(self._resource) as directory:
            (directory / _PLACES_FILE).write_text(
                json.dumps(self._rows, ensure_ascii=False), encoding="utf-8"
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message to those that it has."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith("/"):
                spelled = normalize(text[:MOST_CHARACTERS])
                found = [
                    _entity(one, spelled) for one in find(spelled.text, self._known, self._today())
                ]
                found = self.add_extractor_name(found)
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def _entity(found: Found, spelled: Normalized) -> dict[str, Any]:
    start, end = spelled.span(found.start, found.end)
    return {"entity": found.entity, "value": found.value, "start": start, "end": end}

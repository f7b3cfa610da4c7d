"""Finds what a citizen's question is about: place, birth month, kind of worker, insurance.

Rules, not statistics: each value has one spelling for the actions (GB/T 2260 code, `1972-08`,
`female_55`, `pension`), and what is not certain is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalizer import Normalized, normalize

_REGIONS_FILE = "regions.json"

# Longer and more special names stand before the names that they contain.
_INSURANCES = (
    ("resident_pension", r"(?:城乡)?居民(?:基本)?养老|城乡养老|新农保|农村养老"),
    ("resident_medical", r"(?:城乡)?居民(?:基本)?医保|居民医疗|新农合|农村合作医疗|合作医疗"),
    ("pension", r"(?:职工)?养老"),
    ("medical", r"(?:职工)?医保|医疗保?险?"),
    ("unemployment", r"失业"),
    ("injury", r"工伤"),
    ("maternity", r"生育"),
)
_INSURANCE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _INSURANCES))

_WORKERS = (
    ("female_55", r"女(?:性|的|员工)?(?:干部|管理|技术|专技)\w{0,3}|管理(?:技术)?岗(?:位)?的?女"),
    ("female_50", r"女(?:性|的)?(?:普通)?(?:工人|职工工人|普工|操作)|(?:工人|生产)岗(?:位)?的?女"),
    ("female", r"女(?:职工|性|同志|士|的|员工|灵活就业\w{0,2})?|阿姨|大妈"),
    ("male", r"男(?:职工|性|同志|士|的|员工|工人|干部|灵活就业\w{0,2})?"),
)
_WORKER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _WORKERS))

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR = r"(?P<year>(?:19|20)\d\d|\d\d|[一二][九〇零][〇零一二三四五六七八九]{2}|[五六七八九][〇零一二三四五六七八九])"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_BIRTH = re.compile(
    rf"{_YEAR}\s*年\s*{_MONTH}\s*月|(?<!\d){_YEAR.replace('year', 'year2')}[-./]"
    rf"{_MONTH.replace('month', 'month2')}(?!\d)|(?<!\d)(?P<compact>(?:19[3-9]|200)\d(?:0[1-9]|1[0-2]))(?!\d)"
)
# Nobody asks for a retirement month who was born outside these years.
_BIRTH_YEARS = range(1935, 2011)


@dataclass(frozen=True)
class Found:
    """One entity in the normalised text."""

    entity: str
    value: str
    start: int
    end: int


def region_names(file: Path) -> dict[str, str]:
    """Each name, short name and alias of `regions.yml` with its GB/T 2260 code."""
    names: dict[str, str] = {}
    for region in yaml.safe_load(file.read_text(encoding="utf-8"))["regions"]:
        for name in (region["name"], region["short"], *region.get("aliases", [])):
            names[normalize(str(name)).text] = str(region["code"])
    return names


def find(text: str, regions: dict[str, str]) -> list[Found]:
    """All entities of a normalised text, in reading order."""
    found = [*_regions(text, regions), *_births(text), *_workers(text), *_insurances(text)]
    return sorted(found, key=lambda entity: entity.start)


def _regions(text: str, regions: dict[str, str]) -> Iterator[Found]:
    place = 0
    while place < len(text):
        for length in range(min(12, len(text) - place), 1, -1):
            code = regions.get(text[place : place + length])
            if code:
                yield Found("region", code, place, place + length)
                place += length - 1
                break
        place += 1


def _births(text: str) -> Iterator[Found]:
    for match in _BIRTH.finditer(text):
        if match["compact"]:
            year, month = int(match["compact"][:4]), int(match["compact"][4:])
        else:
            year = _year(match["year"] or match["year2"])
            month = _month(match["month"] or match["month2"])
        if year in _BIRTH_YEARS:
            yield Found("birth_month", f"{year}-{month:02d}", *match.span())


def _year(text: str) -> int:
    year = int(text.translate(_DIGITS))
    if year >= 100:
        return year
    return 1900 + year if year >= 30 else 2000 + year


def _month(text: str) -> int:
    if "十" in text:
        return 10 + (int(text[1:].translate(_DIGITS)) if len(text) > 1 else 0)
    return int(text.translate(_DIGITS))


def _workers(text: str) -> Iterator[Found]:
    match = _WORKER.search(text)
    if match and match.lastgroup:
        yield Found("worker_category", match.lastgroup, *match.span())


def _insurances(text: str) -> Iterator[Found]:
    for match in _INSURANCE.finditer(text):
        yield Found("insurance", str(match.lastgroup), *match.span())


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class EntityRules(GraphComponent, EntityExtractorMixin):
    """Adds `region`, `birth_month`, `worker_category` and `insurance` entities."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`regions`: the file with the places that citizens name."""
        return {"regions": "data/knowledge/regions.yml"}

    def __init__(
        self, regions: dict[str, str], storage: ModelStorage, resource: Resource
    ) -> None:
        self._regions = regions
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityRules:
        """Read the regions of the repository."""
        return cls(region_names(Path(config["regions"])), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityRules:
        """Read the regions that the model was trained with."""
        with model_storage.read_from(resource) as directory:
            regions = json.loads((directory / _REGIONS_FILE).read_text(encoding="utf-8"))
        return cls(regions, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the regions in the model."""
        with self._storage.write_to(self._resource) as directory:
            (directory / _REGIONS_FILE).write_text(
                json.dumps(self._regions, ensure_ascii=False), encoding="utf-8"
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message to those that it has."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith("/"):
                spelled = normalize(text)
                found = [_entity(one, spelled) for one in find(spelled.text, self._regions)]
                found = self.add_extractor_name(found)
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def _entity(found: Found, spelled: Normalized) -> dict[str, Any]:
    start, end = spelled.span(found.start, found.end)
    return {"entity": found.entity, "value": found.value, "start": start, "end": end}

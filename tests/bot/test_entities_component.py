"""EntityRules inside Rasa's graph: the model it keeps, the day it takes, and how fast it is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.entities.component import EntityRules, china_today, region_names
from bot.entities.numerals import number

ROOT = Path(__file__).resolve().parents[2]
CONFIG = {
    "regions": str(ROOT / "data/knowledge/regions.yml"),
    "places": str(ROOT / "data/places.tsv"),
}
TODAY = date(2026, 11, 25)
# The budget is 0.5 ms; a busy machine gets some air. Times are of this process alone.
MOST_MS_A_SENTENCE = 1.5
MOST_MS_FOR_LONG = 60


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> EntityRules:
    """The component after training, as an engine loads it."""
    storage, resource = LocalModelStorage(tmp_path_factory.mktemp("model")), Resource("entities")
    created = EntityRules.create(CONFIG, storage, resource, None)
    created.train(TrainingData())
    return EntityRules.load({}, storage, resource, None)


def found(rules: EntityRules, text: str, **data: Any) -> list[dict[str, Any]]:
    """What the message has after the component."""
    message = Message({TEXT: text, **data})
    rules.process([message])
    return list(message.get(ENTITIES) or [])


def milliseconds(work: Callable[[], object]) -> float:
    """The processor's time, the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) * 1000


def test_the_model_alone_knows_the_places(rules: EntityRules) -> None:
    (one,) = found(rules, "深圳市南山区在哪办")
    assert one == {
        "entity": "region",
        "value": "440305",
        "start": 0,
        "end": 6,
        "extractor": "EntityRules",
    }


def test_entities_that_were_there_stay(rules: EntityRules) -> None:
    item = {"entity": "item", "value": "Q001"}
    said = found(rules, "医保", **{ENTITIES: [item]})
    assert [one["entity"] for one in said] == ["item", "insurance"]


def test_an_issued_payload_is_left_alone(rules: EntityRules) -> None:
    assert found(rules, '/inform{"region": "深圳"}') == []


def test_a_message_without_words_has_none(rules: EntityRules) -> None:
    assert found(rules, "") == []


def test_the_day_is_the_one_in_china(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert china_today() == date.fromtimestamp(time.time() + (8 * 3600 + time.timezone))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_clock_decides_what_last_year_is(rules: EntityRules) -> None:
    later = EntityRules(rules._rows, None, Resource("entities"), lambda: date(2030, 2, 1))
    assert [one["value"] for one in found(later, "去年")] == ["2029-01/2029-12"]


def test_every_province_and_city_of_the_files_is_understood(rules: EntityRules) -> None:
    names = region_names(Path(CONFIG["regions"]))
    full = {name: code for name, code in names.items() if name.endswith(("省", "自治区"))}
    for line in Path(CONFIG["places"]).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") and line.split("\t")[0].endswith("00"):
            code, name = line.split("\t")[:2]
            full[name] = code
    told = {name: [one["value"] for one in found(rules, name)] for name in full}
    assert {name: said for name, said in told.items() if said != [full[name]]} == {}


def test_noise_of_any_kind_breaks_nothing(rules: EntityRules) -> None:
    chosen = random.Random(7)  # noqa: S311  noise, no secret
    characters = (
        "0123456789.,-/年月日元块万千百十一二三上下半前去今岁到至的生女男深圳朝阳区\u200b\ud800😀 "
    )
    for _ in range(3_000):
        text = "".join(chosen.choices(characters, k=chosen.randrange(1, 40)))
        for one in found(rules, text):
            assert 0 <= one["start"] < one["end"] <= len(text)
            assert one["value"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("三千五", "3500"),
        ("三千零五", "3005"),
        ("一万零五百", "10500"),
        ("十", "10"),
        ("二十", "20"),
        ("一百一十", "110"),
        ("两百", "200"),
        ("1万2", "12000"),
        ("1.2万", "12000"),
        ("3千5", "3500"),
        ("12,345.6", "12345.6"),
        ("一亿零三万", "100030000"),
        ("5k", "5000"),
        ("玖佰", "900"),
        ("零", "0"),
    ],
)
def test_a_number_is_read(written: str, value: str) -> None:
    said = number(written)
    assert said is not None
    assert f"{said.normalize():f}" == value


@pytest.mark.parametrize("written", ["", "三四千", "千", "一二", "12,34", "1万3万", "3.4.5"])
def test_what_is_no_clear_number_is_none(written: str) -> None:
    assert number(written) is None


def test_a_sentence_takes_half_a_millisecond(rules: EntityRules) -> None:
    table = yaml.safe_load((ROOT / "tests/bot/entities.yml").read_text(encoding="utf-8"))
    texts = [row["text"] for row in table["found"]] + table["nothing"]
    took = milliseconds(lambda: [found(rules, text) for text in texts])
    assert took / len(texts) <= MOST_MS_A_SENTENCE


@pytest.mark.parametrize(
    "piece",
    [
        "我去年在深圳交了三千五，",
        "去年今年",
        "1,1.1",
        "一二三四十百千万",
        "朝阳区",
        "元年月",
        "  ",
        "a",
        "女男",
    ],
)
def test_ten_thousand_characters_take_twenty_milliseconds(rules: EntityRules, piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    assert milliseconds(lambda: found(rules, text)) <= MOST_MS_FOR_LONG

"""The answer index: taken over at once, signed, kept when a newer one is broken."""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.context.signs import Neighbours
from bot.context.weights import Context, Own
from bot.publishing import answer_index
from bot.publishing.answer_index import AnswerIndex, UntrustedIndex
from bot.publishing.gate import Expected, Gate
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors

KEY = b"a key of the tests"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look each time."""
    monkeypatch.setattr(answer_index, "LOOK_SECONDS", 0.0)


def _publish(folder: Path, version: str, model: Model, key: bytes = KEY) -> None:
    answer_index.write(folder, version, model, key)
    answer_index.activate(folder, version)


def test_a_running_engine_takes_a_new_version_over(
    model: Model, tmp_path: Path, at_once: None
) -> None:
    index = AnswerIndex(model, tmp_path, KEY)
    assert index.now() is model
    _publish(tmp_path, "1", model)
    started = time.perf_counter()
    assert index.now() is not model
    assert (index.version, time.perf_counter() - started < 2) == ("1", True)


def test_a_version_brings_what_its_items_name_as_related(
    model: Model, tmp_path: Path, at_once: None
) -> None:
    context = Context(Neighbours({}, {}), Own({}), *[None] * 3, np.zeros(0), np.zeros(0), 1.0, 1.0)
    trained = replace(model, context=context)
    index = AnswerIndex(trained, tmp_path, KEY)
    _publish(tmp_path, "1", replace(model, context=context.among({"Q122": ["Q125"]})))
    used = index.now().context
    assert used is not None
    assert used.neighbours.related == {"Q122": ("Q125",)}


@pytest.mark.parametrize("harm", ["signature", "content", "gone", "key", "name"])
def test_a_broken_version_leaves_the_old_one_in_use(
    model: Model, tmp_path: Path, at_once: None, harm: str
) -> None:
    _publish(tmp_path, "1", model)
    index = AnswerIndex(model, tmp_path, KEY)
    used = index.now()
    _publish(tmp_path, "2", model, b"another key" if harm == "key" else KEY)
    if harm == "signature":
        (tmp_path / "2" / answer_index.SIGNATURE_FILE).write_text("0" * 64)
    if harm == "content":
        with (tmp_path / "2" / "understanding.json").open("a") as file:
            file.write(" ")
    if harm == "gone":
        (tmp_path / "2" / "understanding.npz").unlink()
    if harm == "name":
        (tmp_path / answer_index.CURRENT_FILE).write_text("../2")
    assert index.now() is used


def test_it_does_not_look_each_time(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_index, "LOOK_SECONDS", 60.0)
    index = AnswerIndex(model, tmp_path, KEY)
    index.now()
    _publish(tmp_path, "1", model)
    assert index.now() is model


def test_a_version_that_is_none_cannot_be_activated(tmp_path: Path) -> None:
    for version in ("7", "../x", ""):
        with pytest.raises(UntrustedIndex):
            answer_index.activate(tmp_path, version)


def test_rolling_back_is_activating_the_earlier_one(
    model: Model, tmp_path: Path, at_once: None
) -> None:
    _publish(tmp_path, "1", model)
    _publish(tmp_path, "2", model)
    index = AnswerIndex(model, tmp_path, KEY)
    index.now()
    answer_index.activate(tmp_path, "1")
    index.now()
    assert index.version == "1"


def test_twenty_swaps_do_not_make_the_engine_grow(
    model: Model, tmp_path: Path, at_once: None
) -> None:
    index = AnswerIndex(model, tmp_path, KEY)
    for number in range(25):
        _publish(tmp_path, str(number), model)
        index.now()
        if number == 4:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 20_000  # kB


def test_the_gate_names_the_questions_that_break(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    expected = [
        Expected("产假多少天", "answer", "Q163"),
        Expected("产假多少天", "answer", "Q196"),
        Expected("红烧肉怎么做", "reject", None),
    ]
    assert Gate(expected, words, kept).broken(model) == [expected[1]]

"""How sure to be is found once, by all that can be left out, and taken along by trainings."""

from __future__ import annotations

import json
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.ranking.confidence import PLAIN
from bot.ranking.decision import Thresholds
from bot.ranking.examples import example
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from bot.training import sureness
from bot.training.calibration import UNSURE, Aims, Sureness, keep, kept
from bot.training.learning import learn
from bot.training.lessons import USUAL, learn_from
from bot.training.seen import Ranking
from tests.bot.conftest import ROOT, WORDINGS, write_wordings

AIMS = Aims(0.1, 0.3, 0.4)
FOUND = Sureness(2.5, PLAIN, Thresholds(0.77, 0.3, 0.4, 0.12, 0.98))


def test_what_was_found_is_read_again_for_the_same_aims_alone(tmp_path: Path) -> None:
    file = tmp_path / "sureness.json"
    assert kept(file, AIMS) is None
    keep(file, AIMS, FOUND, 12)
    assert kept(file, AIMS) == FOUND
    assert json.loads(file.read_text("utf-8"))["questions"] == 12
    assert kept(file, Aims(0.05, 0.3, 0.4)) is None


def test_a_training_that_knows_how_sure_to_be_tries_nothing(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(_: Ranking, __: np.ndarray) -> None:
        raise AssertionError("nothing has to be tried")

    monkeypatch.setattr(Ranking, "tried", tried)
    told = [example(text, label, words) for label, texts in WORDINGS.items() for text in texts]
    found = learn(told, ("上海", "广东"), {}, kept, AIMS, sure=FOUND)
    assert (found.sharpness, found.confidence) == (FOUND.sharpness, FOUND.confidence)
    assert found.thresholds == FOUND.thresholds
    assert np.array_equal(found.by_all.vector_weights, model.by_all.vector_weights)
    assert np.array_equal(found.wordings.middles, model.wordings.middles)


def test_each_fifth_is_tried_and_trainings_take_it_along(
    tmp_path: Path, kept: KeptVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wordings(tmp_path / "data", WORDINGS)
    own = USUAL | {
        "wordings": str(tmp_path / "data/nlu"),
        "knowledge": str(ROOT / "data/knowledge"),
        "vectors": str(tmp_path),
        "follow_ups": str(tmp_path / "none"),
        "sureness": str(tmp_path / "sureness.json"),
    }
    monkeypatch.setattr(sureness, "configuration", lambda: own)
    assert sureness.main() == 0
    told = json.loads((tmp_path / "sureness.json").read_text("utf-8"))
    assert told["sharpness"] != UNSURE.sharpness
    learnt = learn_from(own)
    assert learnt.sharpness == told["sharpness"]
    assert learnt.thresholds == Thresholds(**told["thresholds"])

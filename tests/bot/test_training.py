"""Learning in other processes gives what learning here gives, and fails as loudly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import yaml

from bot.ranking.model import Model
from bot.text.features import Vocabulary, counted, one_below_the_other
from bot.training import ahead
from bot.training.forks import forked, halved
from bot.training.lessons import USUAL, configuration


def squares(numbers: object) -> list[int]:
    return [number * number for number in list(numbers)]  # type: ignore[call-overload]


@pytest.mark.parametrize("many", [0, 3, 4_001])
def test_two_halves_give_what_the_whole_gives(many: int) -> None:
    assert halved(squares, range(many)) == squares(range(many))


def test_what_fails_in_the_other_process_fails_here() -> None:
    def broken(numbers: object) -> list[int]:
        return squares(numbers) if 0 in list(numbers) else [1 // 0]  # type: ignore[call-overload]

    with pytest.raises(ZeroDivisionError):
        halved(broken, range(5_000))
    with forked(lambda: 1 // 0) as result, pytest.raises(ZeroDivisionError):
        result.result()


def test_many_texts_are_weighed_as_one_is() -> None:
    told = [Counter("社保社保卡"), Counter("失业金"), Counter(), Counter("社保金")]
    counts = one_below_the_other([counted(told[:2]), counted(told[2:])])
    vocabulary = Vocabulary.of(counts)
    asked = [*told, Counter("社失x")]  # and one with what nobody had told
    matrix = vocabulary.matrix(counted(asked))
    for row, text in zip(matrix, asked, strict=True):
        numbers, weights = vocabulary.row(text)
        assert row.indices.tolist() == numbers.tolist()
        assert np.allclose(row.data, weights)
    assert np.allclose(vocabulary.matrix(counts).toarray(), matrix[:4].toarray())


class Small:
    """Stands for a model of a second's work."""

    def __init__(self, told: str) -> None:
        self.told = told

    def save(self, directory: Path) -> None:
        (directory / "model").write_text(self.told)


def test_what_is_learnt_ahead_is_taken_and_nothing_is_learnt_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = tmp_path / "began"
    began.mkdir()

    def learn_from(configured: ahead.Configuration) -> Small:
        (began / uuid4().hex).touch()
        return Small(str(configured["wrong"]))

    monkeypatch.setattr(ahead, "learn_from", learn_from)
    for name, wrong, processes in (("same", 0.07, 1), ("other", 0.01, 3)):
        (tmp_path / name).mkdir()
        with ahead.learning_ahead(dict(USUAL)):
            ahead.learn_into(tmp_path / name, {**USUAL, "wrong": wrong, "name": "ranker"})
        assert (tmp_path / name / "model").read_text() == str(wrong)
        assert len(list(began.iterdir())) == processes


def test_data_that_cannot_be_read_stops_the_training(tmp_path: Path) -> None:
    told = {**USUAL, "wordings": str(tmp_path), "knowledge": str(tmp_path / "nowhere")}
    with ahead.learning_ahead(told), pytest.raises(FileNotFoundError):
        ahead.learn_into(tmp_path, told)
    assert not list(tmp_path.iterdir())


def test_the_configuration_is_the_rankers(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(yaml.safe_dump({"pipeline": [{"name": "x.QuestionRanker", "wrong": 0.02}]}))
    assert configuration(file) == {**USUAL, "wrong": 0.02}
    assert set(configuration()) == set(USUAL)


def test_a_model_learnt_ahead_is_a_model(model: Model, tmp_path: Path) -> None:
    """What the other process leaves can be read: the file's two parts and nothing else."""
    with forked(lambda: model.save(tmp_path)) as saved:
        saved.result()
    assert Model.read(tmp_path).thresholds == model.thresholds

"""An index from new data: what it understands, what its gate refuses, how it is taken back."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot import index
from bot.normalizer import normalize
from bot.publishing import answer_index
from bot.publishing.probes import Asker, without
from bot.publishing.update import Difference, update
from bot.publishing.workshop import Workshop
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors
from tests.bot.conftest import WORDINGS, write_wordings

KEY = "a key of the tests"
Written = Callable[[dict[str, list[str]]], Path]


@pytest.fixture
def data(tmp_path: Path) -> Written:
    """A data folder with these wordings."""

    def write(told: dict[str, list[str]]) -> Path:
        write_wordings(tmp_path / "data", told)
        return tmp_path / "data"

    return write


def _first(model: Model, words: jieba.Tokenizer, kept: KeptVectors, question: str) -> str:
    text = normalize(question).text
    return model.decide(text, cut(text, words), kept).answers[0][0]


def test_the_same_data_make_the_same_model(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, data: Written
) -> None:
    same, difference = update(model, data(WORDINGS), words, kept)
    assert difference == Difference(0, 0)
    assert (same.wordings.items, same.by_heart) == (model.wordings.items, model.by_heart)
    assert np.array_equal(same.wordings.members, model.wordings.members)
    assert np.allclose(same.wordings.middles, model.wordings.middles, atol=1e-6)


def test_a_new_wording_a_new_item_and_one_that_went(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, data: Written
) -> None:
    told = WORDINGS | {
        "faq/Q196": [*WORDINGS["faq/Q196"], "小方片片叫狗叼跑了"],
        "faq/Q300": ["龙灯补贴怎么申请", "龙灯补贴有多少", "舞龙灯的补贴在哪里领"],
        "faq/Q189": WORDINGS["faq/Q189"][1:],
    }
    changed, difference = update(model, data(told), words, kept)
    assert difference == Difference(4, 1)
    assert _first(changed, words, kept, "小方片片叫狗叼跑了") == "Q196"
    assert _first(changed, words, kept, "小方片片好像是叫狗叼跑了") == "Q196"
    assert _first(changed, words, kept, "请问舞龙灯补贴怎么申请呢") == "Q300"
    assert changed.origin == model.origin


def test_what_is_held_out_is_as_if_it_had_never_been_there(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, data: Written
) -> None:
    gone = WORDINGS["faq/Q189"][0]
    held = without(model, {("Q189", normalize(gone).text)})
    less, _ = update(model, data(WORDINGS | {"faq/Q189": WORDINGS["faq/Q189"][1:]}), words, kept)
    less = replace(less, by_heart={})
    assert held.texts == less.texts
    for name in ("item_of", "members", "vectors", "middles", "answering"):
        assert np.array_equal(getattr(held.wordings, name), getattr(less.wordings, name)), name
    ours, theirs = Asker(held, words, kept), Asker(less, words, kept)
    for question in (gone, "产假多少天", "社保卡丢了", "养老金怎么算的呀"):
        one, other = ours.ask(question), theirs.ask(question)
        assert (one.decision, one.way) == (other.decision, other.way)
        assert [item for item, _ in one.answers] == [item for item, _ in other.answers]
        assert np.allclose([s for _, s in one.answers], [s for _, s in other.answers], atol=1e-3)


def test_a_version_gives_back_what_was_written(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, data: Written, tmp_path: Path
) -> None:
    told = WORDINGS | {"faq/Q196": [*WORDINGS["faq/Q196"], "小方片片叫狗叼跑了"]}
    changed, _ = update(model, data(told), words, kept)
    answer_index.write(tmp_path, "1", changed, KEY.encode())
    for known in (model, changed):  # an engine reads it beside whatever it uses
        again = answer_index.read(tmp_path / "1", KEY.encode(), known)
        assert (again.origin, again.texts) == (changed.origin, changed.texts)
        assert again.vocabulary.number == changed.vocabulary.number
        for question in ("小方片片好像是叫狗叼跑了", "产假多少天"):
            cutted = cut(question, words)
            assert again.decide(question, cutted, kept) == changed.decide(question, cutted, kept)


@pytest.fixture
def commands(
    shop_folder: Path, monkeypatch: pytest.MonkeyPatch, data: Written
) -> Callable[..., int]:
    """`python -m bot.index …` with the small model, its data and a small regression set."""
    monkeypatch.setenv("ANSWER_INDEX", str(shop_folder / "answers"))
    monkeypatch.setenv("ANSWER_INDEX_KEY", KEY)
    files = ["--data", str(data(WORDINGS)), "--model", str(shop_folder / "model.tar.gz")]
    return lambda *what: index.main([*what, *files])


def test_the_first_version_is_held_to_the_model_and_taken_back_by_a_command(
    commands: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands("rollback") == 1
    assert commands("build") == 0
    first = answer_index.current(tmp_path / "answers")
    assert commands("build") == 0
    assert answer_index.current(tmp_path / "answers") != first
    assert commands("rollback") == 0
    assert answer_index.current(tmp_path / "answers") == first
    assert "2 of 2 questions right" in capsys.readouterr().out


def test_a_model_of_another_training_is_given_what_staff_published(
    commands: Callable[..., int],
    model: Model,
    data: Written,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answer_index, "LOOK_SECONDS", 0.0)
    answers, new = tmp_path / "answers", "小方片片叫狗叼跑了"
    data(WORDINGS | {"faq/Q196": [*WORDINGS["faq/Q196"], new]})
    assert commands("build") == 0
    first = answer_index.current(answers)
    space = replace(model.wordings.space, centre=model.wordings.space.centre + np.float32(1e-4))
    other = replace(model, wordings=replace(model.wordings, space=space))
    assert other.origin != model.origin
    old = answer_index.AnswerIndex(model, answers, KEY.encode())
    fresh = answer_index.AnswerIndex(other, answers, KEY.encode())
    assert (new in old.now().by_heart, fresh.now()) == (True, other)

    shop = Workshop(answers, KEY.encode(), tmp_path / "data", tmp_path / "other.tar.gz")
    pack(other, shop.model)
    shop.activate(shop.build(shop.data).version)
    assert new in fresh.now().by_heart
    # The engine that goes keeps what it has; the way back begins with its own version again.
    assert (old.now().origin, old.version) == (model.origin, first)
    answer_index.activate(answers, first)
    assert old.now().by_heart[new] == "faq/Q196"


def pack(model: Model, place: Path) -> None:
    """A model's file, as training writes it."""
    with tarfile.open(place, "w:gz") as archive, tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        archive.add(folder, "ranker")


def test_the_gate_refuses_what_breaks_a_question_and_names_it(
    commands: Callable[..., int],
    data: Written,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    moved = {"faq/Q122": [*WORDINGS["faq/Q122"], *WORDINGS["faq/Q163"]], "faq/Q163": ["坐月子"]}
    data(WORDINGS | moved)
    assert commands("build") == 1
    assert answer_index.current(tmp_path / "answers") == ""
    assert "broken: 产假有多少天 (Q163)" in capsys.readouterr().out


def test_an_index_for_another_model_is_not_taken(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_index, "LOOK_SECONDS", 0.0)
    answer_index.write(tmp_path, "1", model, KEY.encode())
    answer_index.activate(tmp_path, "1")
    model.save(tmp_path)
    other = Model.read(tmp_path)
    other.__dict__["origin"] = "another training"
    assert answer_index.AnswerIndex(other, tmp_path, KEY.encode()).now() is other


def test_only_the_newest_versions_stay(model: Model, tmp_path: Path) -> None:
    for number in range(4):
        answer_index.write(tmp_path, str(number), model, KEY.encode())
    answer_index.tidy(tmp_path, {"0"}, 2)
    assert sorted(home.name for home in tmp_path.iterdir()) == ["0", "2", "3"]

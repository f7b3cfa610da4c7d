"""What was asked before anybody looked for its item: how it is read, counted and published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.publishing.content import Content
from bot.publishing.update import update
from bot.ranking.examples import ASKED_FILE, asked, asked_for, wordings
from bot.ranking.model import Model
from bot.ranking.wordings import often_asked
from bot.text.sentence_vectors import KeptVectors
from bot.training.lessons import configuration, examples_of
from tests.bot.conftest import WORDINGS, write_wordings

QUESTIONS = "Q163 Q160\t月子坐完几天要上班\nQ160\t老板要我还产假的钱\nQ999\t没有这一条了\n"
Written = Callable[[dict[str, list[str]]], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Wordings of the small model, and three questions that came first."""
    write_wordings(tmp_path, WORDINGS | {"faq/Q160": ["生育津贴多少"]})
    (tmp_path / "nlu" / ASKED_FILE).write_text(QUESTIONS, "utf-8")
    return tmp_path


def test_a_question_is_a_wording_of_the_item_that_answers_it_best(folder: Path) -> None:
    told = wordings(folder / "nlu")
    assert ("月子坐完几天要上班", "faq/Q163") in told
    assert ("月子坐完几天要上班", "faq/Q160") not in told


def test_a_question_of_an_item_that_is_withdrawn_is_no_wording(folder: Path) -> None:
    assert "faq/Q999" not in {label for _, label in wordings(folder / "nlu")}


def test_each_item_that_answers_counts_as_asked_for(folder: Path) -> None:
    assert asked_for(asked(folder / "nlu")) == {"Q163": 1, "Q160": 2, "Q999": 1}
    often = often_asked(("Q160", "Q163", "Q196"), {"Q160": 20, "Q163": 3})
    assert often[0] > often[1] > often[2]
    assert np.allclose([often.mean(), often.std()], [0.0, 1.0], atol=1e-6)
    assert often_asked(("Q160", "Q163"), {}).tolist() == [0.0, 0.0]


def test_learning_knows_what_was_asked_and_what_else_answers_it(folder: Path) -> None:
    examples = examples_of(configuration() | {"wordings": str(folder / "nlu")})
    came_first = {one.text: one for one in examples if one.asked}
    assert set(came_first) == {"月子坐完几天要上班", "老板要我还产假的钱"}
    assert came_first["月子坐完几天要上班"].also == ("Q160",)
    assert all(one.also == () for one in examples if not one.asked)


def test_a_folder_with_another_question_is_another_content(folder: Path) -> None:
    content = Content()
    before = content.fingerprint(folder)
    with (folder / "nlu" / ASKED_FILE).open("a", encoding="utf-8") as file:
        file.write("Q163\t流产休几天\n")
    assert content.fingerprint(folder) != before


def test_a_published_item_counts_as_asked_for_as_most_are(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, folder: Path
) -> None:
    asked_before = dict(zip(model.wordings.items, model.wordings.asked.tolist(), strict=True))
    changed, _ = update(model, folder, words, kept)
    after = dict(zip(changed.wordings.items, changed.wordings.asked.tolist(), strict=True))
    assert after == asked_before | {"Q160": 0.0}

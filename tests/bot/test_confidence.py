"""How sure to be of the first item: what the ranking shows, what is learnt of it, what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest

from bot.publishing import addition
from bot.publishing.update import update
from bot.ranking.confidence import PLAIN, SIGNS, Confidence, leads
from bot.ranking.examples import ASKED_FILE
from bot.ranking.grounds import differing
from bot.ranking.model import Model
from bot.ranking.wordings import Wordings
from bot.text.sentence_vectors import KeptVectors
from bot.training.calibration import ENOUGH_ASKED, Aims, Sureness, Tried, calibrated
from tests.bot.conftest import WORDINGS, write_wordings

AIMS = Aims(0.05, 0.3, 0.4)
NO_WEIGHTS = (0.0,) * len(SIGNS)


def test_without_anything_learnt_it_is_as_sure_as_the_chance() -> None:
    chances = np.array([0.2, 0.9])
    assert PLAIN.of(chances, np.ones((2, len(SIGNS)))) == pytest.approx(chances)


def test_leads_are_those_after_the_duels_and_that_before() -> None:
    before, after = np.array([5.0, 4.5, 1.0]), np.array([7.0, 6.0, 2.0])
    assert leads(before, 1, after) == (1.0, 4.0, -0.5)  # it was the second
    assert leads(before, 0, after) == (1.0, 4.0, 0.5)
    assert leads(before[:1], 0, after[:1]) == (0.0, 0.0, 0.0)  # all alone


def test_a_question_shares_most_with_what_asks_the_same(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors
) -> None:
    asked, unlike = (_shown(model, words, kept, text) for text in ("产假多少天", "今天天气怎么样"))
    assert asked["shared"] == pytest.approx(1.0)
    assert unlike["shared"] < 0.5


def _shown(model: Model, words: jieba.Tokenizer, kept: KeptVectors, text: str) -> dict[str, float]:
    """What the ranking shows of a question."""
    near = model.wordings.word_nearness(model.row(text, words.lcut(text)))
    place = model.wordings.space.place(kept.one(text))
    ranked = model.wordings.rank_by(near, model.wordings.middles @ place, place)
    return dict(zip(SIGNS, ranked.signs.tolist(), strict=True))


def test_the_others_share_what_the_first_one_leaves_and_none_is_likelier() -> None:
    chances = np.array([0.6, 0.3, 0.1])
    surer, less = (Confidence((1.0, *NO_WEIGHTS), offset) for offset in (2.0, -2.0))
    assert surer.among(chances, np.zeros(len(SIGNS))).sum() == pytest.approx(1.0)
    assert surer.among(chances, np.zeros(len(SIGNS)))[0] > 0.9
    doubted = less.among(chances, np.zeros(len(SIGNS)))
    assert doubted[0] < 0.2
    assert (np.diff(doubted) <= 0).all()
    assert (surer.among(np.array([1.0, 0.0]), np.zeros(len(SIGNS))) <= 1.0).all()


def _found(count: int) -> Sureness:
    """Of questions with like scores, where votes alone tell which answers are right."""
    random = np.random.default_rng(3)
    votes, nothing = random.random(count), np.zeros(count, dtype=int)
    truth = (random.random(count) > votes).astype(int)
    scores = np.stack([np.ones(count), np.zeros(count)], axis=1)
    shown = np.zeros((count, len(SIGNS)))
    shown[:, SIGNS.index("votes")] = votes
    tried = Tried(np.arange(count), truth, scores, scores, shown, nothing, np.zeros(count))
    return calibrated(tried, np.eye(2, dtype=bool)[truth], np.ones(count), AIMS)


def test_what_tells_right_from_wrong_counts_even_where_scores_are_alike() -> None:
    found = _found(4 * ENOUGH_ASKED)
    rows = np.zeros((2, len(SIGNS)))
    rows[:, SIGNS.index("votes")] = 0.1, 0.99
    doubted, sure = found.confidence.of(np.array([0.7, 0.7]), rows)
    assert doubted < 0.3
    assert sure > 0.9
    assert doubted < found.thresholds.answer < 1.0


def test_of_too_few_questions_nothing_is_learnt() -> None:
    assert _found(ENOUGH_ASKED - 1).confidence == PLAIN


def answers(wordings: Wordings) -> list[list[str]]:
    """What answers each wording."""
    told = wordings.answering.tolist()
    return [[wordings.items[number] for number in row if number >= 0] for row in told]


def test_a_published_index_keeps_what_else_answers_a_wording(
    model: Model, words: jieba.Tokenizer, kept: KeptVectors, tmp_path: Path
) -> None:
    first = model.wordings.items[0]
    assert answers(model.wordings)[0] == [first]
    also = np.full((len(model.texts), 2), -1, dtype=np.int16)
    also[:, 0] = model.wordings.item_of
    also[0, 1] = len(model.wordings.items) - 1
    last = model.wordings.items[-1]
    known = _with_answering(model, also)
    write_wordings(tmp_path, {"faq/Q000": ["新加的一条问什么"], **WORDINGS})
    (tmp_path / "nlu" / ASKED_FILE).write_text("", "utf-8")
    changed, _ = update(known, tmp_path, words, kept)
    told = dict(zip(changed.texts, answers(changed.wordings), strict=True))
    assert told["新加的一条问什么"] == ["Q000"]
    assert told[model.texts[0]] == [first, last]
    home = tmp_path / "home"
    home.mkdir()
    addition.write(home, changed)
    read = addition.read(home, known)
    assert answers(read.wordings) == answers(changed.wordings)


def test_decisions_are_not_taken_over_where_something_else_answers_a_wording(model: Model) -> None:
    before = np.repeat(model.wordings.item_of[:, None], 2, axis=1)
    after = before.copy()
    after[0, 1] = len(model.wordings.items) - 1
    known = _with_answering(model, before)
    assert differing(_with_answering(model, before.copy()), known) == frozenset()
    assert differing(_with_answering(model, after), known) == {model.wordings.items[0]}


def _with_answering(model: Model, answering: np.ndarray) -> Model:
    return replace(model, wordings=replace(model.wordings, answering=answering))

"""Decisions of a small understanding: right items, small talk, other matters, bad input."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix

from bot.normalizer import normalize
from bot.publishing.answer_index import AnswerIndex
from bot.ranking.classifier import Classifier, alike, train
from bot.ranking.decision import Decision, Thresholds, decide
from bot.ranking.matters import matters
from bot.ranking.model import Model
from bot.ranking.ranker import QuestionRanker
from bot.text.sentence_vectors import E5Vectors
from bot.tokenizer import tokens

THRESHOLDS = Thresholds(answer=0.6, choices=0.3, chat=0.4)


@pytest.fixture
def ranker(model: Model) -> QuestionRanker:
    """The Rasa component around the small understanding."""
    return QuestionRanker(QuestionRanker.get_default_config(), None, None, AnswerIndex(model))


def _message(words: jieba.Tokenizer, text: str) -> Message:
    return Message({TEXT: text, TOKENS_NAMES[TEXT]: tokens(words, text)})


def _decide(model: Model, words: jieba.Tokenizer, encoder: E5Vectors, text: str) -> Decision:
    spelled = normalize(text).text
    return model.decide(spelled, words.lcut(spelled), encoder)


@pytest.mark.parametrize(
    ("question", "item"),
    [
        ("我的社保卡不见了要去哪里补", "Q196"),
        ("失业以后失业金能领多长时间", "Q125"),
        ("養老保險怎麼轉移到外省", "Q189"),
        ("产假能休多少天", "Q163"),
        ("社宝卡丢了咋办", "Q196"),
        ("你好，请问一下产假多少天，谢谢", "Q163"),
    ],
)
def test_the_right_item_comes_first(
    model: Model, words: jieba.Tokenizer, encoder: E5Vectors, question: str, item: str
) -> None:
    assert _decide(model, words, encoder, question).answers[0][0] == item


@pytest.mark.parametrize("text", ["你好，谢谢您", "谢谢，再见", "你好你好", "您好，谢谢"])
def test_courtesy_alone_stays_courtesy(
    model: Model, words: jieba.Tokenizer, encoder: E5Vectors, text: str
) -> None:
    assert _decide(model, words, encoder, text).decision == "chat"


@pytest.mark.parametrize(
    ("text", "decision", "intent"),
    [
        ("社保卡补办", "answer", "faq"),
        ("转人工", "human", "human"),
        ("你好", "chat", "greet"),
        ("我的社保交到几月了", "lookup", "look_up_contributions"),
        ("红烧肉怎么做", "reject", "out_of_scope"),
    ],
)
def test_what_is_known_by_heart_is_certain(
    model: Model, words: jieba.Tokenizer, encoder: E5Vectors, text: str, decision: str, intent: str
) -> None:
    found = _decide(model, words, encoder, text)
    assert (found.decision, found.intent) == (decision, intent)


def test_the_component_marks_a_message(ranker: QuestionRanker, words: jieba.Tokenizer) -> None:
    marked = ranker.process([_message(words, "产假多少天")])[0].as_dict(True)
    assert marked["decision"] == "answer"
    assert marked["answers"][0]["id"] == "Q163"
    assert marked[INTENT]["name"] == "faq"
    assert "parts" not in marked


def test_our_own_payloads_pass_untouched(ranker: QuestionRanker, words: jieba.Tokenizer) -> None:
    assert ranker.process([_message(words, "/choose")])[0].get(INTENT) is None


@pytest.mark.parametrize("text", ["社保卡丢了怎么办？产假多少天", "社保卡丢了咋办啊 产假多少天"])
def test_two_matters_are_split(ranker: QuestionRanker, words: jieba.Tokenizer, text: str) -> None:
    marked = ranker.process([_message(words, text)])[0].as_dict(True)
    assert [part["answers"][0]["id"] for part in marked["parts"]] == ["Q196", "Q163"]


@pytest.mark.parametrize(
    "text",
    ["我去年离开公司，现在没有工作，失业金能领几个月", "产假多少天", "产假多少天？产假有几天"],
)
def test_one_matter_stays_one(
    model: Model, words: jieba.Tokenizer, encoder: E5Vectors, text: str
) -> None:
    whole = _decide(model, words, encoder, text)
    assert matters(model, text, words.lcut(text), whole, encoder) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "？？？",
        "😀😀😀",
        "\x00\x01\x02",
        "社保" * 5_000,
        "ａ社保αβγабв ไทย",
        "／inform{}",
        "\ud800",
        "\u202e保社",
        "1" * 10_000,
    ],
    ids=[str(number) for number in range(11)],
)
def test_bad_input_is_decided_quickly(
    ranker: QuestionRanker, words: jieba.Tokenizer, text: str
) -> None:
    ranker.process([_message(words, "产假有多少天呢")])
    taken = []
    for _ in range(3):
        started = time.process_time()  # a busy machine is not our slowness
        decision = ranker.process([_message(words, text)])[0].get("decision")
        taken.append(time.process_time() - started)
        assert decision in ("answer", "clarify", "lookup", "human", "chat", "reject")
    assert min(taken) < 0.05


def test_a_saved_model_decides_the_same(
    model: Model, words: jieba.Tokenizer, encoder: E5Vectors, tmp_path: Path
) -> None:
    model.save(tmp_path)
    question = "失业了能拿多久的失业金"
    again = Model.read(tmp_path)
    assert _decide(again, words, encoder, question) == _decide(model, words, encoder, question)
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".json", ".npz"]


@pytest.mark.parametrize(
    ("intents", "answers", "decision"),
    [
        ({"faq": 0.9}, (("Q001", 0.7),), "answer"),
        ({"faq": 0.9}, (("Q001", 0.4), ("Q002", 0.3)), "clarify"),
        ({"faq": 0.1, "out_of_scope": 0.9}, (("Q001", 0.05),), "reject"),
        # An item that would be sure of it is asked back for, but not where it is hardly ours.
        ({"faq": 0.08, "out_of_scope": 0.9}, (("Q001", 0.16),), "clarify"),
        ({"faq": 0.16, "look_up_unemployment": 0.3}, (("Q001", 0.16),), "clarify"),
        ({"faq": 0.16, "look_up_unemployment": 0.2}, (("Q001", 0.16),), "reject"),
        ({"faq": 0.04, "out_of_scope": 0.9}, (("Q001", 0.05),), "reject"),
        # What is surely ours is asked back for, and not called foreign.
        ({"faq": 0.96}, (("Q001", 0.1), ("Q002", 0.05)), "clarify"),
        ({"faq": 0.96}, (), "reject"),
        ({"human": 0.8, "faq": 0.2}, (("Q001", 0.2),), "human"),
        ({"greet": 0.35, "faq": 0.3}, (("Q001", 0.2),), "reject"),
        ({"look_up_unemployment": 0.7, "faq": 0.2}, (("Q124", 0.4),), "lookup"),
        # Nobody is sent to sign in for what may as well be a question about policy.
        ({"look_up_unemployment": 0.5, "faq": 0.45}, (("Q124", 0.5),), "clarify"),
        ({"look_up_unemployment": 0.5, "faq": 0.45}, (), "lookup"),
    ],
)
def test_a_decision_follows_from_probabilities(
    intents: dict[str, float], answers: tuple[tuple[str, float], ...], decision: str
) -> None:
    assert decide(intents, answers, THRESHOLDS).decision == decision


def test_left_out_scores_are_those_of_training_without_the_row() -> None:
    random = np.random.default_rng(7)
    rows = random.normal(size=(24, 6))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = ["a", "b", "c"] * 8  # as many of each, so that the balance stays when one goes
    all_of_them, others = csr_matrix(rows), csr_matrix(rows[1:])
    trained = train(all_of_them, alike(all_of_them), None, labels)
    without = train(others, alike(others), None, labels[1:])
    told = trained.left_out[0].argmax()
    scores = without.classifier.of_many(rows[0])
    assert told == scores.argmax()
    few = train(all_of_them, alike(all_of_them), None, labels, last=9)
    np.testing.assert_allclose(few.classifier.weights, trained.classifier.weights)
    assert (few.left_out.argmax(axis=1) == trained.left_out[-9:].argmax(axis=1)).all()


def test_what_tells_nothing_is_not_kept_and_weighs_nothing() -> None:
    weights = np.array([[0, 0], [2, 1], [0, 0], [0, 3]], np.float16)
    kept = Classifier.of(("a", "b"), weights, np.zeros((0, 2), np.float32), 1.0)
    assert (kept.seen, len(kept.weights)) == (4, 3)
    row = np.array([0, 1, 3, 7]), np.array([0.5, 0.5, 0.25, 9.0], np.float32)  # 7 came later
    assert kept.scores(row, None).tolist() == [1.0, 1.25]
    assert kept.of_many(csr_matrix(np.eye(4, dtype=np.float32))).tolist() == weights.tolist()


def test_the_rows_of_one_item_are_those_of_all(model: Model) -> None:
    # Made one by one first: once all are there, they are taken from these.
    fresh = replace(model.wordings)
    alone = [fresh._rows_of(fresh._own(item)) for item in range(len(fresh.items))]
    assert "rows" not in fresh.__dict__
    for item, rows in enumerate(alone):
        assert (rows != fresh.rows[fresh._own(item)]).nnz == 0

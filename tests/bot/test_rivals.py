"""Items against look-ups that sound like them: who wins, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import jieba
import numpy as np
import pytest

from bot.ranking.decision import FAQ, Thresholds, decide
from bot.ranking.duels import side
from bot.ranking.examples import cut, example
from bot.ranking.model import Model
from bot.ranking.rivals import LOST, WON, Rivals, nearness, weighed
from bot.text.sentence_vectors import KeptVectors
from bot.training.calibration import Aims
from bot.training.learning import learn
from tests.bot.conftest import WORDINGS

CARD = "look_up_card"
OF_A_CARD = [
    "我的社保卡办好了吗",
    "查我社保卡的状态",
    "我的卡制到哪一步了",
    "我社保卡激活没有",
    "查一下我的社保卡",
    "看看我的社保卡能不能用",
]


@pytest.fixture(scope="module")
def knowing_cards(words: jieba.Tokenizer, kept: KeptVectors) -> Model:
    """The small understanding, which looks up the state of a card as well."""
    told = {**WORDINGS, CARD: OF_A_CARD}
    examples = [example(text, label, words) for label, texts in told.items() for text in texts]
    return learn(examples, ("上海", "广东"), {"Q122": 1}, kept, Aims(0.1, 0.3, 0.4))


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("我社保卡丢了怎么办呀", "answer"),
        ("我的社保卡遗失了怎么补", "answer"),
        ("查查我的社保卡办好没", "lookup"),
    ],
)
def test_what_is_asked_decides_and_not_who_asks(
    knowing_cards: Model, words: jieba.Tokenizer, kept: KeptVectors, text: str, decision: str
) -> None:
    model = replace(knowing_cards, thresholds=Thresholds(0.5, 0.3, 0.4))
    decided = model.decide(text, cut(text, words), kept)
    assert decided.decision == decision
    assert decided.intent == (CARD if decision == "lookup" else FAQ)


@pytest.mark.parametrize(
    ("outcome", "faq", "rival"),
    [(WON, 0.9, 0.0), (0.9, 0.9, 0.0), (LOST, 0.0, 0.9), (-0.5, 0.0, 0.9), (0.2, 0.45, 0.45)],
)
def test_who_wins_has_what_both_had(outcome: float, faq: float, rival: float) -> None:
    told = weighed({FAQ: 0.2, CARD: 0.7, "greet": 0.1}, CARD, outcome)
    assert told == pytest.approx({FAQ: faq, CARD: rival, "greet": 0.1})


def test_where_nobody_wins_both_are_offered() -> None:
    shared = weighed({FAQ: 0.1, CARD: 0.9}, CARD, 0.2)
    decided = decide(shared, (("Q196", 0.6),), Thresholds(0.84, 0.3, 0.4))
    assert (decided.decision, decided.beside) == ("clarify", CARD)
    alone = decide({FAQ: 0.9, CARD: 0.1}, (("Q196", 0.6),), Thresholds(0.84, 0.3, 0.4))
    assert (alone.decision, alone.beside) == ("clarify", "")


def test_nearness_is_that_of_whole_rows(knowing_cards: Model) -> None:
    rivals = knowing_cards.rivals
    own = np.flatnonzero(rivals.owner == rivals.intents.index(CARD))
    rows, vectors = rivals.rows[own], rivals.vectors[own]
    asked = rivals.rows[own[0]]
    unknown = np.array([rivals.rows.shape[1] - 1])  # no wording of a card has it
    row = np.r_[asked.indices, unknown], np.r_[asked.data, np.float32(1.0)]
    near = nearness(side(rows, vectors), row, vectors[1])
    expected = (rows @ asked.T).toarray()[:, 0] + vectors @ vectors[1]
    np.testing.assert_allclose(near, expected, rtol=1e-4)


def test_without_look_ups_nothing_is_changed(knowing_cards: Model) -> None:
    none = Rivals.of([], knowing_cards.rivals.rows[:0], knowing_cards.rivals.vectors[:0])
    assert none.likeliest({FAQ: 0.5, CARD: 0.5}) is None


def test_rivals_come_back_from_the_file(
    knowing_cards: Model, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    knowing_cards.save(folder)
    read = Model.read(folder).rivals
    assert read.intents == knowing_cards.rivals.intents
    assert (read.rows != knowing_cards.rivals.rows).nnz == 0
    np.testing.assert_array_equal(read.vectors, knowing_cards.rivals.vectors)

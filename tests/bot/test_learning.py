"""What learning leaves out to know how sure it may be, and what tells near items apart."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.evaluation import intents
from bot.evaluation.held_out import divided
from bot.evaluation.scaling import enlarged
from bot.intent_benchmark import macro_f1
from bot.ranking.confidence import SIGNS
from bot.ranking.decision import NEVER
from bot.ranking.duels import outcomes, side
from bot.ranking.examples import Example
from bot.ranking.model import Model
from bot.ranking.wordings import Ranked
from bot.text.features import Vocabulary, counted
from bot.text.sentence_vectors import E5Vectors
from bot.training.calibration import Aims, Tried, calibrated, held_out, risk, to_try, tried

ALIKE, AIMS = np.ones(400), Aims(0.07, 0.3, 0.4)
NO_SIGNS = np.zeros((400, len(SIGNS)))


def test_a_fifth_of_each_item_is_held_out_another_one_of_each() -> None:
    held = held_out(np.repeat([0, 1, 2], [10, 10, 1]), np.zeros(21, dtype=bool))
    assert np.flatnonzero(held).tolist() == [0, 1, 12, 13]


def test_of_what_was_asked_every_fifth_is_held_out() -> None:
    asked = np.arange(20) >= 10
    assert np.flatnonzero(held_out(np.repeat([0], 20), asked)).tolist() == [0, 1, 10, 15]


def test_what_is_held_out_is_not_learnt() -> None:
    told = [Example(f"问{number}", [], label) for label in ("a", "b") for number in range(10)]
    learnt, held = divided(told)
    assert (len(learnt), len(held)) == (16, 4)
    assert {(one.label, one.text) for one in held} == {
        ("a", "问0"),
        ("a", "问1"),
        ("b", "问2"),
        ("b", "问3"),
    }


def test_of_what_was_asked_another_fifth_is_judged() -> None:
    told = [Example(f"问{number}", [], "faq/Q1") for number in range(5)]
    told += [Example(f"求{number}", [], "faq/Q1", True, ("Q2",)) for number in range(10)]
    learnt, held = divided(told)
    assert [one.text for one in held] == ["问0", "求0", "求5"]
    assert {one.text for one in learnt} == {one.text for one in told} - {"问0", "求0", "求5"}


def test_the_threshold_keeps_the_aim_with_something_to_spare() -> None:
    sure = np.linspace(4, 0.1, 400)
    scores = np.stack([sure, np.zeros(400)], axis=1)
    truth = np.zeros(400, dtype=int)
    truth[200::2] = 1  # the less sure half is wrong every second time
    nothing = np.zeros(400, dtype=int)
    found = Tried(np.arange(400), truth, scores, scores, NO_SIGNS, nothing, np.zeros(400))
    found_out = calibrated(found, np.eye(2, dtype=bool)[truth], ALIKE, AIMS)
    probability = 1 / (1 + np.exp(-found_out.sharpness * sure))
    answered = probability >= found_out.thresholds.answer
    assert 200 <= answered.sum() < 240
    assert (truth[answered] == 1).mean() < 0.07


def test_thresholds_are_found_by_what_was_asked_where_that_is_enough() -> None:
    held, asked = np.arange(3500) % 5 == 0, np.arange(3500) >= 400
    assert to_try(held, asked).tolist() == list(range(400, 3500, 5))
    assert to_try(held, asked & (np.arange(3500) < 2000)).tolist() == list(range(0, 3500, 5))


def test_what_answers_as_well_is_no_error() -> None:
    sure, truth = np.linspace(4, 0.1, 400), np.zeros(400, dtype=int)
    truth[::3] = 1
    scores, nothing = np.stack([sure, np.zeros(400)], axis=1), np.zeros(400, dtype=int)
    found = Tried(nothing, truth, scores, scores, NO_SIGNS, nothing, sure)
    one, both = np.eye(2, dtype=bool)[truth], np.ones((400, 2), dtype=bool)
    strict, either = (calibrated(found, told, ALIKE, AIMS) for told in (one, both))
    assert either.thresholds.answer < strict.thresholds.answer


def test_what_is_asked_for_often_comes_first_and_is_no_surer_for_it() -> None:
    ranked = Ranked(np.arange(2), np.array([2.0, 1.0]), np.array([1.0, 1.5]), np.zeros(len(SIGNS)))
    first, second = ranked.chances(1.0)
    assert first == pytest.approx(1 / (1 + np.exp(0.5)))  # as if both were asked for alike
    assert second == pytest.approx(1 / (1 + np.exp(1.0)))  # behind the one asked for often


def test_pairs_of_words_that_are_seen_too_rarely_have_no_part() -> None:
    told = counted(
        [Counter({"=甲=乙": 1, "=甲": 1}), Counter({"=甲=丙": 1}), Counter({"=甲=丙": 1})]
    )
    assert set(Vocabulary.of(told, rare=1).number) == {"=甲", "=甲=丙"}
    assert set(Vocabulary.of(told).number) == {"=甲", "=甲=乙", "=甲=丙"}


def test_a_text_that_counts_twice_is_as_two() -> None:
    once = [Counter({"=甲=乙": 1, "甲": 2}), Counter({"甲": 1, "丙": 1})]
    twice = Vocabulary.of(counted([*once, once[0]]), rare=1)
    weighed = Vocabulary.of(counted(once), rare=1, times=np.array([2, 1]))
    assert weighed.number == twice.number == {"=甲=乙": 0, "丙": 1, "甲": 2}
    assert weighed.rarity.tolist() == twice.rarity.tolist()


def test_the_risk_of_an_answer_is_a_smooth_curve_with_as_many_errors_as_there_were() -> None:
    random = np.random.default_rng(7)
    odds = np.sort(random.normal(2.0, 1.5, 3000))
    right = random.random(3000) < 1 / (1 + np.exp(-odds))
    found = risk(1 / (1 + np.exp(-odds)), right)
    assert (np.diff(found[30:-30]) <= 0).all()
    assert abs(found.sum() - (~right).sum()) < 3
    assert risk(np.full(3, 0.9), np.array([True] * 3)).sum() == 0


def test_what_is_held_out_is_tried_by_what_is_not() -> None:
    random = np.random.default_rng(7)
    item_of = np.repeat([0, 1, 2], [5, 5, 1])
    vectors, rows = random.random((2, 11, 4), dtype=np.float32)
    asked, own = np.zeros(3, dtype=np.float32), item_of[:, None]
    held = held_out(item_of, item_of < 0)
    known = ("a", "b", "c"), csr_matrix(rows), vectors, item_of, asked, own
    found = tried(*known, held, np.flatnonzero(held))
    assert found.places.tolist() == [0, 6]
    assert found.truth.tolist() == [0, 1]
    assert found.scores.shape == found.alike.shape == (2, 3)
    assert found.signs.shape == (2, len(SIGNS))


def test_ngrams_alone_decide_only_where_they_are_nearly_always_right() -> None:
    leads = np.linspace(0.5, 0.0, 100)
    wrong = np.arange(100) >= 40
    truth, scores, signs = np.zeros(100, dtype=int), np.ones((100, 2)), NO_SIGNS[:100]
    known = np.eye(2, dtype=bool)[truth], ALIKE[:100], Aims(0.06, 0.3, 0.4)
    found = Tried(np.arange(100), truth, scores, scores, signs, wrong.astype(int), leads)
    assert calibrated(found, *known).thresholds.clear_lead > leads[42]
    never = Tried(np.arange(100), truth, scores, scores, signs, np.ones(100, dtype=int), leads)
    assert calibrated(never, *known).thresholds.clear_lead == NEVER


ROWS = csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 1]], dtype=np.float32))
NOWHERE = np.zeros((2, 2), dtype=np.float32)


def test_near_items_are_told_apart_by_what_separates_them() -> None:
    near = [np.ones(2, dtype=np.float32), 2 * np.ones(2, dtype=np.float32)]  # has the third n-gram
    first, second = outcomes([side(ROWS[:2], NOWHERE), side(ROWS[2:], NOWHERE)], near)
    assert second > 0 > first == -second


def test_a_duel_has_the_same_outcome_from_both_sides() -> None:
    sides, near = [side(ROWS[:2], NOWHERE), side(ROWS[1:3], NOWHERE)], [np.ones(2), np.zeros(2)]
    there, back = outcomes(sides, near), outcomes(sides[::-1], near[::-1])
    assert np.allclose(there, back[::-1])


def test_the_first_meets_each_other_and_shows_its_hardest_duel() -> None:
    near = [np.ones(2), 2 * np.ones(2), np.ones(2)]
    sides = [side(ROWS[:2], NOWHERE), side(ROWS[2:], NOWHERE), side(ROWS[1:3], NOWHERE)]
    first, second, third = outcomes(sides, near)
    assert second != third
    assert first == -max(second, third)
    assert outcomes(sides[::2], near[::2]).tolist() == [-third, third]  # the rest has no part in it
    assert outcomes(sides[:1], near[:1]).tolist() == [0.0]


def test_a_duel_that_is_known_already_ends_as_the_others() -> None:
    near = [np.ones(2), 2 * np.ones(2), np.ones(2)]
    sides = [side(rows, NOWHERE + 0.25) for rows in (ROWS[:2], ROWS[2:], ROWS[1:3])]
    known = outcomes(sides[::2], near[::2])
    together = outcomes(sides, near)
    pairs = zip(sides[1:], near[1:], strict=True)
    apart = [outcomes([sides[0], other], [near[0], its])[1] for other, its in pairs]
    assert np.allclose(together[1:], apart)
    assert known[1] == together[2]


def test_a_changed_wording_makes_another_side() -> None:
    one, same = side(ROWS[:2], NOWHERE), side(ROWS[:2].copy(), NOWHERE.copy())
    assert one.name == same.name != side(ROWS[1:3], NOWHERE).name
    assert one.name != side(ROWS[:2], NOWHERE + 0.5).name


def test_made_up_items_have_fifteen_wordings_each(model: Model) -> None:
    many = enlarged(model.wordings, 40)
    assert (len(many.items), many.members.shape) == (40, (40, 15))


def test_intents_are_told_apart(encoder: E5Vectors) -> None:
    texts = ["放首歌听听", "来一首老歌", "放点音乐", "明天下雨吗", "今天多少度", "后天天气如何"]
    labels = ["music"] * 3 + ["weather"] * 3
    machine = intents.train(texts, encoder.many(texts), labels)
    given = machine.labels[int(machine.scores("放一首歌", encoder.one("放一首歌")).argmax())]
    assert given == "music"


def test_macro_f1_counts_each_label_the_same() -> None:
    assert macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == (2 * 3 / 7) / 2

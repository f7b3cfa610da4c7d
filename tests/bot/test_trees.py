"""Boosted trees: what they say, how they are kept, and that they weigh the likeliest once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.context.reading import TREES
from bot.context.signs import MOST_CANDIDATES, OF_CANDIDATES, OF_ITEMS, OF_NOBODY, candidates
from bot.context.trees import Trees
from bot.context.weights import chances
from bot.training.boosting import trees_of
from tests.bot.conftest import ROOT
from tests.bot.test_context import CONTEXT

# Two trees: over 1 in the first column, and any value at all.
SMALL = Trees(
    ("a", "b"),
    starts=np.array([0, 3]),
    sign=np.array([0, 0, 0, 0]),
    most=np.array([1.0, 0.0, 0.0, 0.0]),
    left=np.array([1, 1, 2, 3]),
    right=np.array([2, 1, 2, 3]),
    value=np.array([0.0, -2.0, 3.0, 0.5]),
    depth=1,
    offset=0.25,
)


def test_leaves_add_up() -> None:
    assert SMALL.of(np.array([[1.0, 9.0], [1.5, 9.0]])).tolist() == [-1.25, 3.75]


def test_trees_are_read_as_they_were_kept() -> None:
    rows = np.array([[0.0, 0.0], [2.0, 2.0]])
    read = Trees.read(SMALL.arrays(), ("a", "b"))
    assert read is not None
    assert read.of(rows).tolist() == SMALL.of(rows).tolist()


@pytest.mark.parametrize("signs", [("a",), ("b", "a"), ("a", "b", "c")])
def test_trees_of_other_signs_say_nothing(signs: tuple[str, ...]) -> None:
    assert Trees.read(SMALL.arrays(), signs) is None
    assert Trees.read({}, signs) is None


def test_trees_learn_what_no_weighted_sum_tells() -> None:
    rows = np.random.default_rng(0).normal(size=(4000, 3))
    right = (rows[:, 0] > 0) != (rows[:, 2] > 0)
    learnt = trees_of(("a", "b", "c"), rows[:3000], right[:3000], np.ones(3000))
    assert ((learnt.of(rows[3000:]) > 0) == right[3000:]).mean() > 0.95


def test_the_likeliest_items_are_weighed_once_more_with_nobody() -> None:
    of_items = np.zeros((3, len(OF_ITEMS)))
    of_items[:, OF_ITEMS.index("same")] = (1.0, 0.5, 0.0)
    asked = OF_CANDIDATES.index("scheme")
    for_second = replace(SMALL, signs=OF_CANDIDATES, sign=np.array([asked, 0, 0, 0]))
    of_items[1, asked] = 2.0
    able = replace(CONTEXT, trees=for_second)
    nothing = np.zeros(len(OF_NOBODY))
    assert chances(CONTEXT, of_items, nothing).argmax() == 0
    found = chances(able, of_items, nothing)
    assert found.argmax() == 1
    assert found[0] == found[2] == pytest.approx((1 - found[1]) / 3)
    denied = chances(able, of_items, nothing, [1])
    assert denied[1] == 0
    assert denied.sum() < 1


def test_candidates_are_the_likeliest_and_nobody() -> None:
    likely = np.linspace(0.0, 0.02, 40)
    places, rows = candidates(np.ones((40, len(OF_ITEMS))), np.full(len(OF_NOBODY), 7.0), likely)
    assert places.tolist() == list(range(39, 39 - MOST_CANDIDATES, -1))
    column = dict(zip(OF_CANDIDATES, rows.T, strict=True))
    assert column["same"].tolist() == [1.0] * MOST_CANDIDATES + [-30.0]
    assert column["likely"][-1] == pytest.approx(np.log(1 - likely.sum()))
    assert set(column["all: length"].tolist()) == {7.0}


def test_the_trees_that_we_ship_were_learnt_from_these_signs() -> None:
    with np.load(ROOT / "data/follow_ups" / TREES, allow_pickle=False) as file:
        assert Trees.read(file, OF_CANDIDATES) is not None

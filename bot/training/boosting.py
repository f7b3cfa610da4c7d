"""Learns boosted decision trees (Friedman, 2001), by scikit-learn's histograms of signs."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from bot.context.trees import Trees

# Twice as many trees that learn half as fast do as well within a point.
_ROUNDS, _RATE = 100, 0.1
_LEAVES, _IN_A_LEAF, _RIDGE = 31, 40, 5.0


def trees_of(
    signs: tuple[str, ...], rows: np.ndarray, right: np.ndarray, counted: np.ndarray
) -> Trees:
    """Trees that tell the rows (× signs) that are right; each row counts so much."""
    learner = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        learning_rate=_RATE,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=_IN_A_LEAF,
        l2_regularization=_RIDGE,
        early_stopping=False,
        random_state=0,
    )
    learner.fit(rows, right, sample_weight=counted)
    return _joined(signs, [one.nodes for (one,) in learner._predictors], learner)


def _joined(signs: tuple[str, ...], trees: list[np.ndarray], learner: Any) -> Trees:
    """All nodes one after another, as scikit-learn 1.1 keeps them (no public way names them)."""
    starts = np.cumsum([0, *(len(one) for one in trees[:-1])], dtype=np.int32)
    nodes = np.concatenate(trees)
    its_tree = np.repeat(starts, [len(one) for one in trees])
    leaf, itself = nodes["is_leaf"] == 1, np.arange(len(nodes), dtype=np.int32)
    left, right = (
        np.where(leaf, itself, nodes[side] + its_tree).astype(np.int32)
        for side in ("left", "right")
    )
    return Trees(
        signs,
        starts,
        np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16),
        np.where(leaf, 0.0, nodes["num_threshold"]),
        left,
        right,
        np.where(leaf, nodes["value"], 0.0),
        int(nodes["depth"].max()),
        float(np.ravel(learner._baseline_prediction)[0]),
    )

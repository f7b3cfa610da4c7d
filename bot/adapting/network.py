"""The sentence encoder as a network that can learn: its matrices stay, biases and norms change.

A BERT encoder (Devlin et al., 2019) with multilingual-e5-small's sizes; the mean over all pieces,
of length 1, is the sentence's vector. Learning biases alone comes close to learning everything
(BitFit, Ben Zaken et al., 2022), and they are what the packed file holds unrounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from bot.text.packed_encoder import PackedEncoder, unpacked

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
BIASES = ("q.b", "k.b", "v.b", "ao.b", "aln.w", "aln.b", "fi.b", "fo.b", "oln.w", "oln.b")
# Sentences of one batch get as long as the longest, up to one of these: few graphs are enough.
LENGTHS = (8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64, 96, 128)
_FAR_BELOW = -1e9


class Network:
    """The encoder; `biases` are its variables by the names that the packed file gives them."""

    def __init__(self, packed: PackedEncoder) -> None:
        self._packed, self.shape = packed, packed.shape
        self._matrices = {
            f"l{layer}.{name}": tf.constant(
                packed.matrix(
                    f"l{layer}.{name}.w", self.shape.inner if name == "fo" else self.shape.width
                ).T.copy()
            )
            for layer in range(self.shape.layers)
            for name in MATRICES
        }
        named = [f"l{layer}.{name}" for layer in range(self.shape.layers) for name in BIASES]
        self.biases: dict[str, Any] = {
            name: tf.Variable(packed.floats(name)) for name in ("emb.ln.w", "emb.ln.b", *named)
        }
        self._words = packed.blocks("emb.word", self.shape.width)
        self._places = packed.floats("emb.pos").reshape(-1, self.shape.width)
        self._kind = packed.floats("emb.type")[: self.shape.width]

    def laid_out(self, sentences: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Pieces of some sentences as inputs (sentences × pieces × width), and which there are."""
        longest = max(map(len, sentences))
        length = next(length for length in LENGTHS if length >= min(longest, LENGTHS[-1]))
        numbers = np.ones((len(sentences), length), dtype=np.int64)
        there = np.zeros((len(sentences), length), dtype=np.float32)
        for row, sentence in enumerate(sentences):
            kept = sentence[:length]
            numbers[row, : len(kept)], there[row, : len(kept)] = kept, 1.0
        words = unpacked(self._words[numbers])
        return words + self._places[None, :length] + self._kind, there

    def vectors(self, inputs: Any, there: Any, dropout: float = 0.0) -> Any:
        """One vector of length 1 a sentence."""
        states = self._norm(inputs, "emb.ln")
        for layer in range(self.shape.layers):
            states = self._layer(f"l{layer}.", states, there, dropout)
        total = tf.reduce_sum(states * there[..., None], axis=1)
        return tf.math.l2_normalize(total / tf.reduce_sum(there, axis=1, keepdims=True), axis=-1)

    def _layer(self, layer: str, states: Any, there: Any, dropout: float) -> Any:
        attended = self._attention(layer, states, there, dropout)
        states = self._norm(states + _dropped(attended, dropout), layer + "aln")
        inner = tf.nn.gelu(self._linear(layer + "fi", states))
        outer = self._linear(layer + "fo", inner)
        return self._norm(states + _dropped(outer, dropout), layer + "oln")

    def _attention(self, layer: str, states: Any, there: Any, dropout: float) -> Any:
        heads, width = self.shape.heads, self.shape.width
        count, length = tf.shape(states)[0], tf.shape(states)[1]

        def by_head(name: str) -> Any:
            split = tf.reshape(self._linear(layer + name, states), [count, length, heads, -1])
            return tf.transpose(split, [0, 2, 1, 3])

        alike = tf.matmul(by_head("q"), by_head("k"), transpose_b=True)
        alike = alike / np.sqrt(width // heads) + (1.0 - there[:, None, None, :]) * _FAR_BELOW
        looked = tf.matmul(_dropped(tf.nn.softmax(alike), dropout), by_head("v"))
        joined = tf.reshape(tf.transpose(looked, [0, 2, 1, 3]), [count, length, width])
        return self._linear(layer + "ao", joined)

    def _linear(self, name: str, states: Any) -> Any:
        return tf.tensordot(states, self._matrices[name], 1) + self.biases[name + ".b"]

    def _norm(self, states: Any, name: str) -> Any:
        middle = tf.reduce_mean(states, axis=-1, keepdims=True)
        away = states - middle
        spread = tf.reduce_mean(away * away, axis=-1, keepdims=True) + self.shape.epsilon
        return away * tf.math.rsqrt(spread) * self.biases[name + ".w"] + self.biases[name + ".b"]


def _dropped(states: Any, share: float) -> Any:
    return tf.nn.dropout(states, share) if share else states

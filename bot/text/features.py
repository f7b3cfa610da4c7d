"""What a sentence looks like to the ranker: its words, its characters and its sounds.

A feature is a short string; `Vocabulary` numbers the ones seen in training and weighs them
by how rare they are (TF-IDF with sublinear counts, rows of length 1).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_normal
from scipy.sparse import csr_matrix

_NOT_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_NUMBER = re.compile(r"\d+")


def features(text: str, words: Sequence[str]) -> Counter[str]:
    """The features of a normalised text that was cut into `words`."""
    bare = "^" + _NUMBER.sub("0", _NOT_WORD.sub("", text)) + "$"
    found: Counter[str] = Counter(bare[1:-1])
    found.update(map(str.__add__, bare, bare[1:]))
    sounds = [_sound(character) for character in bare]
    found.update(
        [f"~{first} {second}" for first, second in zip(sounds[1:], sounds[2:-1], strict=False)]
    )
    kept = ["=" + _NUMBER.sub("0", word) for word in words if not _NOT_WORD.fullmatch(word)]
    found.update(kept)
    found.update(map(str.__add__, kept, kept[1:]))
    return found


_SOUND_OF: dict[str, str] = {}


def _sound(character: str) -> str:
    """The pinyin without tone of a character's first reading; other signs stay as they are."""
    known = _SOUND_OF.get(character)
    if known is None:
        reading = pinyin_dict.pinyin_dict.get(ord(character), character).split(",")[0]
        known = _SOUND_OF[character] = to_normal(reading) if reading != character else character
    return known


Row = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Vocabulary:
    """The features that training saw, in order, with their rarity."""

    number: dict[str, int]
    rarity: np.ndarray  # float32, one a feature

    @classmethod
    def of(cls, rows: Iterable[Counter[str]], least: int = 1) -> Vocabulary:
        """Number all features that stand in at least `least` rows."""
        rows = list(rows)
        seen: Counter[str] = Counter()
        for row in rows:
            seen.update(row.keys())
        names = sorted(feature for feature, count in seen.items() if count >= least)
        rarity = [1.0 + math.log((1 + len(rows)) / (1 + seen[name])) for name in names]
        return cls({name: i for i, name in enumerate(names)}, np.array(rarity, dtype=np.float32))

    def wider(self, names: Sequence[str]) -> Vocabulary:
        """With more features behind the others, as rare as any can be."""
        number = self.number | {name: len(self.number) + i for i, name in enumerate(names)}
        rarest = np.full(len(names), self.rarity.max(), dtype=np.float32)
        return Vocabulary(number, np.concatenate([self.rarity, rarest]))

    def first(self, count: int) -> Vocabulary:
        """The first so many features."""
        if len(self.number) == count:
            return self
        return Vocabulary(dict(islice(self.number.items(), count)), self.rarity[:count])

    def row(self, found: Counter[str]) -> Row:
        """Feature numbers and weights of one text; unknown features have no part in it."""
        number = self.number
        known = [(number[name], count) for name, count in found.items() if name in number]
        if not known:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        cells = np.array(known, dtype=np.int32)
        weights = (1.0 + np.log(cells[:, 1].astype(np.float32))) * self.rarity[cells[:, 0]]
        return cells[:, 0], weights / np.float32(np.sqrt(weights @ weights))

    def matrix(self, rows: Sequence[Counter[str]]) -> csr_matrix:
        """All rows as one sparse matrix."""
        if not rows:
            return csr_matrix((0, len(self.number)), dtype=np.float32)
        cells = [self.row(row) for row in rows]
        return csr_matrix(
            (
                np.concatenate([weights for _, weights in cells]),
                np.concatenate([numbers for numbers, _ in cells]),
                np.cumsum([0, *(len(numbers) for numbers, _ in cells)]),
            ),
            shape=(len(rows), len(self.number)),
        )

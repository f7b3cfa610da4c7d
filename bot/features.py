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

import numpy as np
from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_normal
from scipy.sparse import csr_matrix

# Question particles and politeness say nothing about the subject.
_FILLER = re.compile(r"请问一?下?|我?想咨询一?下?|咨询一?下?|麻烦问一?下?|你好|您好|谢谢|[啊呀呢吧嘛哦噢哈]+$")
_NOT_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_NUMBER = re.compile(r"\d+")

_CHARACTERS = (1, 2, 3, 4)
_SOUNDS = (2, 3)


def features(text: str, words: Sequence[str]) -> Counter[str]:
    """The features of a normalised text that was cut into `words`."""
    bare = _NUMBER.sub("0", _NOT_WORD.sub("", _FILLER.sub("", text)))
    found: Counter[str] = Counter()
    for size in _CHARACTERS:
        found.update(bare[place : place + size] for place in range(len(bare) - size + 1))
    sounds = [_sound(character) for character in bare]
    for size in _SOUNDS:
        found.update(
            "~" + " ".join(sounds[place : place + size]) for place in range(len(sounds) - size + 1)
        )
    kept = [_NUMBER.sub("0", word) for word in words if not _NOT_WORD.fullmatch(word)]
    found.update("=" + word for word in kept)
    found.update(f"={first} {second}" for first, second in zip(kept, kept[1:]))
    return found


_SOUND_OF: dict[str, str] = {}


def _sound(character: str) -> str:
    """The pinyin without tone of a character's first reading; other signs stay as they are."""
    known = _SOUND_OF.get(character)
    if known is None:
        reading = pinyin_dict.pinyin_dict.get(ord(character), character).split(",")[0]
        known = _SOUND_OF[character] = to_normal(reading) if reading != character else character
    return known


@dataclass(frozen=True)
class Vocabulary:
    """The features that training saw, in order, with their rarity."""

    number: dict[str, int]
    rarity: np.ndarray  # float32, one a feature

    @classmethod
    def of(cls, rows: Iterable[Counter[str]], least: int = 1) -> Vocabulary:
        """Number all features that stand in at least `least` rows."""
        rows = list(rows)
        seen = Counter(feature for row in rows for feature in row)
        names = sorted(feature for feature, count in seen.items() if count >= least)
        rarity = [1.0 + math.log((1 + len(rows)) / (1 + seen[name])) for name in names]
        return cls({name: i for i, name in enumerate(names)}, np.array(rarity, dtype=np.float32))

    def row(self, found: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
        """Feature numbers and weights of one text; unknown features count in its length."""
        known = [(self.number[name], count) for name, count in found.items() if name in self.number]
        if not known:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        numbers = np.array([number for number, _ in known], dtype=np.int64)
        counts = np.array([count for _, count in known], dtype=np.float32)
        weights = (1.0 + np.log(counts)) * self.rarity[numbers]
        return numbers, weights / np.linalg.norm(weights)

    def matrix(self, rows: Sequence[Counter[str]]) -> csr_matrix:
        """All rows as one sparse matrix."""
        cells = [self.row(row) for row in rows]
        return csr_matrix(
            (
                np.concatenate([weights for _, weights in cells]),
                np.concatenate([numbers for numbers, _ in cells]),
                np.cumsum([0, *(len(numbers) for numbers, _ in cells)]),
            ),
            shape=(len(rows), len(self.number)),
        )

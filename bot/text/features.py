"""What a sentence looks like to the ranker: its words, its characters and its sounds.

A feature is a short string; `Vocabulary` numbers the ones seen in training and weighs them
by how rare they are (TF-IDF with sublinear counts, rows of length 1).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, repeat

import numpy as np
from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_normal
from scipy.sparse import csr_matrix, vstack

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
    kept = [name for name in map(_word, words) if name]
    found.update(kept)
    found.update(map(str.__add__, kept, kept[1:]))
    return found


@lru_cache(maxsize=40_000)
def _word(word: str) -> str:
    """What stands for a word; nothing for a mark. Most words come back in every few texts."""
    return "" if _NOT_WORD.fullmatch(word) else "=" + _NUMBER.sub("0", word)


def _is_pair(feature: str) -> bool:
    """Whether it is two words, one behind the other."""
    return feature.startswith("=") and "=" in feature[1:]


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
class Counted:
    """How often features stand in texts: `counts` has a row a text and a column a name."""

    names: Sequence[str]
    counts: csr_matrix


def counted(rows: Sequence[Counter[str]]) -> Counted:
    """Features as numbers, for what concerns many texts at once."""
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    place = {name: number for number, name in enumerate(names)}
    cells = sum(map(len, rows))
    numbers = map(place.__getitem__, chain.from_iterable(rows))
    often = chain.from_iterable(map(Counter.values, rows))
    parts = (
        np.fromiter(often, np.float32, cells),
        np.fromiter(numbers, np.int32, cells),
        np.cumsum([0, *map(len, rows)]),
    )
    return Counted(names, csr_matrix(parts, shape=(len(rows), len(names))))


def one_below_the_other(parts: Sequence[Counted]) -> Counted:
    """The texts of all parts, in their order."""
    names = list(dict.fromkeys(chain.from_iterable(part.names for part in parts)))
    place = {name: number for number, name in enumerate(names)}
    blocks = []
    for part in parts:
        numbers = _places(place, part.names)[part.counts.indices]
        cells = (part.counts.data, numbers, part.counts.indptr)
        blocks.append(csr_matrix(cells, shape=(part.counts.shape[0], len(names))))
    return Counted(names, vstack(blocks, format="csr"))


def _places(place: Mapping[str, int], names: Sequence[str]) -> np.ndarray:
    """Where names stand, -1 for those that are unknown."""
    return np.fromiter(map(place.get, names, repeat(-1)), np.int32, len(names))


@dataclass(frozen=True)
class Vocabulary:
    """The features that training saw, in order, with their rarity."""

    number: dict[str, int]
    rarity: np.ndarray  # float32, one a feature

    @classmethod
    def of(cls, told: Counted, rare: int = 0, times: np.ndarray | None = None) -> Vocabulary:
        """Number the features, and weigh them by how few texts have them.

        Each text counts once, or as many `times` as is said. Pairs of words that are seen `rare`
        times or less have no part: with questions as they are asked these were two fifths of all
        features, a tenth of the memory.
        """
        texts, names = told.counts.shape
        often = None if times is None else np.repeat(times, np.diff(told.counts.indptr))
        seen = np.bincount(told.counts.indices, often, minlength=names)
        texts = texts if times is None else times.sum()
        kept = (i for i in range(names) if seen[i] > rare or not _is_pair(told.names[i]))
        order = sorted(kept, key=told.names.__getitem__)
        rarity = 1.0 + np.log((1 + texts) / (1 + seen[order]))
        number = {told.names[place]: i for i, place in enumerate(order)}
        return cls(number, rarity.astype(np.float32))

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

    def matrix(self, told: Counted) -> csr_matrix:
        """All texts as one sparse matrix, each row as `row` gives it."""
        numbers = _places(self.number, told.names)[told.counts.indices]
        known = numbers >= 0
        ends = np.concatenate([[0], np.cumsum(known)])[told.counts.indptr]
        numbers = numbers[known]
        weights = (1.0 + np.log(told.counts.data[known])) * self.rarity[numbers]
        texts = told.counts.shape[0]
        of_text = np.repeat(np.arange(texts), np.diff(ends))
        lengths = np.sqrt(np.bincount(of_text, weights * weights, minlength=texts))
        weights /= lengths.astype(np.float32)[of_text]
        return csr_matrix((weights, numbers, ends), shape=(texts, len(self.number)))


def cosines(postings: csr_matrix, row: Row) -> np.ndarray:
    """The cosine of a text with each one of `postings` (features × texts), found by its features.

    Features behind those of `postings` have no part in it.
    """
    numbers, values = row
    known = numbers < postings.shape[0]
    numbers, values, index = numbers[known], values[known], postings.indptr
    pieces = [slice(index[number], index[number + 1]) for number in numbers]
    if not pieces:
        return np.zeros(postings.shape[1], dtype=np.float32)
    where = np.concatenate([postings.indices[piece] for piece in pieces])
    counts = [piece.stop - piece.start for piece in pieces]
    weights = np.concatenate([postings.data[piece] for piece in pieces])
    weights = weights * np.repeat(values, counts)
    return np.bincount(where, weights, minlength=postings.shape[1]).astype(np.float32)

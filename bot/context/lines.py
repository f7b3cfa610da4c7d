"""What of an item fits just what was said: "要不要先上户口" wants one line and not all steps.

A line is a sentence of the short answer, a step, or a point, which is only said when it is asked
for. Each saying (`said.jsonl`) stands under the line that answers it, or under none: it wants
all of the item, or what the item does not say. They are known as they were when the model was
trained; who answers looks whether a line still stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bot.context.asking import PLAIN, told
from bot.context.said import Said
from bot.ranking.classifier import softmax
from bot.text.features import Row

# What a saying stands under that no line answers: all is wanted, or just this is not said.
WHOLE, UNSAID = "whole", "unsaid"
# What speaks for a line, in this order; beside the lines stand `WHOLE` and `UNSAID`.
OF_LINES = (
    "said_words",  # how near the likest of its sayings is, by n-grams
    "said_vectors",
    "words",  # and the line itself
    "vectors",
    WHOLE,
    UNSAID,
    "sentence",  # of the short answer
    "point",
    "tells",  # papers, place, term … where the text asks for such
    "none_tells",  # for `UNSAID`: no line does
)
# From this chance on what fits is said: a line alone, or two or three that share it. Beside a short
# answer, which may do, it must be surer.
SURE, SURE_BESIDE = 0.5, 0.65
MOST_LINES = 3
# From this cosine on two lines of an item say the same: 79 of 19,159 pairs, read by hand.
SAME = 0.78
_FIGURES = re.compile(r"\d+")
_WHOLE, _UNSAID = -1, -2
_SENTENCES = re.compile(r"[^。！？]+[。！？]?")
_NUMBER = re.compile(r"^\s*\d+[.、]\s*")


@dataclass(frozen=True)
class Line:
    """A line of an item; its kind is `sentence`, `step` or `point`."""

    item: str
    text: str
    kind: str


@dataclass(frozen=True)
class Heard:
    """A text as it is compared, and what it asks of whatever matter."""

    row: Row
    vector: np.ndarray
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fit:
    """The lines that fit, the likeliest first; nothing where all of the item is as good."""

    lines: tuple[str, ...] = ()
    unsaid: bool = False  # whether the item says nothing of it
    vague: bool = False  # whether no line stands out: these are merely the nearest


NO_FIT = Fit()


@dataclass(frozen=True)
class Lines:
    """The lines of all items, in the order of `seen`, and which of them answers each saying."""

    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    seen: Said
    answers: np.ndarray  # a line's place for each saying, or one of those below
    weights: np.ndarray  # as `OF_LINES`

    @classmethod
    def of(
        cls, told: Sequence[Line], seen: Said, answers: Sequence[tuple[str, str]], weights: Any
    ) -> Lines:
        """From lines sorted by item, what the model sees of them, and (item, line) of each saying.

        What stands under a line that is there no more wants all of the item.
        """
        place = {(one.item, one.text): number for number, one in enumerate(told)}
        named = {WHOLE: _WHOLE, UNSAID: _UNSAID}
        found = [place.get(one, named.get(one[1], _WHOLE)) for one in answers]
        texts, kinds = tuple(one.text for one in told), tuple(one.kind for one in told)
        return cls(texts, kinds, seen, np.array(found, dtype=np.int32), np.asarray(weights))

    def kept(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """What a model keeps: arrays, and names."""
        beside = {"line_answers": self.answers, "line_weights": self.weights}
        names = {"lines": self.seen.items, "line_texts": self.texts, "line_kinds": self.kinds}
        return self.seen.arrays("lines") | beside, names

    @classmethod
    def read(cls, names: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Lines | None:
        """From what `kept` gave; nothing where nothing was kept."""
        if "lines" not in names:
            return None
        texts, kinds = tuple(names["line_texts"]), tuple(names["line_kinds"])
        seen = Said.read("lines", tuple(names["lines"]), arrays)
        kept = arrays["line_weights"]
        # A model of before knows no weight for the signs that came since, which stand last.
        weights = np.append(kept, np.zeros(len(OF_LINES) - len(kept)))
        return cls(texts, kinds, seen, arrays["line_answers"], weights)

    def fitting(self, item: str, heard: Heard, said: Said) -> Fit:
        """What fits a text that asks on about this item."""
        found, chance, likeliest = list[int](), 0.0, self._likeliest(item, heard, said)
        if likeliest and self._leaves_out(item, heard.asked) and likeliest[0][1] < SURE:
            return Fit(unsaid=True)
        for place, likely in likeliest[:MOST_LINES]:
            chance += likely
            if place < 0:  # as likely as any of the lines that would follow
                unsaid = place == _UNSAID and likely >= SURE
                if unsaid or likeliest[0][0] == _WHOLE:
                    return Fit(unsaid=unsaid)
                return self._nearest(likeliest)
            found.append(place)
            if chance >= SURE:
                return Fit(self._apart(found))
        return self._nearest(likeliest) if likeliest else NO_FIT

    def _nearest(self, likeliest: Sequence[tuple[int, float]]) -> Fit:
        """Where no line stands out, the first few hold what fits in two cases of three."""
        lines = self._apart([place for place, _ in likeliest if place >= 0])
        return Fit(lines[:MOST_LINES], vague=True)

    def _apart(self, places: Sequence[int]) -> tuple[str, ...]:
        """These lines, without those that say what one before them does."""
        kept = list[int]()
        for place in places:
            if not any(self._alike(place, other) for other in kept):
                kept.append(place)
        return tuple(self.texts[place] for place in kept)

    def _alike(self, one: int, other: int) -> bool:
        """Whether two lines mean the same, in the same figures."""
        vectors, texts = self.seen.texts.vectors, (self.texts[one], self.texts[other])
        figures, others = ({*_FIGURES.findall(text)} for text in texts)
        return figures == others and float(vectors[one] @ vectors[other]) >= SAME

    def beside(self, item: str, heard: Heard, said: Said) -> Fit:
        """What is worth saying beside the short answer of this item."""
        likely = self._likeliest(item, heard, said)
        first, sure = likely[0] if likely else (_WHOLE, 0.0)
        worth = first >= 0 and sure >= SURE_BESIDE and self.kinds[first] != "sentence"
        return Fit((self.texts[first],)) if worth else NO_FIT

    def _likeliest(self, item: str, heard: Heard, said: Said) -> list[tuple[int, float]]:
        """This item's lines, `_WHOLE` and `_UNSAID` with their chances, the likeliest first."""
        if item not in self.seen.items or not self.weights.any():
            return []
        places, signs = self.signs(item, heard, said)
        chances = softmax(signs @ self.weights).tolist()
        return sorted(zip(places, chances, strict=True), key=lambda one: -one[1])

    def signs(
        self, item: str, heard: Heard, said: Said, without: int = -1
    ) -> tuple[list[int], np.ndarray]:
        """The places of an item's lines and of none, and what speaks for each: × `OF_LINES`.

        The saying `without` has no part in it: that is how the weights are found.
        """
        own, asked = self.seen.of_item(item), said.of_item(item)
        asked = asked[asked != without]
        places = np.append(own, [_WHOLE, _UNSAID])
        stands_under = self.answers[asked] == places[:, None]
        found = np.zeros((len(places), len(OF_LINES)))
        for sign, near in enumerate(said.texts.near(asked, heard.row, heard.vector)):
            found[:, sign] = np.where(stands_under, near, 0.0).max(axis=1, initial=0.0)
        near_lines = self.seen.texts.near(own, heard.row, heard.vector)
        for sign, near in enumerate(near_lines, OF_LINES.index("words")):
            found[: len(own), sign] = near
        found[-2, OF_LINES.index(WHOLE)] = found[-1, OF_LINES.index(UNSAID)] = 1.0
        for kind in ("sentence", "point"):
            found[: len(own), OF_LINES.index(kind)] = [self.kinds[one] == kind for one in own]
        if heard.asked:
            tells = [bool(heard.asked & self._told[one]) for one in own]
            found[: len(own), OF_LINES.index("tells")] = tells
            found[-1, OF_LINES.index("none_tells")] = not any(tells)
        return places.tolist(), found

    def _leaves_out(self, item: str, asked: frozenset[str]) -> bool:
        """Whether just that is asked which no line of this item tells."""
        if not asked or not asked <= PLAIN:
            return False
        return not any(asked & self._told[one] for one in self.seen.of_item(item))

    @cached_property
    def _told(self) -> list[frozenset[str]]:
        """What each line tells of what may be asked."""
        return [told(text) for text in self.texts]


def lines_of(items: Sequence[Mapping[str, Any]]) -> list[Line]:
    """All lines, sorted by item."""
    found = (Line(str(item["id"]), text, kind) for item in items for text, kind in _lines(item))
    return sorted(dict.fromkeys(found), key=lambda one: (one.item, one.text))


def _lines(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    steps = [_NUMBER.sub("", line).strip() for line in (item.get("detail") or "").splitlines()]
    kinds = {
        "sentence": _SENTENCES.findall(str(item["summary"])),
        "step": steps,
        "point": item.get("points") or (),
    }
    for kind, texts in kinds.items():
        for text in texts:
            if text and not text.endswith("："):  # what only leads to the next lines says nothing
                yield text, kind

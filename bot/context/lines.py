"""The lines of an item, to find the one that fits what is asked on: "要不要先上户口".

A line is a step, or a sentence of the short answer: that may just be what is asked for again.

They are known as they were when the model was trained; who answers looks whether the line still
stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.context.said import Said
from bot.text.features import Row

# How near a line must be, n-grams and vectors together, and how far ahead of the next: of short
# sentences that ask on most of the nearest fit from 0.15 on, of long ones of testers not before.
LEAST_NEAR, LEAST_AHEAD = 0.45, 0.15
_SENTENCES = re.compile(r"[^。！？]+[。！？]?")
_NUMBER = re.compile(r"^\s*\d+[.、]\s*")


@dataclass(frozen=True)
class Lines:
    """The lines of all items, in the order of `seen`."""

    texts: tuple[str, ...]
    seen: Said

    @classmethod
    def of(cls, told: Sequence[tuple[str, str]], seen: Said) -> Lines:
        """From (item, line), sorted by item, and what the model sees of them."""
        return cls(tuple(text for _, text in told), seen)

    def fitting(self, item: str, row: Row, vector: np.ndarray) -> str:
        """The line of this item that fits a text; nothing where none is near."""
        if item not in self.seen.items:
            return ""
        own = np.flatnonzero(self.seen.owner == self.seen.items.index(item))
        near = self.seen.each(row, vector)[own]
        first, *others = np.argsort(-near, kind="stable").tolist()
        ahead = near[first] - near[others[0]] if others else near[first]
        fits = near[first] >= LEAST_NEAR and ahead >= LEAST_AHEAD
        return self.texts[own[first]] if fits else ""


def lines_of(items: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(item, line) of all sentences, and all steps without their numbers, sorted by item."""
    return sorted((str(item["id"]), line) for item in items for line in _lines(item))


def _lines(item: Mapping[str, Any]) -> Iterator[str]:
    steps = (_NUMBER.sub("", line).strip() for line in (item.get("detail") or "").splitlines())
    for line in (*_SENTENCES.findall(str(item["summary"])), *steps):
        if line and not line.endswith("："):  # what only leads to the next lines says nothing
            yield line

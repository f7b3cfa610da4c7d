"""Whole talks of citizens, and which topics each of their messages wanted.

What a message means is often what one like it meant in a story like it: "有没有丧葬费" is another
question where the dead man drew the village's pension. Every message of `talks.jsonl` that was
said after a question is kept with the story that it was said in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.context.said import Texts, places
from bot.text.features import Row

# In the longest of so many messages before a citizen has told what matters.
MOST_BACK = 5
# What is carried on of what was asked before; a story that grows says ever less.
MOST_CARRIED = 60
# How much the likeness of stories counts beside that of messages. By hand.
OF_STORY = 0.5
FIRST, NEW, NONE = "first", "new", "none"
# What was never wanted is not impossible.
_SELDOM = 0.05
_PLACES = ("story", "message", "owner", "before")


def story_of(messages: Sequence[str]) -> str:
    """The message that tells most of what was said before; nothing where nothing was."""
    return max(messages[-MOST_BACK:], key=len, default="")


def carried(message: str, before: str, *, same: bool) -> str:
    """What the next message leans on, where this one leans on `before` and leads to the `same`.

    Who asks more about the same has not left it; a new subject goes on together with the old one,
    while that is no long story.
    """
    if same and before:
        return before
    both = f"{before}，{message}" if before else message
    return both if len(both) <= MOST_CARRIED else message


@dataclass(frozen=True)
class Turn:
    """A message that was said after a question, and what it wanted."""

    writer: str
    text: str
    story: str
    before: str  # the question before, in full
    item: str  # what answered that
    kind: str
    want: tuple[str, ...]


def talks_in(file: Path) -> Iterator[Turn]:
    """All messages that follow a question, talk by talk; none where there is no file."""
    for told in _talks(file):
        yield from _following(told["writer"], told["talk"])


def said_in(file: Path) -> list[str]:
    """All messages of all talks."""
    return [one["said"] for told in _talks(file) for one in told["talk"]]


def _talks(file: Path) -> Iterator[Mapping[str, Any]]:
    if file.exists():
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def _following(writer: str, talk: Sequence[Mapping[str, Any]]) -> Iterator[Turn]:
    before, item, heard = "", "", list[str]()
    for one in talk:
        text, kind, want = one["said"], one["kind"], tuple(one["want"])
        if item:
            yield Turn(writer, text, story_of(heard), before, item, kind, want)
        if kind != NONE:
            heard.append(text)
        if want:
            leaning = "" if kind in (FIRST, NEW) else before
            before, item = carried(text, leaning, same=want[0] == item), want[0]


@dataclass(frozen=True)
class Talks:
    """The messages of all talks, their stories, and who wanted what."""

    items: tuple[str, ...]
    messages: Texts
    stories: Texts
    story: np.ndarray  # the place of each message's story
    message: np.ndarray  # a message's place for each item that it wanted, sorted by item
    owner: np.ndarray  # that item's place in `items`, or their number where nothing was wanted
    before: np.ndarray  # the item that answered before each message

    def nearness(
        self,
        message: tuple[Row, np.ndarray],
        story: tuple[Row, np.ndarray],
        items: tuple[str, ...],
        but: np.ndarray | None = None,
    ) -> tuple[np.ndarray, float]:
        """How near a message in its story is to the likest one that wanted each of `items`.

        Counted from the middle one on; and by how much the likest one that wanted nothing is
        nearer than all of these. Messages marked in `but` have no part.
        """
        each = self.messages.each(*message) + OF_STORY * self.stories.each(*story)[self.story]
        if but is not None:
            each = np.where(but, -np.inf, each)
        best = np.maximum.reduceat(each[self.message], self._starts)
        wanted, of_nobody = best[: len(self.items)], best[len(self.items) :]
        known, found = np.isfinite(wanted), np.zeros(len(items))
        if not known.any():
            return found, 0.0
        middle, most = float(np.median(wanted[known])), float(wanted[known].max())
        here, there = places(self.items, items)
        found[there] = np.where(known, wanted - middle, 0.0)[here]
        return found, float(of_nobody[0]) - most if np.isfinite(of_nobody).any() else 0.0

    def wanted(
        self, before: str, items: tuple[str, ...], but: np.ndarray | None = None
    ) -> np.ndarray:
        """How often each of `items` was wanted after this one, and at all, as logarithms."""
        own = self.items
        counted = self.owner < len(own)
        if but is not None:
            counted &= ~but[self.message]
        after = counted & (self.before == before)[self.message]
        here, there = places(own, items)
        times = np.zeros((2, len(items)))
        for row, these in enumerate((after, counted)):
            times[row, there] = np.bincount(self.owner[these], minlength=len(own))[here]
        share = (times[0] + _SELDOM) / (times[0].sum() + 1)
        return np.asarray(np.log(np.stack([share, times[1] + _SELDOM], axis=1)))

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.asarray(np.searchsorted(self.owner, np.unique(self.owner)))

    def arrays(self) -> dict[str, np.ndarray]:
        """What a model keeps beside the names of the items."""
        return {
            **self.messages.arrays("talk_messages"),
            **self.stories.arrays("talk_stories"),
            **{f"talk_{name}": getattr(self, name) for name in _PLACES},
        }

    @classmethod
    def read(cls, items: tuple[str, ...], arrays: Mapping[str, np.ndarray]) -> Talks:
        """From what `arrays` gave."""
        messages = Texts.read("talk_messages", arrays)
        stories = Texts.read("talk_stories", arrays)
        return cls(items, messages, stories, *(arrays[f"talk_{name}"] for name in _PLACES))


def wanted_by(told: Sequence[Turn]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The items that messages wanted; message and item, item by item, those of nobody last."""
    items = tuple(sorted({item for one in told for item in one.want}))
    pairs = sorted(
        (items.index(item) if item else len(items), place)
        for place, one in enumerate(told)
        for item in one.want or ("",)
    )
    owner, message = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    return items, message, owner

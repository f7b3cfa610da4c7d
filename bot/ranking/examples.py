"""Reads what the understanding learns from straight from `data/`, without Rasa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jieba
import yaml

from bot.normalizer import normalize
from bot.ranking.decision import FAQ

ASKED_FILE = "asked.tsv"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Example:
    """One wording in one spelling, its words, and its intent (`faq/Q001`, `greet` …)."""

    text: str
    words: Sequence[str]
    label: str
    asked: bool = False  # whether the question came first, and not the item
    also: tuple[str, ...] = ()  # what answers it beside its item

    @property
    def item(self) -> str:
        """The FAQ item, or nothing."""
        return self.label[len(FAQ) + 1 :] if self.label.startswith(FAQ + "/") else ""


@dataclass(frozen=True)
class Asked:
    """A question that came first, and the items that were found to answer it, best first."""

    question: str
    items: tuple[str, ...]

    @property
    def label(self) -> str:
        """The intent of the item that answers it best."""
        return f"{FAQ}/{self.items[0]}"


def wordings(folder: Path) -> list[tuple[str, str]]:
    """(text, intent) of every example in Rasa's NLU files under `folder`, and of what was asked.

    What was asked stays when its item is withdrawn; then it is no wording of anything.
    """
    told = [pair for file in sorted(folder.rglob("*.yml")) for pair in wordings_of(file)]
    labels = {label for _, label in told}
    return told + [(one.question, one.label) for one in asked(folder) if one.label in labels]


def asked(folder: Path) -> list[Asked]:
    """The questions in `asked.tsv`: the ids of their items, a tab, the words."""
    file = folder / ASKED_FILE
    return list(_asked_of(_File.now(file))) if file.exists() else []


def asked_for(questions: Iterable[Asked]) -> dict[str, int]:
    """How often an item would have been an answer to what was asked."""
    return dict(Counter(item for one in questions for item in one.items))


def wordings_of(file: Path) -> list[tuple[str, str]]:
    """(text, intent) of every example in one of Rasa's NLU files."""
    return list(_wordings_of(_File.now(file)))


def knowledge(folder: Path) -> list[dict[str, Any]]:
    """All items."""
    return [item for file in sorted(folder.glob("*.yml")) for item in knowledge_of(file)]


def knowledge_of(file: Path) -> list[dict[str, Any]]:
    """The items of one file."""
    return list(_knowledge_of(_File.now(file)))


def titles(items: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each item's title is a wording of it."""
    return [(str(item["title"]), f"{FAQ}/{item['id']}") for item in items]


def related(items: Iterable[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The others that each item names."""
    return {str(item["id"]): tuple(item.get("related") or ()) for item in items}


def example(text: str, label: str, words: jieba.Tokenizer) -> Example:
    """An example from a text as it was written."""
    spelled = normalize(text).text
    return Example(spelled, cut(spelled, words), label)


def cut(text: str, words: jieba.Tokenizer) -> list[str]:
    """The words of a normalised text."""
    return [word for word in words.lcut(text) if word.strip()]


@lru_cache(maxsize=60_000)
def spelled(text: str) -> str:
    """The one spelling of a wording: most of them come back with every new index."""
    return normalize(text).text


@dataclass(frozen=True)
class _File:
    """A file as it stands; its hard links are the same, and it is read once until it changes."""

    path: Path = field(compare=False)
    stamp: tuple[int, int, int, int]

    @classmethod
    def now(cls, path: Path) -> _File:
        about = path.stat()
        return cls(path, (about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size))


@lru_cache(maxsize=128)
def _wordings_of(file: _File) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for block in load(file.path)["nlu"]:
        lines = (line.strip() for line in block["examples"].splitlines())
        found += [(line[2:].strip(), str(block["intent"])) for line in lines if line]
    return tuple(found)


@lru_cache(maxsize=4)
def _asked_of(file: _File) -> tuple[Asked, ...]:
    lines = file.path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line)
    return tuple(Asked(question, tuple(items.split())) for items, question in pairs)


@lru_cache(maxsize=64)
def _knowledge_of(file: _File) -> tuple[dict[str, Any], ...]:
    return tuple(load(file.path)["items"])


def load(file: Path) -> Any:
    """A YAML file."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe loader

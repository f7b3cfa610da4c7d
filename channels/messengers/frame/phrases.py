"""The words around answers in messengers, from `data/knowledge/messengers.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from channels.knowledge.written import written


@dataclass(frozen=True)
class Phrases:
    """Sentences, what a transcript shows for what has no words, labels, and commands."""

    phrases: Mapping[str, str]
    shown: Mapping[str, str]
    labels: Mapping[str, str]
    commands: Mapping[str, frozenset[str]]

    def label(self, name: str, /, **values: object) -> str:
        """A label with its values filled in."""
        return self.labels[name].format(**values)


def read_phrases(folder: Path) -> Phrases:
    """Read the file in the knowledge folder."""
    told = written(folder / "messengers.yml")
    commands = {
        name: frozenset(str(word).lower() for word in words)
        for name, words in told["commands"].items()
    }
    return Phrases(told["phrases"], told["shown"], told["labels"], commands)

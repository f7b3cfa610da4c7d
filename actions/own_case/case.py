"""Who asks, what he told, and what holds today: what the rules of one's own case count with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.knowledge.answers import Knowledge
from actions.talk.turn import Turn


@dataclass(frozen=True)
class Case:
    """Who asks, what he told, and what holds today."""

    knowledge: Knowledge
    turn: Turn
    today: date

    @property
    def rules(self) -> Mapping[str, Any]:
        """What the calculators count with."""
        rules: Mapping[str, Any] = self.knowledge.phrases.words["calculators"]
        return rules

    def told(self, name: str) -> int | None:
        """A number, if it was told."""
        return self.turn.counts.get(name)

    def span(self, months: int) -> str:
        """A length of time in words."""
        return self.knowledge.phrases.span(months)

    def say(self, sentence: str, **values: object) -> str:
        """A sentence of the file."""
        written: str = self.knowledge.phrases.words["own_case"]["words"][sentence]
        return written.format(**values)

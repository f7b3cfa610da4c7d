"""The short verdict that a line begins with ("能。住院生孩子时…"), for who asked just that.

A line is written for one question, and fits others: to "最早什么时候能退" a "能。" says nothing,
and before a second line it contradicts the first. The words stand in `phrases.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdicts:
    """Which verdicts there are, and what asks for one."""

    verdict: re.Pattern[str]
    asked_with: Mapping[str, re.Pattern[str]]  # the words of a question that each one answers
    which: re.Pattern[str]  # what makes a question no question of yes or no
    whether: re.Pattern[str]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> Verdicts:
        """From the phrases."""
        asked_with: Mapping[str, str] = words["asked_with"]
        named = words["verdict"].format(words="|".join(asked_with))
        return cls(
            re.compile(named),
            {verdict: re.compile(asked) for verdict, asked in asked_with.items()},
            re.compile(words["which"]),
            re.compile(words["whether"]),
        )

    def spoken(self, lines: Iterable[str], asked: str) -> list[str]:
        """The lines as they are said to this question: a verdict at most before the first."""
        first, *more = lines
        said = first if self._fits(first, asked) else self.bare(first)
        return [said, *map(self.bare, more)]

    def bare(self, line: str) -> str:
        """A line without its verdict."""
        verdict = self.verdict.match(line)
        return line[verdict.end() :] if verdict else line

    def _fits(self, line: str, asked: str) -> bool:
        verdict = self.verdict.match(line)
        if verdict is None:
            return True
        whether = self.whether.search(asked) and not self.which.search(asked)
        return bool(whether and self.asked_with[verdict["word"]].search(asked))

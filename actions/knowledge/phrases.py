"""The short words of `data/knowledge/phrases.yml`, and the values written with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from actions.knowledge.retirement_rules import Month
from actions.knowledge.verdicts import Verdicts

# A title inside a title changes its marks (GB/T 15834).
_INNER_MARKS = str.maketrans("《》", "〈〉")
# What stands in brackets behind a document number, for example when it was amended.
_REMARK = re.compile(r"（[^（）]*）$")


@dataclass(frozen=True)
class Phrases:
    """The words as they were read."""

    words: Mapping[str, Any]

    @property
    def in_english(self) -> Phrases:
        """The same, with English words where there are any."""
        english: Mapping[str, Any] = self.words["english"]
        return Phrases({**self.words, **{name: self._over(name, english) for name in english}})

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts that lines begin with."""
        return Verdicts.read(self.words["verdicts"])

    def asks_figures(self, text: str) -> bool:
        """Whether a message asks for figures of a place."""
        return re.search(self.words["asks_figures"], text) is not None

    def suits(self, line: str, heard: str) -> bool:
        """Whether a line is no example of people born in a year that nobody named."""
        words: Mapping[str, Any] = self.words["example"]
        years = re.findall(words["born"], line)
        spellings = (form.format(year=y, short=y[2:]) for y in years for form in words["heard_as"])
        return not years or any(spelling in heard for spelling in spellings)

    @property
    def condolence(self) -> str:
        """What an answer to who has lost somebody begins with."""
        return str(self.words["condolence"])

    @property
    def flexible_item(self) -> str:
        """The item about women who pay for themselves."""
        return str(self.words["flexible_item"])

    def pays_alone(self, heard: str) -> bool:
        """Whether somebody said that he pays for himself."""
        return any(word in heard for word in self.words["flexible_words"])

    def may_be_offered(self, item: str, heard: str) -> bool:
        """Whether an item may stand among choices for who has said this: nobody is reminded."""
        delicate = (one["words"] for one in self.words["delicate"] if item in one["items"])
        return all(any(word in heard for word in words) for words in delicate)

    def age(self, months: int) -> str:
        """An age, for example 61岁11个月."""
        return self._number("age" if months % 12 else "whole_age", months)

    def ages(self, first: int, last: int) -> str:
        """An age, or the lowest and the highest."""
        return self._between(self.age(first), self.age(last))

    def spans(self, first: int, last: int) -> str:
        """A length of time, or the shortest and the longest."""
        return self._between(self.span(first), self.span(last))

    def span(self, months: int) -> str:
        """A length of time, for example 17年6个月."""
        if months < 12:
            return self._number("only_months", months)
        return self._number("span" if months % 12 else "whole_years", months)

    def month(self, month: Month) -> str:
        """A month, for example 2034年7月."""
        written: str = self.words["numbers"]["month"]
        return written.format(year=month.year, month=month.month)

    def months(self, first: Month, last: Month) -> str:
        """A month, or the first and the last of several."""
        return self._between(self.month(first), self.month(last))

    def valid(self, first: date, last: date) -> str:
        """Of which months figures are."""
        written: str = self.words["numbers"]["valid"]
        return written.format(months=self.between_days(first, last))

    def not_of_then(self, first: date, last: date) -> str:
        """That the figures of these months are not known, and which are."""
        written: str = self.words["numbers"]["not_of_then"]
        return written.format(months=self.between_days(first, last))

    def between_days(self, first: date, last: date) -> str:
        """The months that two days are in."""
        return self.months(Month.of(first.year, first.month), Month.of(last.year, last.month))

    def day(self, day: date) -> str:
        """A day, for example 2027年1月1日."""
        written: str = self.words["numbers"]["day"]
        return written.format(year=day.year, month=day.month, day=day.day)

    def gist(self, number: int, title: str, said: str) -> str:
        """A topic among several, and what its answer comes to."""
        written: str = self.words["gist"]["whole" if said else "title"]
        return written.format(number=number, title=title, said=said)

    def listed(self, parts: Iterable[str]) -> str:
        """Parts in one line."""
        return str(self.words["numbers"]["between"]).join(parts)

    def article(self, article: str | None) -> str:
        """An article's name; a bare number, in figures or Chinese, gets its words."""
        if not article:
            return ""
        if not article.isnumeric():
            return article
        return str(self.words["article"]).format(article=article)

    def basis(self, title: str, document: str | None, article: str | None) -> str:
        """Where a rule stands, in one short line."""
        number = _REMARK.sub("", document or "")
        written: str = self.words["basis"]["whole" if number else "plain"]
        inner = title.translate(_INNER_MARKS)
        named = written.format(title=inner, document=number, article=self.article(article))
        return named.rstrip()

    def office(self, office: str) -> Mapping[str, str]:
        """Name and phone of who decides; the social-insurance office where nobody is named."""
        offices: Mapping[str, Mapping[str, str]] = self.words["offices"]
        return offices.get(office) or offices["social_insurance"]

    def word(self, group: str, name: str) -> str:
        """One word of a group."""
        return str(self.words[group][name])

    def _between(self, first: str, last: str) -> str:
        written: str = self.words["numbers"]["months"]
        return first if first == last else written.format(**{"from": first, "to": last})

    def _over(self, name: str, english: Mapping[str, Any]) -> Any:
        ours, words = self.words[name], english[name]
        return {**ours, **words} if isinstance(words, Mapping) else words

    def _number(self, kind: str, months: int) -> str:
        written: str = self.words["numbers"][kind]
        return written.format(years=months // 12, months=months % 12)
